import assert from 'node:assert/strict';

import { scenario } from '../scenario.js';
import { belongings, buy, fill, get, login, newcomer, poll, post, put } from '../support.js';

const statusesOf = ({ body }) => body.events.map(({ status }) => status);
const idsOf = ({ body }) => body.orders.map(({ id }) => id);

scenario('an old order is shown with its lines', async () => {
  assert.deepEqual((await get('/orders/1001')).body, {
    id: 1001, customer_id: 101, status: 'delivered', currency: 'EUR', total: '41.80', charge_id: 'ch_old_1', note: null,
    placed_at: '2025-11-04T09:00:00.000Z',
    items: [
      { sku: 'MUG-01', name: 'Mug', quantity: 2, unit_price: '12.50' },
      { sku: 'TEA-02', name: 'Darjeeling, 250 g', quantity: 1, unit_price: '16.80' },
    ],
  });
});

scenario('an old order is listed behind newer ones, page by page', async () => {
  const token = await login('ada@example.com');
  assert.deepEqual(idsOf(await get('/orders', token)), [1002, 1001]);
  assert.deepEqual(idsOf(await get('/orders?size=1&page=2', token)), [1001]);
  assert.equal((await get('/orders?size=1', token)).body.total, 2);
});

scenario('an old order has a history', async () => {
  assert.deepEqual(statusesOf(await get('/orders/1003/history')), ['new', 'paid', 'shipped']);
  assert.deepEqual(statusesOf(await get('/orders/1002/history')), []);
});

scenario('an order can be missing', async () => {
  for (const path of ['/orders/40404', '/orders/40404/status', '/orders/-1']) {
    assert.equal((await get(path)).status, 404);
  }
  assert.equal((await post('/orders/40404/cancel')).status, 404);
  assert.equal((await post('/orders/40404/advance')).status, 404);
  assert.deepEqual((await get('/orders/40404/history')).body.events, []);
});

scenario('an order needs something in the cart', async ({ email }) => {
  const { token } = await newcomer(email);
  const { status, body } = await post('/orders', { paymentMethod: 'pm_card_visa' }, token);
  assert.equal(status, 422);
  assert.equal(body.error.message, 'the cart is empty');
  assert.equal((await post('/orders', {}, token)).status, 422);
  assert.equal((await post('/orders', { paymentMethod: 'pm_card_visa' })).status, 401);
});

scenario('an order takes the stock, charges the card and empties the cart', async ({ email }) => {
  const { id: customer, token } = await newcomer(email);
  await fill(token, { 'MUG-16': 3, 'CUP-15': 10 });
  assert.deepEqual(await belongings('MUG-16', token), { stock: 40, lines: 2, orders: 0 });
  const { status, body } = await buy(token, {}, { note: "Ring twice; don't knock" });
  assert.equal(status, 201);
  const { id, ...order } = body;
  assert.deepEqual(order, {
    customer_id: customer, status: 'paid', currency: 'EUR', total: '141.50', charge_id: `ch_${customer}_01`,
    note: "Ring twice; don't knock", placed_at: '2026-01-05T09:00:05.000Z',
    items: [
      { sku: 'CUP-15', name: 'Cup, green', quantity: 10, unit_price: '10.40' },
      { sku: 'MUG-16', name: 'Mug with lid', quantity: 3, unit_price: '12.50' },
    ],
  });
  assert.deepEqual((await get(`/orders/${id}`)).body, body);
  assert.deepEqual(await belongings('MUG-16', token), { stock: 37, lines: 0, orders: 1 });
});

scenario('an order can be polled between its steps', async ({ email }) => {
  const { token } = await newcomer(email);
  const { id } = (await buy(token, { 'MUG-17': 1 })).body;
  assert.deepEqual(await poll(id, 3), ['paid', 'paid', 'paid']);
  assert.equal((await post(`/orders/${id}/advance`)).body.status, 'shipped');
  assert.deepEqual(await poll(id, 2), ['shipped', 'shipped']);
  assert.equal((await post(`/orders/${id}/advance`)).body.status, 'delivered');
  assert.deepEqual(await poll(id, 4), Array(4).fill('delivered'));
});

scenario('an order goes no further than to its customer', async ({ email }) => {
  const { token } = await newcomer(email);
  const { id } = (await buy(token, { 'MUG-18': 1 })).body;
  for (const expected of ['shipped', 'delivered']) {
    assert.equal((await post(`/orders/${id}/advance`)).body.status, expected);
  }
  const { status, body } = await post(`/orders/${id}/advance`);
  assert.equal(status, 409);
  assert.equal(body.error.message, `order ${id} is delivered`);
  assert.equal((await post(`/orders/${id}/cancel`)).body.error.message, `order ${id} is delivered`);
});

scenario('an order keeps its history', async ({ email }) => {
  const { token } = await newcomer(email);
  const { id } = (await buy(token, { 'MUG-19': 2 })).body;
  assert.deepEqual(statusesOf(await get(`/orders/${id}/history`)), ['new', 'paid']);
  await post(`/orders/${id}/advance`);
  await post(`/orders/${id}/advance`);
  const history = await get(`/orders/${id}/history`);
  assert.deepEqual(statusesOf(history), ['new', 'paid', 'shipped', 'delivered']);
  assert.equal(history.body.events[3].at, '2026-01-05T09:00:07.000Z');
});

scenario('an order of more than there is changes nothing', async ({ email }) => {
  const { token } = await newcomer(email);
  await fill(token, { 'BWL-21': 2, 'POT-24': 3 });
  const before = await belongings('BWL-21', token);
  const { status, body } = await buy(token, {});
  assert.equal(status, 409);
  assert.deepEqual(body.error, {
    code: 'out_of_stock', message: 'only 2 of POT-24 left', sku: 'POT-24', wanted: 3, available: 2,
  });
  assert.deepEqual(await belongings('BWL-21', token), before);
});

scenario('an order that was too large goes through once it is smaller', async ({ email }) => {
  const { token } = await newcomer(email);
  assert.equal((await buy(token, { 'BWL-20': 3 })).status, 409);
  await put('/cart/BWL-20', { quantity: 2 }, token);
  assert.equal((await buy(token, {})).body.total, '128.00');
  assert.deepEqual(await belongings('BWL-20', token), { stock: 0, lines: 0, orders: 1 });
});

scenario('an order that the card does not pay changes nothing', async ({ email }) => {
  const { token } = await newcomer(email);
  await fill(token, { 'BWL-22': 2 });
  const before = await belongings('BWL-22', token);
  const { status, body } = await buy(token, {}, { paymentMethod: 'pm_card_declined' });
  assert.equal(status, 402);
  assert.deepEqual(body.error, { code: 'card_declined', message: 'Your card was declined.' });
  assert.deepEqual(await belongings('BWL-22', token), before);
  assert.deepEqual((await get('/account/sales', token)).body.byStatus, []);
});

scenario('an order goes through with another card', async ({ email }) => {
  const { token } = await newcomer(email);
  const refused = await buy(token, { 'POT-23': 1 }, { paymentMethod: 'pm_card_expired' });
  assert.equal(refused.body.error.code, 'expired_card');
  const { status, body } = await buy(token, {});
  assert.equal(status, 201);
  assert.equal(body.total, '39.00');
  assert.deepEqual(await belongings('POT-23', token), { stock: 39, lines: 0, orders: 1 });
});

scenario('an order is listed before those of earlier', async ({ email }) => {
  const { token } = await newcomer(email);
  const ids = [];
  for (const quantity of [1, 1, 3]) ids.unshift((await buy(token, { 'TIN-26': quantity })).body.id);
  assert.deepEqual(idsOf(await get('/orders', token)), ids);
  assert.deepEqual(idsOf(await get('/orders?size=2&page=2', token)), ids.slice(2));
  assert.deepEqual(await belongings('TIN-26', token), { stock: 35, lines: 0, orders: 3 });
});

scenario('an order that is cancelled is put back and refunded', async ({ email }) => {
  const { token } = await newcomer(email);
  const { id } = (await buy(token, { 'TIN-27': 4 })).body;
  assert.equal((await get('/products/TIN-27/stock')).body.quantity, 36);
  assert.equal((await post(`/orders/${id}/cancel`)).body.status, 'cancelled');
  const { body } = await get('/products/TIN-27/stock');
  assert.deepEqual([body.quantity, body.movements.map(({ reason }) => reason)], [40, ['sold', 'returned']]);
  assert.deepEqual(statusesOf(await get(`/orders/${id}/history`)), ['new', 'paid', 'cancelled']);
  assert.equal((await get(`/orders/${id}/refunds`)).body.data[0].amount, 3200);
});
