import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { del, get, login, patch, post, put } from '../support.js';

describe('a cart', () => {
  let token;
  before(async () => {
    token = await login('grace@example.com');
  });

  it('begins empty', async () => {
    assert.deepEqual((await get('/cart', token)).body, { lines: [], total: '0.00' });
  });

  it('adds up what is put into it', async () => {
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

  it('takes other quantities, and none', async () => {
    await put('/cart/TEA-02', { quantity: 1 }, token);
    assert.equal((await get('/cart', token)).body.total, '29.30');
    await put('/cart/TEA-02', { quantity: 0 }, token);
    assert.equal((await get('/cart', token)).body.total, '12.50');
    assert.equal((await put('/cart/TEA-02', { quantity: 1.5 }, token)).status, 422);
  });

  it('gives lines back once', async () => {
    assert.equal((await del('/cart/MUG-01', token)).status, 204);
    assert.equal((await del('/cart/MUG-01', token)).status, 404);
    assert.deepEqual((await get('/cart', token)).body.lines, []);
  });

  it('holds only what the shop sells', async () => {
    assert.equal((await post('/cart/NIL-99', {}, token)).status, 404);
  });

  it('follows the prices of the catalogue', async () => {
    await put('/cart/TEA-02', { quantity: 2 }, token);
    assert.equal((await get('/cart', token)).body.total, '33.60');
    await patch('/products/TEA-02', { price: '15.00' });
    assert.equal((await get('/cart', token)).body.total, '30.00');
    await patch('/products/TEA-02', { price: '16.80' });
    assert.equal((await get('/cart', token)).body.total, '33.60');
  });

  it('is nobody else\'s and ends with its session', async () => {
    const other = await login('grace@example.com');
    assert.deepEqual((await get('/cart', other)).body.lines, []);
    assert.equal((await del('/sessions/current', token)).status, 204);
    assert.equal((await get('/cart', token)).status, 401);
    assert.equal((await get('/cart')).status, 401);
  });
});
