// The whole suite: one shop, the cases one after the other, always in this order.
import { after, before } from 'node:test';

import { closeShop, openShop } from './support.js';

before(openShop);
after(closeShop);

await import('./cases/catalogue.js');
await import('./cases/customers.js');
await import('./cases/carts.js');
await import('./cases/orders.js');
await import('./cases/payments.js');
await import('./cases/reports.js');
