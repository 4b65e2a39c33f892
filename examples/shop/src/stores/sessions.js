// Login sessions in Redis: a JSON document that lives for a day after it was last used.
import { unauthorised } from '../errors.js';

const lifetime = 24 * 3600;
const key = (token) => `session:${token}`;

export function createSessions(redis, { clock, ids }) {
  return {
    async open(customer) {
      const session = { customerId: customer.id, name: customer.name, since: clock.now().toISOString() };
      const token = ids.next('sess');
      await redis.set(key(token), JSON.stringify(session), 'EX', lifetime);
      return { token, ...session };
    },

    async read(token) {
      const text = token && (await redis.get(key(token)));
      if (!text) throw unauthorised();
      await redis.expire(key(token), lifetime);
      return { token, ...JSON.parse(text) };
    },

    async close(token) {
      const [[, closed]] = await redis.multi().del(key(token)).del(`cart:${token}`).exec();
      return closed === 1;
    },

    /** Counts failed logins of one e-mail address within the hour. */
    async failed(email) {
      const [[, attempts]] = await redis.multi().incr(`failed:${email}`).expire(`failed:${email}`, 3600).exec();
      return attempts;
    },
  };
}
