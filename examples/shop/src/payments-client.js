// The payments API, called over HTTP.
import { paymentRefused } from './errors.js';

export function createPayments(baseUrl, apiKey, extraHeaders = {}) {
  const chargesOf = (customerId) => `/customers/${customerId}/charges`;

  async function call(method, path, body = undefined, headers = {}) {
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
        ...extraHeaders,
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
    charge: (customerId, { orderId, amountCents, currency, paymentMethod }) =>
      call(
        'POST',
        chargesOf(customerId),
        { amount: amountCents, currency, payment_method: paymentMethod, reference: `order-${orderId}` },
        { 'idempotency-key': `charge-order-${orderId}` },
      ),
    find: (customerId, chargeId) => call('GET', `${chargesOf(customerId)}/${chargeId}`),
    confirm: (customerId, chargeId, code) => call('POST', `${chargesOf(customerId)}/${chargeId}/confirm`, { code }),
    refund: (customerId, chargeId, reason) => call('POST', `${chargesOf(customerId)}/${chargeId}/refunds`, { reason }),
    cancel: (customerId, chargeId) => call('DELETE', `${chargesOf(customerId)}/${chargeId}`),
    refunds: (customerId, chargeId) => call('GET', `${chargesOf(customerId)}/${chargeId}/refunds`),
    health: () => call('GET', '/health'),
  };
}
