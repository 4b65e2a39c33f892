import { Router } from 'express';

import { ShopError, invalid } from '../errors.js';
import { idOf, loggedIn, tokenOf } from './requests.js';

export function customerRoutes({ customers, sessions, counters }) {
  const routes = Router();
  const changeable = ['name', 'address', 'tags', 'newsletter'];

  routes.post('/customers', async (request, response) => {
    const { email, name } = request.body;
    if (!email || !name) throw invalid('email and name are needed');
    response.status(201).json(await customers.create(request.body));
  });

  routes.get('/customers/:id', async (request, response) => {
    response.json(await customers.find(idOf(request)));
  });

  routes.patch('/customers/:id', async (request, response) => {
    const changes = Object.fromEntries(
      changeable.filter((name) => name in request.body).map((name) => [name, request.body[name]]),
    );
    if (Object.keys(changes).length === 0) throw invalid(`one of ${changeable.join(', ')} is needed`);
    response.json(await customers.update(idOf(request), changes));
  });

  routes.get('/groups/:group', async (request, response) => {
    response.json({ members: await customers.members(request.params.group) });
  });

  routes.get('/customers/:id/groups', async (request, response) => {
    response.json({ groups: await customers.groups(idOf(request)) });
  });

  routes.put('/customers/:id/groups/:group', async (request, response) => {
    await customers.join(idOf(request), request.params.group);
    response.status(204).end();
  });

  routes.delete('/customers/:id/groups/:group', async (request, response) => {
    await customers.leave(idOf(request), request.params.group);
    response.status(204).end();
  });

  routes.post('/sessions', async (request, response) => {
    const { email } = request.body;
    const customer = await customers.findByEmail(email ?? '');
    if (!customer) {
      const attempts = await sessions.failed(email);
      throw new ShopError(401, 'unknown_customer', 'no such customer', { attempts });
    }
    response.status(201).json(await sessions.open(customer));
  });

  routes.get('/sessions/current', async (request, response) => {
    const session = await loggedIn(sessions, request);
    response.json({ ...session, recent: await counters.recent(session.token) });
  });

  routes.delete('/sessions/current', async (request, response) => {
    const closed = await sessions.close(tokenOf(request));
    response.status(closed ? 204 : 401).end();
  });

  return routes;
}
