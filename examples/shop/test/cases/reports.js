import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { get, login, post } from '../support.js';

describe('reports', () => {
  it('add up the orders by status', async () => {
    const { body } = await get('/reports/sales');
    assert.deepEqual(body.totals, { orders: 7, cents: 428460 });
    assert.deepEqual(
      body.byStatus.map(({ status, orders, revenue }) => [status, orders, revenue]),
      [['cancelled', 3, '3582.50'], ['delivered', 2, '183.30'], ['paid', 1, '269.80'], ['shipped', 1, '249.00']],
    );
    assert.equal(body.byStatus[1].average, 91.65);
  });

  it('name what sold best', async () => {
    const { body } = await get('/reports/bestsellers?size=3');
    assert.deepEqual(body.products, [
      { sku: 'CUP-05', sold: 12, name: 'Cup, thin' },
      { sku: 'MUG-01', sold: 5, name: 'Mug' },
      { sku: 'TAB-06', sold: 3, name: 'Tea table, oak' },
    ]);
  });

  it('follow every sale', async () => {
    const before = (await get('/reports/sales')).body.totals;
    const token = await login('alan@example.com');
    await post('/cart/TEA-04', { quantity: 10 }, token);
    assert.equal((await post('/orders', { paymentMethod: 'pm_card_visa' }, token)).status, 201);
    const after = (await get('/reports/sales')).body.totals;
    assert.deepEqual([after.orders - before.orders, after.cents - before.cents], [1, 14200]);
    assert.equal((await get('/reports/bestsellers?size=2')).body.products[1].sku, 'TEA-04');
  });
});
