#!/usr/bin/env bash
# Kills a recorder UNDERSTUDY_KILLS times (300) under load of four protocols over TLS: nothing acknowledged is lost.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
export LC_ALL=C.UTF-8 TZ=UTC

install_packages "${server_packages[@]}" "${driver_packages[@]}" openssl || exit 1
build_targets=understudy build release || exit 1
UNDERSTUDY=$PWD/build/release/src/cli/understudy /usr/bin/python3 tests/wide/drivers/hostile/kill.py "${UNDERSTUDY_KILLS:-300}"
status=$?
say "kill: $((status == 0)) passed, $((status != 0)) failed, 0 skipped"
exit $status
