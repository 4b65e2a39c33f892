#!/usr/bin/env bash
# The differential harness beside a real PostgreSQL: what statements mean is decided by policies, partitions, views,
# triggers, procedures, sequences, settings and roles. UNDERSTUDY_READS (100,000) reads, from UNDERSTUDY_SEED.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
export LC_ALL=C.UTF-8 TZ=UTC
seed=${UNDERSTUDY_SEED:-$RANDOM}
say "seed $seed"

install_packages postgresql || exit 1
build_targets=tests/differential/differential build release || exit 1

programs=$(dirname "$(find /usr/lib/postgresql -name initdb | sort -V | tail -n 1)")
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill -INT "$server"; wait "$server"; }; rm -rf "$folder" "$folder.log"' EXIT
as_postgres() {
  if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"; else exec "$@"; fi
}
[ "$(id -u)" != 0 ] || chown postgres "$folder"
(as_postgres "$programs/initdb" --pgdata "$folder/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
  --no-sync) >"$folder.log" || exit 1
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_postgres "$programs/postgres" -D "$folder/data" -c listen_addresses=127.0.0.1 -c port="$port" -c fsync=off \
  -c unix_socket_directories="$folder" -c timezone=UTC >>"$folder.log" 2>&1 &
server=$!
for _ in $(seq 100); do "$programs/pg_isready" -q -h 127.0.0.1 -p "$port" && break; sleep 0.1; done
build/release/tests/differential/differential --postgres "$port" --seed "$seed" --reads "${UNDERSTUDY_READS:-100000}"
