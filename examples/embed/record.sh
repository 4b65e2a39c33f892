#!/bin/sh
# Records the mock set anew: needs redis-server, redis-cli and understudy on the PATH.
set -eu
cd "$(dirname "$0")"
port=${REDIS_PORT:-16379}
redis-server --port "$port" --bind 127.0.0.1 --save "" --appendonly no > /dev/null &
server=$!
trap 'kill "$server"' EXIT
until redis-cli -p "$port" ping > /dev/null 2>&1; do sleep 0.1; done

rm -rf mock
understudy record mock --map "limits=0=redis://127.0.0.1:$port" -- sh -c '
  redis-cli -p "$UNDERSTUDY_LIMITS_PORT" <<COMMANDS
GET limit:free
SET limit:free 3
GET limit:free
INCR used:alice
INCR used:alice
INCR used:alice
INCR used:alice
GET used:alice
INCR used:bob
COMMANDS
'
