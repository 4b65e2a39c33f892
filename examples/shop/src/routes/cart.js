import { Router } from 'express';

import { invalid, notFound } from '../errors.js';
import { loggedIn } from './requests.js';

const quantityOf = (request, least) => {
  const quantity = Number(request.body.quantity ?? 1);
  if (!Number.isInteger(quantity) || quantity < least) throw invalid(`quantity is a whole number from ${least}`);
  return quantity;
};

export function cartRoutes({ catalogue, carts, checkout, sessions }) {
  const routes = Router();

  routes.get('/cart', async (request, response) => {
    const session = await loggedIn(sessions, request);
    response.json(await checkout.cart(session));
  });

  routes.post('/cart/:sku', async (request, response) => {
    const { sku } = request.params;
    const session = await loggedIn(sessions, request);
    const quantity = quantityOf(request, 1);
    await catalogue.find(sku);
    response.json({ sku, quantity: await carts.add(session.token, sku, quantity) });
  });

  routes.put('/cart/:sku', async (request, response) => {
    const { sku } = request.params;
    const session = await loggedIn(sessions, request);
    const quantity = quantityOf(request, 0);
    if (quantity === 0) await carts.remove(session.token, sku);
    else await carts.set(session.token, sku, quantity);
    response.json({ sku, quantity });
  });

  routes.delete('/cart/:sku', async (request, response) => {
    const session = await loggedIn(sessions, request);
    if (!(await carts.remove(session.token, request.params.sku))) throw notFound('that line');
    response.status(204).end();
  });

  return routes;
}
