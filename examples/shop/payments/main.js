// Starts the payments API on PORT of the loopback interface: `npm run payments`.
import { createPaymentsApi } from './payments.js';

const { PORT = '3100', PAYMENTS_KEY = 'key_shop_development' } = process.env;
const server = createPaymentsApi({ apiKey: PAYMENTS_KEY });
server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`payments are taken on http://127.0.0.1:${server.address().port}`);
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
