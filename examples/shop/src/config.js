// Everything that differs between machines, read from the environment once.

const addresses = ['DATABASE_URL', 'CATALOGUE_URL', 'REDIS_URL', 'PAYMENTS_URL'];

export function readConfig(env = process.env) {
  const missing = addresses.filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`set ${missing.join(', ')} in the environment`);
  return {
    databaseUrl: env.DATABASE_URL,
    catalogueUrl: env.CATALOGUE_URL,
    redisUrl: env.REDIS_URL,
    paymentsUrl: env.PAYMENTS_URL,
    scope: env.SCOPE,
    paymentsKey: env.PAYMENTS_KEY ?? 'key_shop_development',
    poolSize: Number(env.POOL_SIZE ?? 2),
    port: Number(env.PORT ?? 3000),
  };
}
