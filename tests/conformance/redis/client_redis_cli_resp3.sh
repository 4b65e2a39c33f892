#!/usr/bin/env bash
# redis-cli once more, over RESP3.
set -euo pipefail

REDIS_CLI_OPTIONS=-3 exec bash "$(dirname "$0")/client_redis_cli.sh"
