#!/usr/bin/env bash
# UNDERSTUDY_MINUTES (30) of mixed load of four protocols over TLS, on a recorder and on a mock: memory and log stay flat.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
export LC_ALL=C.UTF-8 TZ=UTC

install_packages "${server_packages[@]}" "${driver_packages[@]}" openssl || exit 1
build_targets=understudy build release || exit 1
export UNDERSTUDY=$PWD/build/release/src/cli/understudy
exec /usr/bin/python3 tests/wide/drivers/hostile/soak.py "${UNDERSTUDY_MINUTES:-30}"
