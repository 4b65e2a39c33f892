#!/usr/bin/env bash
# What threads share, under ThreadSanitizer: the doctests of net and engine, and the executable from outside.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
. tests/support/suites.sh
export LC_ALL=C.UTF-8 TZ=UTC UNDERSTUDY_PATIENCE=5 TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

install_packages clang-16 libclang-rt-16-dev lld-16 || exit 1
build_targets="understudy test_net engine_test" build tsan || exit 1
# Its shadow memory wants addresses that are not chosen at random.
fixed_addresses=
setarch -R true 2>/dev/null && fixed_addresses="setarch -R"
ctest_command="$fixed_addresses ctest" ctests tsan tsan -R '^(test_net|engine_test|cli_)'
