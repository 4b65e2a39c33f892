// A payments provider in small: charges, confirmations and refunds of a merchant's customers, kept in memory.
import { createServer } from 'node:http';

const confirmationFrom = 100_000; // cents; larger charges wait for the customer's code
const refusals = {
  pm_card_declined: ['card_declined', 'Your card was declined.'],
  pm_card_expired: ['expired_card', 'Your card has expired.'],
};

class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

export function createPaymentsApi({ apiKey, confirmationCode = '123456' }) {
  const accounts = new Map(); // by customer
  const answersByKey = new Map();

  const numbered = (prefix, customer, count) => `${prefix}_${customer}_${String(count).padStart(2, '0')}`;

  function accountOf(customer) {
    if (!accounts.has(customer)) accounts.set(customer, { charges: new Map(), refunds: [] });
    return accounts.get(customer);
  }

  function find(customer, id) {
    const charge = accounts.get(customer)?.charges.get(id);
    if (!charge) throw new Refusal(404, 'no_such_charge', `No such charge: ${id}`);
    return charge;
  }

  function charge(customer, { amount, currency, payment_method: method, reference }) {
    if (!Number.isInteger(amount) || amount < 1) throw new Refusal(422, 'invalid_amount', 'Invalid amount.');
    if (refusals[method]) throw new Refusal(402, ...refusals[method]);
    const status = amount >= confirmationFrom ? 'requires_confirmation' : 'succeeded';
    const { charges } = accountOf(customer);
    const created = {
      id: numbered('ch', customer, charges.size + 1), object: 'charge', customer, amount, currency, reference,
      payment_method: method, status, refunded: false,
    };
    charges.set(created.id, created);
    return [201, created];
  }

  function confirm(customer, id, { code }) {
    const charge = find(customer, id);
    if (charge.status !== 'requires_confirmation') {
      throw new Refusal(409, 'not_waiting', `The charge is ${charge.status}.`);
    }
    if (code !== confirmationCode) throw new Refusal(402, 'wrong_code', 'The code is not right.');
    charge.status = 'succeeded';
    return [200, charge];
  }

  function refund(customer, id, { reason = null }) {
    const charge = find(customer, id);
    if (charge.refunded) throw new Refusal(409, 'already_refunded', 'The charge was refunded before.');
    charge.refunded = true;
    const { refunds } = accountOf(customer);
    const created = {
      id: numbered('re', customer, refunds.length + 1), object: 'refund', charge: id, amount: charge.amount, reason,
    };
    refunds.push(created);
    return [201, created];
  }

  function cancel(customer, id) {
    const charge = find(customer, id);
    if (charge.status !== 'requires_confirmation') {
      throw new Refusal(409, 'not_waiting', `The charge is ${charge.status}.`);
    }
    charge.status = 'cancelled';
    return [200, charge];
  }

  const refundsOf = (customer, id) => {
    find(customer, id);
    return [200, { object: 'list', data: accountOf(customer).refunds.filter((refund) => refund.charge === id) }];
  };

  const routes = [
    ['GET', /^\/health$/, () => [200, { status: 'ok' }]],
    ['POST', /^\/customers\/(\w+)\/charges$/, charge],
    ['GET', /^\/customers\/(\w+)\/charges\/(\w+)$/, (customer, id) => [200, find(customer, id)]],
    ['DELETE', /^\/customers\/(\w+)\/charges\/(\w+)$/, cancel],
    ['POST', /^\/customers\/(\w+)\/charges\/(\w+)\/confirm$/, confirm],
    ['POST', /^\/customers\/(\w+)\/charges\/(\w+)\/refunds$/, refund],
    ['GET', /^\/customers\/(\w+)\/charges\/(\w+)\/refunds$/, refundsOf],
  ];

  /** `[status, document]` for one request. */
  function answer({ method, path, authorization, body }) {
    if (authorization !== `Bearer ${apiKey}`) throw new Refusal(401, 'invalid_key', 'Invalid API key.');
    for (const [routeMethod, pattern, handle] of routes) {
      const match = routeMethod === method && pattern.exec(path);
      if (match) return handle(...match.slice(1), body);
    }
    throw new Refusal(404, 'not_found', `No such resource: ${method} ${path}`);
  }

  /** Repeats the first answer to an idempotency key; only what was done is remembered. */
  function answerOnce(key, request) {
    if (key && answersByKey.has(key)) return answersByKey.get(key);
    const result = structuredClone(answer(request));
    if (key) answersByKey.set(key, result);
    return result;
  }

  async function handle(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    let result;
    try {
      const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks)) : {};
      const { method, url, headers } = request;
      const { pathname: path } = new URL(url, 'http://payments');
      result = answerOnce(headers['idempotency-key'], { method, path, body, authorization: headers.authorization });
    } catch (error) {
      const { status = 400, code = 'invalid_json', message } = error;
      result = [status, { error: { code, message } }];
    }
    const text = JSON.stringify(result[1]);
    response.writeHead(result[0], { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  }

  return createServer(handle);
}
