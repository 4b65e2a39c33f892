// Tells Understudy which test worker a connection belongs to, so that workers on one mock don't see each other's
// writes. Each driver has its own place for a name; real servers take it for a label.

/** What to add to the options of each client so that it is in the scope `name`; without a name nothing. */
export function scopeOptions(name) {
  if (!name) return { postgres: {}, mysql: {}, redis: {}, headers: {} };
  return {
    postgres: { options: `-c understudy.scope=${name}` },
    mysql: { connectAttributes: { understudy_scope: name } },
    redis: { connectionName: `shop?understudy_scope=${name}` },
    headers: { 'understudy-scope': name },
  };
}
