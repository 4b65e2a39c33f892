// Carts in Redis: one hash of SKU → quantity for each login session.

const lifetime = 7 * 24 * 3600;
const key = (session) => `cart:${session}`;

export function createCarts(redis) {
  return {
    /** The new quantity of `sku`. */
    async add(session, sku, quantity) {
      const [[, total]] = await redis
        .multi()
        .hincrby(key(session), sku, quantity)
        .expire(key(session), lifetime)
        .exec();
      return total;
    },

    async set(session, sku, quantity) {
      await redis.multi().hset(key(session), sku, quantity).expire(key(session), lifetime).exec();
    },

    async remove(session, sku) {
      return (await redis.hdel(key(session), sku)) === 1;
    },

    /** `[{sku, quantity}]` in SKU order. */
    async lines(session) {
      const quantities = await redis.hgetall(key(session));
      return Object.keys(quantities)
        .sort()
        .map((sku) => ({ sku, quantity: Number(quantities[sku]) }));
    },

    clear: (session) => redis.del(key(session)),
  };
}
