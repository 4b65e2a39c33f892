#!/usr/bin/env bash
# UNDERSTUDY_CONNECTIONS (10,000) connections at once to a mock and to a recorder, plain and with TLS; says what each costs.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
export LC_ALL=C.UTF-8 TZ=UTC

install_packages python3 openssl || exit 1
build_targets=understudy build release || exit 1
export UNDERSTUDY=$PWD/build/release/src/cli/understudy
exec /usr/bin/python3 tests/wide/drivers/hostile/connections.py "${UNDERSTUDY_CONNECTIONS:-10000}"
