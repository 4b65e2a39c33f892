import assert from 'node:assert/strict';

import { scenario } from '../scenario.js';
import { del, fill, get, login, newcomer, patch, post, put } from '../support.js';

scenario('a cart begins empty', async ({ email }) => {
  const { token } = await newcomer(email);
  assert.deepEqual((await get('/cart', token)).body, { lines: [], total: '0.00' });
});

scenario('a cart adds up what is put into it', async ({ email }) => {
  const { token } = await newcomer(email);
  assert.equal((await post('/cart/TEA-02', { quantity: 2 }, token)).body.quantity, 2);
  assert.equal((await post('/cart/MUG-01', {}, token)).body.quantity, 1);
  assert.equal((await post('/cart/TEA-02', {}, token)).body.quantity, 3);
  assert.deepEqual((await get('/cart', token)).body, {
    lines: [
      { sku: 'MUG-01', quantity: 1, name: 'Mug', price: '12.50' },
      { sku: 'TEA-02', quantity: 3, name: 'Darjeeling, 250 g', price: '16.80' },
    ],
    total: '62.90',
  });
});

scenario('a cart takes other quantities, and none', async ({ email }) => {
  const { token } = await newcomer(email);
  await fill(token, { 'TEA-02': 3, 'MUG-01': 1 });
  await put('/cart/TEA-02', { quantity: 1 }, token);
  assert.equal((await get('/cart', token)).body.total, '29.30');
  await put('/cart/TEA-02', { quantity: 0 }, token);
  assert.equal((await get('/cart', token)).body.total, '12.50');
  assert.equal((await put('/cart/TEA-02', { quantity: 1.5 }, token)).status, 422);
  assert.equal((await post('/cart/TEA-02', { quantity: 0 }, token)).status, 422);
});

scenario('a cart gives lines back once', async ({ email }) => {
  const { token } = await newcomer(email);
  await fill(token, { 'MUG-01': 1 });
  assert.equal((await del('/cart/MUG-01', token)).status, 204);
  assert.equal((await del('/cart/MUG-01', token)).status, 404);
  assert.deepEqual((await get('/cart', token)).body.lines, []);
});

scenario('a cart holds only what the shop sells', async ({ email }) => {
  const { token } = await newcomer(email);
  assert.equal((await post('/cart/NIL-99', {}, token)).status, 404);
  assert.deepEqual((await get('/cart', token)).body.lines, []);
});

scenario('a cart follows the prices of the catalogue', async ({ email }) => {
  const { token } = await newcomer(email);
  const total = async () => (await get('/cart', token)).body.total;
  await put('/cart/CUP-14', { quantity: 2 }, token);
  assert.equal(await total(), '31.00');
  await patch('/products/CUP-14', { price: '15.00' });
  assert.equal(await total(), '30.00');
  await patch('/products/CUP-14', { price: '15.50' });
  assert.equal(await total(), '31.00');
});

scenario('a cart is of one login session only', async ({ email }) => {
  const { token } = await newcomer(email);
  await fill(token, { 'TEA-08': 1 });
  const other = await login(email);
  assert.deepEqual((await get('/cart', other)).body.lines, []);
  assert.equal((await get('/cart', token)).body.total, '24.00');
});

scenario('a cart ends with its login session', async ({ email }) => {
  const { token } = await newcomer(email);
  await fill(token, { 'TEA-08': 1 });
  assert.equal((await del('/sessions/current', token)).status, 204);
  assert.equal((await get('/cart', token)).status, 401);
  assert.equal((await get('/cart')).status, 401);
});
