import assert from 'node:assert/strict';

import { scenario } from '../scenario.js';
import { buy, get, newcomer, poll, post } from '../support.js';

scenario('a large order waits until its payment is confirmed', async ({ email }) => {
  const { token } = await newcomer(email);
  const { id, status, total } = (await buy(token, { 'TAB-06': 1 })).body;
  assert.deepEqual([status, total], ['awaiting_payment', '1190.00']);
  assert.deepEqual(await poll(id, 3), Array(3).fill('awaiting_payment'));
  assert.deepEqual((await post(`/orders/${id}/confirm`, { code: '123456' })).body, { charge: 'succeeded' });
  assert.deepEqual(await poll(id, 2), ['paid', 'paid']);
  const { events } = (await get(`/orders/${id}/history`)).body;
  assert.deepEqual(events.map((event) => event.status), ['new', 'awaiting_payment', 'paid']);
});

scenario('a large order waits on after a wrong code', async ({ email }) => {
  const { token } = await newcomer(email);
  const { id } = (await buy(token, { 'TAB-30': 1 })).body;
  const { status, body } = await post(`/orders/${id}/confirm`, { code: '000000' });
  assert.equal(status, 402);
  assert.equal(body.error.code, 'wrong_code');
  assert.deepEqual(await poll(id), ['awaiting_payment']);
  assert.equal((await post(`/orders/${id}/advance`)).status, 409);
});

scenario('a large order is refunded and put back when it is cancelled', async ({ email }) => {
  const { id: customer, token } = await newcomer(email);
  const { id } = (await buy(token, { 'TAB-31': 1 })).body;
  await post(`/orders/${id}/confirm`, { code: '123456' });
  assert.deepEqual(await poll(id), ['paid']);
  assert.deepEqual((await get(`/orders/${id}/refunds`)).body.data, []);
  assert.equal((await get('/products/TAB-31/stock')).body.quantity, 4);
  assert.equal((await post(`/orders/${id}/cancel`, { reason: 'too large: 60 × 60' })).body.status, 'cancelled');
  assert.deepEqual((await get(`/orders/${id}/refunds`)).body.data, [
    { id: `re_${customer}_01`, object: 'refund', charge: `ch_${customer}_01`, amount: 119000, reason: 'too large: 60 × 60' },
  ]);
  const { body } = await get('/products/TAB-31/stock');
  assert.deepEqual([body.quantity, body.movements.map(({ delta }) => delta)], [5, [-1, 1]]);
  assert.equal((await post(`/orders/${id}/cancel`)).status, 409);
});

scenario('a large order can be given up before it is paid', async ({ email }) => {
  const { token } = await newcomer(email);
  const { id, total } = (await buy(token, { 'CAB-32': 1 })).body;
  assert.equal(total, '2380.00');
  assert.equal((await post(`/orders/${id}/cancel`)).body.status, 'cancelled');
  assert.deepEqual(await poll(id), ['cancelled']);
  assert.equal((await get('/products/CAB-32/stock')).body.quantity, 5);
});

scenario('a large order begins at a thousand, and each charge has a number of its own', async ({ email }) => {
  const { id: customer, token } = await newcomer(email);
  const charges = [];
  for (const quantities of [{ 'SHF-33': 1 }, { 'LID-35': 2 }]) {
    const { status, charge_id: charge } = (await buy(token, quantities)).body;
    charges.push([status, charge]);
  }
  assert.deepEqual(charges, [['awaiting_payment', `ch_${customer}_01`], ['paid', `ch_${customer}_02`]]);
});

scenario('a payment can be confirmed only where there is one', async () => {
  assert.equal((await post('/orders/40404/confirm', { code: '123456' })).status, 404);
  const { status, body } = await post('/orders/1002/confirm', { code: '123456' });
  assert.equal(status, 422);
  assert.equal(body.error.message, 'order 1002 was never charged');
});
