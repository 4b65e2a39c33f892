import assert from 'node:assert/strict';

import { scenario } from '../scenario.js';
import { del, get, newcomer, patch, post } from '../support.js';

const skusOf = ({ body }) => body.products.map(({ sku }) => sku);

scenario('the catalogue is reached, and so is everything else', async () => {
  assert.deepEqual(await get('/health'), {
    status: 200,
    body: { database: 'ok', catalogue: 'ok', redis: 'ok', payments: 'ok' },
  });
});

scenario('the catalogue has categories', async () => {
  const { body } = await get('/categories');
  assert.deepEqual(body.categories.map(({ slug }) => slug), [
    'books', 'crockery', 'furniture', 'garden', 'parts', 'tea',
  ]);
  assert.equal(body.categories[5].title, 'Tea · 茶');
});

scenario('a category shows its products page by page', async () => {
  const first = await get('/categories/tea/products?size=3');
  assert.equal(first.body.total, 5);
  assert.deepEqual(skusOf(first), ['TEA-02', 'TEA-04', 'TEA-08']);
  assert.deepEqual(skusOf(await get('/categories/tea/products?size=3&page=2')), ['TEA-09', 'TEA-10']);
  assert.deepEqual(skusOf(await get('/categories/tea/products?size=3&page=3')), []);
});

scenario('a category can be empty, or missing', async () => {
  const { body } = await get('/categories/garden/products');
  assert.deepEqual([body.total, body.products], [0, []]);
  assert.equal((await get('/categories/lawn/products')).status, 404);
});

scenario('a category finds products by a part of their name', async () => {
  assert.deepEqual(skusOf(await get('/categories/tea/products?search=cha')), ['TEA-04', 'TEA-08', 'TEA-10']);
  assert.deepEqual(skusOf(await get(`/categories/tea/products?search=${encodeURIComponent('“No.')}`)), ['TEA-09']);
  assert.deepEqual(skusOf(await get(`/categories/tea/products?search=${encodeURIComponent("100%_'\\")}`)), []);
});

// Whatever is taken in is asked about here alone: an insert depends on those before it.
scenario('a category lists a product from when it is taken in until it is withdrawn', async () => {
  const product = { sku: 'BOK-90', name: 'All about «茶»', price: '30.00', category: 'books', weight: 0.002 };
  const attributes = { pages: [25, 50], "it's": '"new"' };
  const books = async () => skusOf(await get('/categories/books/products'));
  assert.deepEqual(await books(), ['BOK-12']);
  assert.equal((await get('/products/BOK-90')).status, 404);

  const { status, body } = await post('/products', { ...product, attributes });
  assert.equal(status, 201);
  assert.equal(body.created_at, '2026-01-05T09:00:01.000Z');
  assert.deepEqual(body.attributes, attributes);
  assert.deepEqual(await books(), ['BOK-12', 'BOK-90']);
  assert.equal((await get('/products/BOK-90/stock')).body.quantity, 0);
  const { cached, views, ...shown } = (await get('/products/BOK-90')).body;
  assert.deepEqual([cached, views], [false, 1]);
  assert.deepEqual(shown, body);

  const again = await post('/products', { ...product, name: 'Another', price: '1.00' });
  assert.deepEqual([again.status, again.body.error.code], [409, 'sku_taken']);
  assert.equal((await get('/products/BOK-90')).body.price, '30.00');

  assert.equal((await del('/products/BOK-90')).status, 204);
  assert.deepEqual(await books(), ['BOK-12']);
  assert.equal((await get('/products/BOK-90')).body.active, false);
});

scenario('a product needs a category and a price', async () => {
  const { status, body } = await post('/products', { sku: 'NEW-92', name: 'New', price: '1.00', category: 'lawn' });
  assert.equal(status, 404);
  assert.equal(body.error.message, 'category lawn does not exist');
  assert.equal((await post('/products', { sku: 'NEW-92', name: 'New', price: '1', category: 'tea' })).status, 422);
  assert.equal((await get('/products/NEW-92')).status, 404);
});

scenario('a product is shown with all its kinds of values', async () => {
  const { body } = await get('/products/POT-03');
  assert.deepEqual(body, {
    id: 3, sku: 'POT-03', name: 'Cast-iron teapot', description: 'Made in Morioka (盛岡).', price: '249.00',
    weight: 2.1, active: true, attributes: { colour: 'black' }, created_at: '2025-10-02T09:30:00.000Z',
    category: 'crockery', category_title: 'Crockery', cached: false, views: 1,
  });
});

scenario('a product may lack a value, which is not an empty one', async () => {
  const { body } = await get('/products/OLD-07');
  assert.equal(body.weight, null);
  assert.equal(body.active, false);
  assert.deepEqual(body.attributes, {});
});

scenario('a product comes from the cache the second time, its views are counted', async () => {
  const views = [];
  for (const expected of [false, true, true]) {
    const { body } = await get('/products/MUG-01');
    assert.equal(body.cached, expected);
    views.push(body.views);
  }
  assert.deepEqual(views, [312, 313, 314]);
});

scenario('a product that is not sold here is not known', async () => {
  const { status, body } = await get('/products/NIL-99');
  assert.equal(status, 404);
  assert.equal(body.error.message, 'product NIL-99 does not exist');
  assert.equal((await get('/products/NIL-99/stock')).status, 404);
  assert.equal((await del('/products/NIL-99')).status, 404);
});

scenario('a product shows its new price at once', async () => {
  assert.equal((await get('/products/CUP-05')).body.price, '9.90');
  assert.equal((await patch('/products/CUP-05', { price: '10.40' })).body.price, '10.40');
  const { body } = await get('/products/CUP-05');
  assert.equal(body.price, '10.40');
  assert.equal(body.cached, false);
  assert.equal((await patch('/products/NIL-99', { price: '1.00' })).status, 404);
  assert.equal((await patch('/products/CUP-05', { price: 'cheap' })).status, 422);
});

scenario('a product that was looked at is remembered for its visitor', async ({ email }) => {
  const { token } = await newcomer(email);
  for (const sku of ['TEA-02', 'TEA-04', 'TEA-08', 'TEA-02', 'TEA-09', 'TEA-10', 'TEA-11']) {
    assert.equal((await get(`/products/${sku}`, token)).status, 200);
  }
  const { body } = await get('/sessions/current', token);
  assert.deepEqual(body.recent, ['TEA-11', 'TEA-10', 'TEA-09', 'TEA-02', 'TEA-08']);
});

scenario('a product that was looked at is remembered for nobody else', async ({ email }) => {
  const { token } = await newcomer(email);
  const other = (await post('/sessions', { email })).body.token;
  for (const sku of ['TEA-09', 'TEA-02']) assert.equal((await get(`/products/${sku}`, token)).status, 200);
  assert.deepEqual((await get('/sessions/current', other)).body.recent, []);
  assert.deepEqual((await get('/sessions/current', token)).body.recent, ['TEA-02', 'TEA-09']);
});

scenario('the stock knows how it came about', async () => {
  const { body } = await get('/products/MUG-01/stock');
  assert.equal(body.quantity, 40);
  assert.deepEqual(body.movements.map(({ delta, reason }) => [delta, reason]), [[42, 'delivered'], [-2, 'sold']]);
});

scenario('the stock of several products is shown at once', async () => {
  const { body } = await get('/stock?sku=MUG-01&sku=LID-34&sku=NIL-99');
  assert.deepEqual(body.stock, [{ sku: 'LID-34', quantity: 40 }, { sku: 'MUG-01', quantity: 40 }]);
  assert.deepEqual((await get('/stock')).body.stock, []);
});

scenario('the stock is shown before and after a delivery', async () => {
  assert.equal((await get('/products/TEA-04/stock')).body.quantity, 0);
  assert.equal((await post('/products/TEA-04/stock', { quantity: 30 })).body.quantity, 30);
  const { body } = await get('/products/TEA-04/stock');
  assert.equal(body.quantity, 30);
  assert.deepEqual(body.movements, [{ sku: 'TEA-04', delta: 30, reason: 'delivered', at: '2026-01-05T09:00:01.000Z' }]);
});

scenario('the stock takes in nothing strange', async () => {
  assert.equal((await post('/products/LID-34/stock', { quantity: -1 })).status, 422);
  assert.equal((await post('/products/LID-34/stock', { quantity: 'many' })).status, 422);
  assert.equal((await post('/products/NIL-99/stock', { quantity: 1 })).status, 404);
  assert.deepEqual((await get('/products/LID-34/stock')).body, { sku: 'LID-34', quantity: 40, movements: [] });
});
