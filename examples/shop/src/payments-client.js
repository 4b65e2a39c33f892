// The payments API, called over HTTP.
import { paymentRefused } from './errors.js';

export function createPayments(baseUrl, apiKey) {
  async function call(method, path, body = undefined, headers = {}) {
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    if (response.status === 402) throw paymentRefused(answer.error.code, answer.error.message);
    if (!response.ok) throw new Error(`payments: ${method} ${path}: ${response.status} ${answer.error?.message}`);
    return answer;
  }

  return {
    /** The same order is never charged twice, however often this is called for it. */
    charge: ({ orderId, amountCents, currency, paymentMethod }) =>
      call(
        'POST',
        '/charges',
        { amount: amountCents, currency, payment_method: paymentMethod, reference: `order-${orderId}` },
        { 'idempotency-key': `charge-order-${orderId}` },
      ),
    find: (chargeId) => call('GET', `/charges/${chargeId}`),
    confirm: (chargeId, code) => call('POST', `/charges/${chargeId}/confirm`, { code }),
    refund: (chargeId, reason) => call('POST', `/charges/${chargeId}/refunds`, { reason }),
    cancel: (chargeId) => call('DELETE', `/charges/${chargeId}`),
    refunds: (chargeId) => call('GET', `/charges/${chargeId}/refunds`),
    health: () => call('GET', '/health'),
  };
}
