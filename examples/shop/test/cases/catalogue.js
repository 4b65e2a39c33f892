import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { del, get, patch, post } from '../support.js';

const skusOf = ({ body }) => body.products.map(({ sku }) => sku);

describe('the catalogue', () => {
  it('is reached, and so is everything else', async () => {
    assert.deepEqual(await get('/health'), {
      status: 200,
      body: { database: 'ok', catalogue: 'ok', redis: 'ok', payments: 'ok' },
    });
  });

  it('shows products page by page', async () => {
    const first = await get('/products?size=4');
    assert.equal(first.body.total, 6);
    assert.deepEqual(skusOf(first), ['MUG-01', 'TEA-02', 'POT-03', 'TEA-04']);
    assert.deepEqual(skusOf(await get('/products?size=4&page=2')), ['CUP-05', 'TAB-06']);
    assert.deepEqual(skusOf(await get('/products?size=4&page=3')), []);
  });

  it('shows the products of one category', async () => {
    assert.deepEqual(skusOf(await get('/products?category=tea')), ['TEA-02', 'TEA-04']);
    assert.deepEqual(skusOf(await get('/products?category=garden')), []);
  });

  it('finds products by a part of their name', async () => {
    assert.deepEqual(skusOf(await get('/products?search=tea')), ['POT-03', 'TAB-06']);
    assert.deepEqual(skusOf(await get(`/products?search=${encodeURIComponent("100%_'\\")}`)), []);
  });

  it('shows one product with all its kinds of values', async () => {
    const { body } = await get('/products/POT-03');
    assert.deepEqual(body, {
      id: 3, sku: 'POT-03', name: 'Cast-iron teapot', description: 'Made in Morioka (盛岡).', price: '249.00',
      weight: 2.1, active: true, attributes: { colour: 'black' }, created_at: '2025-10-02T09:30:00.000Z',
      category: 'crockery', cached: false, views: 1,
    });
  });

  it('keeps a missing value apart from an empty one', async () => {
    const { body } = await get('/products/OLD-07');
    assert.equal(body.weight, null);
    assert.equal(body.active, false);
    assert.deepEqual(body.attributes, {});
  });

  it('knows how the stock came about', async () => {
    const { body } = await get('/products/MUG-01/stock');
    assert.equal(body.quantity, 40);
    assert.deepEqual(body.movements.map(({ delta, reason }) => [delta, reason]), [[42, 'delivered'], [-2, 'sold']]);
  });

  it('answers from the cache the second time and counts the views', async () => {
    const views = [];
    for (const expected of [false, true, true]) {
      const { body } = await get('/products/MUG-01');
      assert.equal(body.cached, expected);
      views.push(body.views);
    }
    assert.deepEqual(views, [312, 313, 314]);
  });

  it('does not know a product that it does not sell', async () => {
    const { status, body } = await get('/products/NIL-99');
    assert.equal(status, 404);
    assert.equal(body.error.message, 'product NIL-99 does not exist');
  });

  it('takes in a new product, which has no stock yet', async () => {
    const product = { sku: 'BAG-08', name: 'Tea bag “Ω”', price: '0.90', categoryId: 2, weight: 0.002 };
    assert.equal((await get('/products/BAG-08')).status, 404);
    const { status, body } = await post('/products', { ...product, attributes: { pack: [25, 50], 'it\'s': '"new"' } });
    assert.equal(status, 201);
    assert.equal(body.id, 8);
    assert.equal(body.created_at, '2026-01-05T09:00:01.000Z');
    assert.deepEqual(body.attributes, { pack: [25, 50], 'it\'s': '"new"' });
    assert.equal((await get('/products/BAG-08/stock')).body.quantity, 0);
    assert.equal((await get('/products')).body.total, 7);
  });

  it('takes in no product twice', async () => {
    const { status, body } = await post('/products', { sku: 'MUG-01', name: 'Mug', price: '1.00', categoryId: 1 });
    assert.equal(status, 409);
    assert.equal(body.error.code, 'sku_taken');
    assert.equal((await get('/products/MUG-01')).body.price, '12.50');
  });

  it('takes in no product for a category that is not there', async () => {
    const { status, body } = await post('/products', { sku: 'NEW-09', name: 'New', price: '1.00', categoryId: 77 });
    assert.equal(status, 404);
    assert.equal(body.error.message, 'category 77 does not exist');
  });

  it('shows a new price at once', async () => {
    assert.equal((await get('/products/CUP-05')).body.price, '9.90');
    assert.equal((await patch('/products/CUP-05', { price: '10.40' })).body.price, '10.40');
    const { body } = await get('/products/CUP-05');
    assert.equal(body.price, '10.40');
    assert.equal(body.cached, false);
    assert.equal((await patch('/products/NIL-99', { price: '1.00' })).status, 404);
    assert.equal((await patch('/products/CUP-05', { price: 'cheap' })).status, 422);
  });

  it('no longer lists a product that was withdrawn', async () => {
    assert.equal((await del('/products/BAG-08')).status, 204);
    assert.equal((await get('/products')).body.total, 6);
    assert.equal((await get('/products/BAG-08')).body.active, false);
  });

  it('shows the stock before and after a delivery', async () => {
    assert.equal((await get('/products/TEA-04/stock')).body.quantity, 0);
    assert.equal((await post('/products/TEA-04/stock', { quantity: 30 })).body.quantity, 30);
    const { body } = await get('/products/TEA-04/stock');
    assert.equal(body.quantity, 30);
    assert.deepEqual(body.movements, [{ delta: 30, reason: 'delivered', at: '2026-01-05T09:00:04.000Z' }]);
    assert.equal((await post('/products/TEA-04/stock', { quantity: -1 })).status, 422);
    assert.equal((await post('/products/NIL-99/stock', { quantity: 1 })).status, 404);
  });
});
