#!/usr/bin/env bash
# Random statements to the emulators of PostgreSQL and MySQL and to real servers of their own: what is computed must be
# what the server says. From a seed that it prints; UNDERSTUDY_STATEMENTS for more.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
seed=${UNDERSTUDY_SEED:-$RANDOM}
say "seed $seed"
build_targets="tests/differential/sql_emulator_against_server tests/differential/mysql_emulator_against_server" build release || exit 1

programs=$(dirname "$(find /usr/lib/postgresql -name initdb | sort -V | tail -n 1)")
folder=$(mktemp -d)
server= mariadb=
trap '[ -z "$server" ] || { kill -INT "$server"; wait "$server"; }; [ -z "$mariadb" ] || { kill "$mariadb"; wait "$mariadb"; }
  rm -rf "$folder" "$folder.mariadb"' EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
as_postgres() {
  if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"; else exec "$@"; fi
}
[ "$(id -u)" != 0 ] || chown postgres "$folder"
(as_postgres "$programs/initdb" --pgdata "$folder/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
  --no-sync) >"$folder.log" || exit 1
port=$(free_port)
as_postgres "$programs/postgres" -D "$folder/data" -c listen_addresses=127.0.0.1 -c port="$port" -c fsync=off \
  -c unix_socket_directories="$folder" -c timezone=UTC >>"$folder.log" 2>&1 &
server=$!
for _ in $(seq 100); do "$programs/pg_isready" -q -h 127.0.0.1 -p "$port" && break; sleep 0.1; done
build/release/tests/differential/sql_emulator_against_server --postgres "$port" --seed "$seed" \
  --statements "${UNDERSTUDY_STATEMENTS:-100000}" --collation C --version "$("$programs/postgres" --version | grep -o '[0-9.]*' | head -n 1)"
status=$?

mariadb-install-db --no-defaults --datadir="$folder.mariadb" --auth-root-authentication-method=normal --user="$(id -un)" \
  >>"$folder.log" 2>&1 || exit 1
port=$(free_port)
mariadbd --no-defaults --datadir="$folder.mariadb" --user="$(id -un)" --port="$port" --socket="$folder.mariadb/socket" \
  --bind-address=127.0.0.1 --innodb-flush-log-at-trx-commit=0 >>"$folder.log" 2>&1 &
mariadb=$!
for _ in $(seq 100); do (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
build/release/tests/differential/mysql_emulator_against_server --mysql "$port" --seed "$seed" \
  --statements "${UNDERSTUDY_STATEMENTS:-100000}" || status=1
rm -f "$folder.log"
exit $status
