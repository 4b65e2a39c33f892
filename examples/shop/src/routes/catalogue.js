import { Router } from 'express';

import { invalid } from '../errors.js';
import { isAmount } from '../money.js';
import { pageOf, tokenOf } from './requests.js';

export function catalogueRoutes({ catalogue, productCache, counters }) {
  const routes = Router();

  routes.get('/categories', async (_request, response) => {
    response.json({ categories: await catalogue.categories() });
  });

  routes.get('/categories/:category/products', async (request, response) => {
    const { category } = request.params;
    const { page, size } = pageOf(request);
    const { total, products } = await catalogue.page({ page, size, category, search: request.query.search });
    response.json({ page, size, total, products });
  });

  routes.get('/products/:sku', async (request, response) => {
    const { sku } = request.params;
    const product = await productCache.find(sku);
    const views = await counters.viewed(sku);
    const token = tokenOf(request);
    if (token) await counters.remember(token, sku);
    response.json({ ...product, views });
  });

  routes.post('/products', async (request, response) => {
    const { sku, name, price, category } = request.body;
    if (!sku || !name || !isAmount(price) || !category) {
      throw invalid('sku, name, price ("9.90") and category are needed');
    }
    const id = await catalogue.create(request.body);
    response.status(201).json({ id, ...(await catalogue.find(sku)) });
  });

  routes.patch('/products/:sku', async (request, response) => {
    const { sku } = request.params;
    if (!isAmount(request.body.price)) throw invalid('price ("9.90") is needed');
    await catalogue.reprice(sku, request.body.price);
    await productCache.forget(sku);
    response.json(await catalogue.find(sku));
  });

  routes.delete('/products/:sku', async (request, response) => {
    await catalogue.withdraw(request.params.sku);
    await productCache.forget(request.params.sku);
    response.status(204).end();
  });

  routes.get('/stock', async (request, response) => {
    response.json({ stock: await catalogue.stockOf([request.query.sku ?? []].flat()) });
  });

  routes.get('/products/:sku/stock', async (request, response) => {
    const { sku } = request.params;
    response.json({ sku, quantity: await catalogue.stock(sku), movements: await catalogue.movements(sku) });
  });

  routes.post('/products/:sku/stock', async (request, response) => {
    const { sku } = request.params;
    const quantity = Number(request.body.quantity);
    if (!Number.isInteger(quantity) || quantity < 1) throw invalid('quantity is a whole number from 1');
    await catalogue.stock(sku);
    await catalogue.transaction((connection) => catalogue.moveStock(connection, sku, quantity, 'delivered'));
    response.json({ sku, quantity: await catalogue.stock(sku) });
  });

  return routes;
}
