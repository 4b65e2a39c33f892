#!/usr/bin/env bash
# The whole program and each decoder's libFuzzer target with clang; UNDERSTUDY_FUZZ_SECONDS (default: 10) for each target,
# from its seed corpus.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh

seconds=${UNDERSTUDY_FUZZ_SECONDS:-10}
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

# An input that fails is printed in Base64, ready to become a seed.
fuzz() {
  local target seeds=$PWD/tests/fuzz/corpus/${1/_recorded/_observer} input
  target=$PWD/build/fuzz/tests/fuzz/$1
  mkdir -p "$found/$1/corpus"
  [ -d "$seeds" ] || seeds=
  (cd "$found/$1" && timeout $((seconds * 4 + 80)) "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 corpus $seeds) && return 0
  for input in "$found/$1"/crash-* "$found/$1"/timeout-* "$found/$1"/oom-* "$found/$1"/leak-*; do
    [ -f "$input" ] && echo "$input" && base64 "$input"
  done
  return 1
}

install_packages clang-16 libclang-rt-16-dev || exit 1
mapfile -t targets < <(grep -ho 'understudy_fuzz([a-z0-9_]*' tests/fuzz/*.cmake | cut -d'(' -f2)
build_targets="understudy ${targets[*]}" build fuzz || exit 1
p=0 f=0
for name in "${targets[@]}"; do
  if fuzz "$name" >"$found/log" 2>&1; then
    p=$((p + 1))
    say "  ok       $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$found/log") runs"
  else
    f=$((f + 1))
    say "  FAILED   $name"
    tail -n 40 "$found/log"
  fi
done
[ ${#targets[@]} = 0 ] && f=1
say "fuzz: $p passed, $f failed, 0 skipped"
[ "$f" = 0 ]
