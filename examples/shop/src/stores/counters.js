// What visitors look at and buy, counted in Redis.

export function createCounters(redis) {
  return {
    viewed: (sku) => redis.incr(`views:${sku}`),

    async remember(session, sku) {
      const key = `recent:${session}`;
      await redis.pipeline().lrem(key, 0, sku).lpush(key, sku).ltrim(key, 0, 4).exec();
    },

    recent: (session) => redis.lrange(`recent:${session}`, 0, -1),

    /** All numbers of one order move together or not at all. */
    async sold(lines, totalCents) {
      const changes = redis.multi().incr('orders:count').incrby('orders:cents', totalCents);
      for (const { sku, quantity } of lines) changes.zincrby('bestsellers', quantity, sku);
      await changes.exec();
    },

    async totals() {
      const [count, cents] = await redis.mget('orders:count', 'orders:cents');
      return { orders: Number(count ?? 0), cents: Number(cents ?? 0) };
    },

    /** `[{sku, sold}]`, most sold first. */
    async bestsellers(count) {
      const flat = await redis.zrevrange('bestsellers', 0, count - 1, 'WITHSCORES');
      const pairs = [];
      for (let i = 0; i < flat.length; i += 2) pairs.push({ sku: flat[i], sold: Number(flat[i + 1]) });
      return pairs;
    },
  };
}
