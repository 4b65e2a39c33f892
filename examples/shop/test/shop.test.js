// The suite: one shop, the cases one after the other.
import { after, before, test } from 'node:test';

import { scenariosToPlay } from './scenario.js';
import { beginScenario, closeShop, openShop } from './support.js';

await import('./cases/catalogue.js');
await import('./cases/customers.js');
await import('./cases/carts.js');
await import('./cases/orders.js');
await import('./cases/payments.js');
await import('./cases/accounts.js');

before(openShop);
after(closeShop);

for (const { name, slug, play } of scenariosToPlay(process.env)) {
  test(name, () => {
    beginScenario(slug);
    return play({ email: `${slug}@example.com` });
  });
}
