import { Router } from 'express';

import { invalid } from '../errors.js';
import { idOf, loggedIn, pageOf } from './requests.js';

export function orderRoutes({ checkout, orders, sessions }) {
  const routes = Router();

  routes.post('/orders', async (request, response) => {
    const session = await loggedIn(sessions, request);
    if (!request.body.paymentMethod) throw invalid('paymentMethod is needed');
    response.status(201).json(await checkout.place(session, request.body));
  });

  routes.get('/orders', async (request, response) => {
    const session = await loggedIn(sessions, request);
    const { page, size } = pageOf(request);
    response.json({ page, size, ...(await orders.page(session.customerId, { page, size })) });
  });

  routes.get('/orders/:id', async (request, response) => {
    response.json(await orders.find(idOf(request)));
  });

  routes.get('/orders/:id/status', async (request, response) => {
    response.json({ status: await checkout.status(idOf(request)) });
  });

  routes.get('/orders/:id/history', async (request, response) => {
    response.json({ events: await orders.history(idOf(request)) });
  });

  routes.get('/orders/:id/refunds', async (request, response) => {
    response.json(await checkout.refunds(idOf(request)));
  });

  routes.post('/orders/:id/confirm', async (request, response) => {
    const charge = await checkout.confirm(idOf(request), request.body.code);
    response.json({ charge: charge.status });
  });

  routes.post('/orders/:id/cancel', async (request, response) => {
    response.json(await checkout.cancel(idOf(request), request.body.reason ?? 'requested by customer'));
  });

  routes.post('/orders/:id/advance', async (request, response) => {
    response.json(await orders.advance(idOf(request)));
  });

  return routes;
}
