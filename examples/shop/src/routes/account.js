// What a customer may know about their own shopping.
import { Router } from 'express';

import { loggedIn, pageOf } from './requests.js';

export function accountRoutes({ catalogue, counters, orders, sessions }) {
  const routes = Router();

  routes.get('/account/sales', async (request, response) => {
    const { customerId } = await loggedIn(sessions, request);
    response.json({ totals: await counters.totals(customerId), byStatus: await orders.sales(customerId) });
  });

  routes.get('/account/favourites', async (request, response) => {
    const { customerId } = await loggedIn(sessions, request);
    const favourites = await counters.favourites(customerId, pageOf(request).size);
    const products = await catalogue.findAll(favourites.map(({ sku }) => sku));
    response.json({ products: favourites.map((line) => ({ ...line, name: products.get(line.sku).name })) });
  });

  return routes;
}
