// Puts the shop together: connections, stores, checkout, routes.
import express from 'express';
import Redis from 'ioredis';
import knex from 'knex';
import mysql from 'mysql2/promise';

import { createCheckout } from './checkout.js';
import { sendError } from './errors.js';
import { createPayments } from './payments-client.js';
import { accountRoutes } from './routes/account.js';
import { cartRoutes } from './routes/cart.js';
import { catalogueRoutes } from './routes/catalogue.js';
import { customerRoutes } from './routes/customers.js';
import { orderRoutes } from './routes/orders.js';
import { scopeOptions } from './scope.js';
import { createCarts } from './stores/carts.js';
import { createCatalogue } from './stores/catalogue.js';
import { createCounters } from './stores/counters.js';
import { createCustomers } from './stores/customers.js';
import { createOrders } from './stores/orders.js';
import { createProductCache } from './stores/product-cache.js';
import { createSessions } from './stores/sessions.js';

function connect({ databaseUrl, catalogueUrl, redisUrl, paymentsUrl, paymentsKey, poolSize, scope }) {
  const own = scopeOptions(scope);
  return {
    database: knex({
      client: 'pg',
      connection: { connectionString: databaseUrl, ...own.postgres },
      pool: { min: 0, max: poolSize },
    }),
    catalogueDb: mysql.createPool({ uri: catalogueUrl, connectionLimit: poolSize, timezone: 'Z', ...own.mysql }),
    redis: new Redis(redisUrl, { lazyConnect: true, maxRetriesPerRequest: 1, ...own.redis }),
    payments: createPayments(paymentsUrl, paymentsKey, own.headers),
  };
}

function healthRoute({ database, catalogueDb, redis, payments }) {
  return async (_request, response) => {
    await database.raw('SELECT 1');
    await catalogueDb.query('SELECT 1');
    await redis.ping();
    await payments.health();
    response.json({ database: 'ok', catalogue: 'ok', redis: 'ok', payments: 'ok' });
  };
}

/** An Express application and what ends its connections. */
export async function createShop(config, { clock, ids }) {
  const { database, catalogueDb, redis, payments } = connect(config);
  await redis.connect();

  const catalogue = createCatalogue(catalogueDb, clock);
  const orders = createOrders(database, clock);
  const customers = createCustomers(database, clock);
  const carts = createCarts(redis);
  const sessions = createSessions(redis, { clock, ids });
  const counters = createCounters(redis);
  const productCache = createProductCache(redis, catalogue);
  const checkout = createCheckout({ catalogue, orders, carts, counters, payments });

  const app = express().disable('x-powered-by').use(express.json());
  app.get('/health', healthRoute({ database, catalogueDb, redis, payments }));
  app.use(catalogueRoutes({ catalogue, productCache, counters }));
  app.use(customerRoutes({ customers, sessions, counters }));
  app.use(cartRoutes({ catalogue, carts, checkout, sessions }));
  app.use(orderRoutes({ checkout, orders, sessions }));
  app.use(accountRoutes({ catalogue, counters, orders, sessions }));
  app.use(sendError);

  return {
    app,
    async close() {
      await Promise.all([database.destroy(), catalogueDb.end(), redis.quit()]);
    },
  };
}
