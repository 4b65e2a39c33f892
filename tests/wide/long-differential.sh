#!/usr/bin/env bash
# The differential harness over ten times as much, from seeds of its own.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
seed=${UNDERSTUDY_SEED:-$RANDOM}
say "seed $seed"

build_targets="tests/differential/all" build release || exit 1
beside_redis() { python3 tests/conformance/servers.py redis -- sh -c "exec $1 --redis \"\$REDIS_URL\" $2"; }
status=0
build/release/tests/differential/differential --reads 1000000 --seed "$seed" || status=1
beside_redis build/release/tests/differential/differential "--reads 1000000 --seed $seed" || status=1
beside_redis build/release/tests/differential/emulator_against_server "--commands 1000000 --seed $seed" || status=1
exit $status
