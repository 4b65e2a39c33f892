import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { belongings, get, login, post, put } from '../support.js';

const card = { paymentMethod: 'pm_card_visa' };

describe('orders of the past', () => {
  it('are shown with their lines', async () => {
    assert.deepEqual((await get('/orders/1')).body, {
      id: 1, customer_id: 1, status: 'delivered', currency: 'EUR', total: '41.80', charge_id: 'ch_old_1', note: null,
      placed_at: '2025-11-04T09:00:00.000Z',
      items: [
        { sku: 'MUG-01', name: 'Mug', quantity: 2, unit_price: '12.50' },
        { sku: 'TEA-02', name: 'Darjeeling, 250 g', quantity: 1, unit_price: '16.80' },
      ],
    });
    assert.equal((await get('/orders/99')).status, 404);
    assert.equal((await get('/orders/99/status')).status, 404);
  });

  it('are listed page by page, newest first', async () => {
    const token = await login('ada@example.com');
    const idsOf = ({ body }) => body.orders.map(({ id }) => id);
    assert.deepEqual(idsOf(await get('/orders', token)), [2, 1]);
    assert.deepEqual(idsOf(await get('/orders?size=1&page=2', token)), [1]);
    assert.equal((await get('/orders?size=1', token)).body.total, 2);
  });

  it('have a history', async () => {
    const { events } = (await get('/orders/3/history')).body;
    assert.deepEqual(events.map(({ status }) => status), ['new', 'paid', 'shipped']);
    assert.deepEqual((await get('/orders/2/history')).body.events, []);
  });
});

describe('an order', () => {
  let token;
  let id;
  before(async () => {
    token = await login('grace@example.com');
  });

  it('needs something in the cart', async () => {
    const { status, body } = await post('/orders', card, token);
    assert.equal(status, 422);
    assert.equal(body.error.message, 'the cart is empty');
    assert.equal((await post('/orders', {}, token)).status, 422);
    assert.equal((await post('/orders', card)).status, 401);
  });

  it('takes the stock, charges the card and empties the cart', async () => {
    await post('/cart/MUG-01', { quantity: 3 }, token);
    await post('/cart/CUP-05', { quantity: 10 }, token);
    assert.deepEqual(await belongings('MUG-01', token), { stock: 40, lines: 2, orders: 1 });
    const { status, body } = await post('/orders', { ...card, note: "Ring twice; don't knock" }, token);
    assert.equal(status, 201);
    assert.equal(body.id, 4);
    assert.equal(body.status, 'paid');
    assert.equal(body.total, '141.50');
    assert.equal(body.charge_id, 'ch_0001');
    assert.deepEqual(body.items.map(({ sku, quantity }) => [sku, quantity]), [['CUP-05', 10], ['MUG-01', 3]]);
    assert.deepEqual(await belongings('MUG-01', token), { stock: 37, lines: 0, orders: 2 });
    id = body.id;
  });

  it('can be polled between its steps', async () => {
    const poll = async () => (await get(`/orders/${id}/status`)).body.status;
    assert.deepEqual([await poll(), await poll(), await poll()], ['paid', 'paid', 'paid']);
    assert.equal((await post(`/orders/${id}/advance`)).body.status, 'shipped');
    assert.deepEqual([await poll(), await poll()], ['shipped', 'shipped']);
    assert.equal((await post(`/orders/${id}/advance`)).body.status, 'delivered');
    assert.deepEqual([await poll(), await poll(), await poll(), await poll()], Array(4).fill('delivered'));
  });

  it('goes no further than to its customer', async () => {
    const { status, body } = await post(`/orders/${id}/advance`);
    assert.equal(status, 409);
    assert.equal(body.error.message, 'order 4 is delivered');
    assert.equal((await post(`/orders/${id}/cancel`)).body.error.message, 'order 4 is delivered');
    assert.equal((await post('/orders/99/cancel')).status, 404);
  });

  it('keeps its history', async () => {
    const { events } = (await get(`/orders/${id}/history`)).body;
    assert.deepEqual(events.map(({ status }) => status), ['new', 'paid', 'shipped', 'delivered']);
  });

  it('of more than there is changes nothing', async () => {
    await post('/cart/CUP-05', { quantity: 2 }, token);
    await post('/cart/POT-03', { quantity: 3 }, token);
    const before = await belongings('CUP-05', token);
    const { status, body } = await post('/orders', card, token);
    assert.equal(status, 409);
    assert.deepEqual(body.error, {
      code: 'out_of_stock', message: 'only 2 of POT-03 left', sku: 'POT-03', wanted: 3, available: 2,
    });
    assert.deepEqual(await belongings('CUP-05', token), before);
  });

  it('that the card does not pay changes nothing', async () => {
    await put('/cart/POT-03', { quantity: 1 }, token);
    const before = await belongings('POT-03', token);
    const { status, body } = await post('/orders', { paymentMethod: 'pm_card_declined' }, token);
    assert.equal(status, 402);
    assert.deepEqual(body.error, { code: 'card_declined', message: 'Your card was declined.' });
    assert.deepEqual(await belongings('POT-03', token), before);
    assert.equal((await get('/orders/5')).status, 404);
  });

  it('goes through with another card', async () => {
    assert.equal((await post('/orders', { paymentMethod: 'pm_card_expired' }, token)).body.error.code, 'expired_card');
    const { status, body } = await post('/orders', card, token);
    assert.equal(status, 201);
    assert.equal(body.id, 7); // 5 and 6 were given out to the two that failed
    assert.equal(body.total, '269.80');
    assert.deepEqual(await belongings('POT-03', token), { stock: 1, lines: 0, orders: 3 });
  });
});
