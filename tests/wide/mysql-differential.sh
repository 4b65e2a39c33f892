#!/usr/bin/env bash
# The differential harness beside a real MariaDB: what statements mean is decided by views, partitions, procedures,
# triggers, sequences, databases, settings and roles, and by when a transaction looked first. UNDERSTUDY_READS (100,000)
# reads, from UNDERSTUDY_SEED.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
export LC_ALL=C.UTF-8 TZ=UTC
seed=${UNDERSTUDY_SEED:-$RANDOM}
say "seed $seed"

install_packages mariadb-server || exit 1
build_targets=tests/differential/differential build release || exit 1

folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server"; }; rm -rf "$folder" "$folder.log"' EXIT
mariadb-install-db --no-defaults --datadir="$folder" --auth-root-authentication-method=normal --user="$(id -un)" \
  >"$folder.log" 2>&1 || exit 1
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# A client that waits for another one's lock has deadlocked the harness.
mariadbd --no-defaults --datadir="$folder" --user="$(id -un)" --port="$port" --socket="$folder/socket" \
  --bind-address=127.0.0.1 --innodb-flush-log-at-trx-commit=0 --innodb-lock-wait-timeout=3 --lock-wait-timeout=3 \
  --default-time-zone=+00:00 --log-bin-trust-function-creators=1 >>"$folder.log" 2>&1 &
server=$!
for _ in $(seq 100); do (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
build/release/tests/differential/differential --mysql "$port" --seed "$seed" --reads "${UNDERSTUDY_READS:-100000}"
