// A cache in front of the catalogue: product pages are read far more often than they change.

const lifetime = 3600;
const key = (sku) => `product:${sku}`;

export function createProductCache(redis, catalogue) {
  return {
    async find(sku) {
      const cached = await redis.get(key(sku));
      if (cached) return { ...JSON.parse(cached), cached: true };
      const product = await catalogue.find(sku);
      await redis.set(key(sku), JSON.stringify(product), 'EX', lifetime);
      return { ...product, cached: false };
    },

    forget: (sku) => redis.del(key(sku)),
  };
}
