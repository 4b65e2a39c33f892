// What visitors look at and customers buy, counted in Redis.

export function createCounters(redis) {
  return {
    viewed: (sku) => redis.incr(`views:${sku}`),

    async remember(session, sku) {
      const key = `recent:${session}`;
      await redis.pipeline().lrem(key, 0, sku).lpush(key, sku).ltrim(key, 0, 4).exec();
    },

    recent: (session) => redis.lrange(`recent:${session}`, 0, -1),

    /** All numbers of one order move together or not at all. */
    async sold(customerId, lines, totalCents) {
      const changes = redis
        .multi()
        .hincrby(`sales:${customerId}`, 'orders', 1)
        .hincrby(`sales:${customerId}`, 'cents', totalCents);
      for (const { sku, quantity } of lines) changes.zincrby(`favourites:${customerId}`, quantity, sku);
      await changes.exec();
    },

    async totals(customerId) {
      const [orders, cents] = await redis.hmget(`sales:${customerId}`, 'orders', 'cents');
      return { orders: Number(orders ?? 0), cents: Number(cents ?? 0) };
    },

    /** `[{sku, bought}]`, most bought first. */
    async favourites(customerId, count) {
      const flat = await redis.zrevrange(`favourites:${customerId}`, 0, count - 1, 'WITHSCORES');
      const pairs = [];
      for (let i = 0; i < flat.length; i += 2) pairs.push({ sku: flat[i], bought: Number(flat[i + 1]) });
      return pairs;
    },
  };
}
