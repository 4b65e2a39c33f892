#!/usr/bin/env bash
# Records mocks/shop anew: starts PostgreSQL, MariaDB, Redis and the payments API on free ports with data in
# temporary folders, runs the shop's tests through the recorder, stops everything. UNDERSTUDY names the program,
# otherwise it is that of build/release.
set -eu
cd "$(dirname "$0")/../.."
understudy=${UNDERSTUDY:-build/release/src/cli/understudy}
db=examples/shop/db

rm -rf mocks/shop/sessions mocks/shop/schema
mkdir -p mocks/shop/schema
cp "$db/postgres.sql" "$db/mariadb.sql" mocks/shop/schema
python3 tests/conformance/servers.py --account shop \
  "postgres:$db/postgres.sql" "mariadb:$db/mariadb.sql" "redis:$db/redis.txt" node:examples/shop/payments/main.js -- \
  bash -c 'exec "$0" record mocks/shop \
    --map "orders=0=$POSTGRES_UPSTREAM" --map "catalogue=0=$MARIADB_UPSTREAM" --map "cache=0=$REDIS_UPSTREAM" --map "payments=0=$NODE_UPSTREAM" \
    -- npm test --silent --prefix examples/shop' "$understudy"
