import assert from 'node:assert/strict';

import { scenario } from '../scenario.js';
import { buy, get, login, newcomer, post } from '../support.js';

scenario('an account adds up its orders by status', async () => {
  const token = await login('ada@example.com');
  const { body } = await get('/account/sales', token);
  assert.deepEqual(body.totals, { orders: 1, cents: 4180 });
  assert.deepEqual(body.byStatus, [
    { status: 'cancelled', orders: 1, revenue: '12.50', average: 12.5, latest: '2025-11-20T16:45:10.500Z' },
    { status: 'delivered', orders: 1, revenue: '41.80', average: 41.8, latest: '2025-11-04T09:00:00.000Z' },
  ]);
});

scenario('an account begins with nothing', async ({ email }) => {
  const { token } = await newcomer(email);
  assert.deepEqual((await get('/account/sales', token)).body, { totals: { orders: 0, cents: 0 }, byStatus: [] });
  assert.deepEqual((await get('/account/favourites', token)).body, { products: [] });
  assert.equal((await get('/account/sales')).status, 401);
});

scenario('an account follows every sale', async ({ email }) => {
  const { token } = await newcomer(email);
  const totals = async () => (await get('/account/sales', token)).body.totals;
  await buy(token, { 'POT-25': 2 });
  assert.deepEqual(await totals(), { orders: 1, cents: 5700 });
  const { id } = (await buy(token, { 'POT-25': 1 })).body;
  assert.deepEqual(await totals(), { orders: 2, cents: 8550 });
  await post(`/orders/${id}/advance`);
  const { byStatus } = (await get('/account/sales', token)).body;
  assert.deepEqual(
    byStatus.map(({ status, orders, revenue, average }) => [status, orders, revenue, average]),
    [['paid', 1, '57.00', 57], ['shipped', 1, '28.50', 28.5]],
  );
});

scenario('an account names what was bought most', async ({ email }) => {
  const { token } = await newcomer(email);
  const favourites = async (query = '') => (await get(`/account/favourites${query}`, token)).body.products;
  await buy(token, { 'TRY-28': 1, 'TRY-29': 2 });
  assert.deepEqual(await favourites(), [
    { sku: 'TRY-29', bought: 2, name: 'Tray, bamboo' },
    { sku: 'TRY-28', bought: 1, name: 'Tray, lacquered' },
  ]);
  await buy(token, { 'TRY-28': 4 });
  assert.deepEqual(await favourites('?size=1'), [{ sku: 'TRY-28', bought: 5, name: 'Tray, lacquered' }]);
});

scenario('an account remembers what was bought long ago', async () => {
  const token = await login('ada@example.com');
  assert.deepEqual((await get('/account/favourites', token)).body.products, [
    { sku: 'MUG-01', bought: 2, name: 'Mug' },
    { sku: 'TEA-02', bought: 1, name: 'Darjeeling, 250 g' },
  ]);
});
