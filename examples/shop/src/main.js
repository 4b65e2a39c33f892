// Starts the shop: `npm start`.
import { readConfig } from './config.js';
import { createShop } from './shop.js';
import { randomIds, systemClock } from './time-and-ids.js';

const config = readConfig();
const shop = await createShop(config, { clock: systemClock, ids: randomIds });
const server = shop.app.listen(config.port, () => {
  console.log(`the shop is open on http://127.0.0.1:${server.address().port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => server.close(() => shop.close()));
}
