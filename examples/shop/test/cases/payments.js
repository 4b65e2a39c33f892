import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { get, login, post } from '../support.js';

describe('a large order', () => {
  let token;
  let id;
  const poll = async () => (await get(`/orders/${id}/status`)).body.status;
  before(async () => {
    token = await login('ada@example.com');
  });

  it('waits until its payment is confirmed', async () => {
    await post('/cart/TAB-06', {}, token);
    const { body } = await post('/orders', { paymentMethod: 'pm_card_visa' }, token);
    assert.equal(body.status, 'awaiting_payment');
    assert.equal(body.total, '1190.00');
    id = body.id;
    assert.deepEqual([await poll(), await poll(), await poll()], Array(3).fill('awaiting_payment'));
  });

  it('waits on after a wrong code', async () => {
    const { status, body } = await post(`/orders/${id}/confirm`, { code: '000000' });
    assert.equal(status, 402);
    assert.equal(body.error.code, 'wrong_code');
    assert.equal(await poll(), 'awaiting_payment');
    assert.equal((await post(`/orders/${id}/advance`)).status, 409);
  });

  it('is paid after the right one', async () => {
    assert.deepEqual((await post(`/orders/${id}/confirm`, { code: '123456' })).body, { charge: 'succeeded' });
    assert.deepEqual([await poll(), await poll()], ['paid', 'paid']);
    const { events } = (await get(`/orders/${id}/history`)).body;
    assert.deepEqual(events.map(({ status }) => status), ['new', 'awaiting_payment', 'paid']);
  });

  it('is refunded and put back when it is cancelled', async () => {
    assert.deepEqual((await get(`/orders/${id}/refunds`)).body.data, []);
    assert.equal((await get('/products/TAB-06/stock')).body.quantity, 4);
    assert.equal((await post(`/orders/${id}/cancel`, { reason: 'too large' })).body.status, 'cancelled');
    assert.deepEqual((await get(`/orders/${id}/refunds`)).body.data, [
      { id: 're_0001', object: 'refund', charge: 'ch_0003', amount: 119000, reason: 'too large' },
    ]);
    const { body } = await get('/products/TAB-06/stock');
    assert.deepEqual([body.quantity, body.movements.map(({ delta }) => delta)], [5, [-1, 1]]);
    assert.equal((await post(`/orders/${id}/cancel`)).status, 409);
  });

  it('can be given up before it is paid', async () => {
    await post('/cart/TAB-06', { quantity: 2 }, token);
    const order = await post('/orders', { paymentMethod: 'pm_card_visa' }, token);
    assert.equal(order.body.total, '2380.00');
    assert.equal((await post(`/orders/${order.body.id}/cancel`)).body.status, 'cancelled');
    assert.equal((await get(`/orders/${order.body.id}/status`)).body.status, 'cancelled');
    assert.equal((await get('/products/TAB-06/stock')).body.quantity, 5);
  });
});
