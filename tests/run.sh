#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test of the project. Works as root and as a user with
# sudo, may be repeated, leaves nothing running.
#
#   tests/run.sh              everything but fuzz
#   tests/run.sh SUITE …      only these: layering units differential sanitizers fuzz
#                             conformance shop quickstart
#
# Each suite ends with "name: N passed, N failed, N skipped"; the status is 0 where nothing failed (and, in CI,
# nothing was skipped).
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/support/steps.sh
export LC_ALL=C.UTF-8 TZ=UTC

# Fuzzing has no end: it is a suite of its own, `tests/run.sh fuzz`.
all_suites=(layering units differential sanitizers conformance shop quickstart)
passed=0 failed=0 skipped=0
summaries=()
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# tally NAME PASSED FAILED SKIPPED: the closing line of a suite, and its part in the total.
tally() {
  passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
  summaries+=("$1: $2 passed, $3 failed, $4 skipped")
  say "${summaries[-1]}"
}

# tally_lines LOG: takes over the closing lines of a suite that printed its own.
tally_lines() {
  local name p f s
  while read -r name p f s; do
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    summaries+=("$name: $p passed, $f failed, $s skipped")
  done < <(sed -nE 's/^([[:alnum:]_-]+): ([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3 \4/p' "$1")
}

# own_summary NAME COMMAND…: a suite that prints its closing lines itself. One that fails without a word counts.
own_summary() {
  local name=$1 status failed_before=$failed
  shift
  "$@" 2>&1 | tee "$logs/$name"
  status=${PIPESTATUS[0]}
  tally_lines "$logs/$name"
  if [ "$status" != 0 ] && [ "$failed" = "$failed_before" ]; then tally "$name" 0 1 0; fi
}

layering() { own_summary layering python3 tests/layering.py; }

# doctests NAME PRESET: CTest over a build, counted in test cases.
doctests() {
  local name=$1 preset=$2 log=$logs/$1 status counts
  ctest --test-dir "build/$preset" --verbose --timeout 300 >"$log" 2>&1
  status=$?
  if [ "$status" != 0 ]; then
    grep -vE '^[0-9]+: \[doctest\] (doctest version|run with)' "$log" | tail -n 200
  fi
  grep -E '^ *[0-9]+/[0-9]+ Test|tests passed|tests failed' "$log"
  counts=$(sed -nE 's/.*\[doctest\] test cases: +([0-9]+) \| +([0-9]+) passed \| +([0-9]+) failed \| +([0-9]+) skipped.*/\2 \3 \4/p' "$log" |
    awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }')
  read -r p f s <<<"$counts"
  [ "$status" != 0 ] && [ "$f" = 0 ] && f=1 # a crash prints no summary
  [ "$status" = 0 ] && [ "$p" = 0 ] && f=1  # no test at all
  tally "$name" "$p" "$f" "$s"
}

units() { doctests units release; }

# Answers of compiled recordings beside those of a real SQL engine and a real redis-server, in other interleavings;
# computed ones beside those of the server.
differential() {
  local harness=build/release/tests/differential/differential
  own_summary differential "$harness"
  if ! command -v redis-server >/dev/null; then say "  skipped  differential-redis: no redis-server"; tally differential-redis 0 0 2; return; fi
  own_summary differential-redis python3 tests/conformance/servers.py redis -- sh -c "exec $harness --redis \"\$REDIS_URL\""
  own_summary emulator-against-server python3 tests/conformance/servers.py redis -- \
    sh -c "exec build/release/tests/differential/emulator_against_server --redis \"\$REDIS_URL\""
}

sanitizers() {
  build asan -DUNDERSTUDY_BUILD_EXAMPLES=OFF || { tally sanitizers 0 1 0; return; }
  export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
  doctests sanitizers asan
  unset ASAN_OPTIONS UBSAN_OPTIONS
}

# Ten seconds for each decoder, from its seed corpus.
fuzz() {
  local name targets p=0 f=0
  if ! command -v clang++-14 >/dev/null; then say "  skipped  fuzz: no clang++-14"; tally fuzz 0 0 1; return; fi
  mapfile -t targets < <(grep -ho 'understudy_fuzz([a-z0-9_]*' tests/fuzz/*.cmake | cut -d'(' -f2)
  build_targets="${targets[*]}" build fuzz || { tally fuzz 0 1 0; return; }
  for name in "${targets[@]}"; do
    if fuzz_one "$name" >"$logs/$name.log" 2>&1; then
      p=$((p + 1))
      say "  ok       $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$logs/$name.log") runs"
    else
      f=$((f + 1))
      say "  FAILED   $name"
      tail -n 40 "$logs/$name.log"
    fi
  done
  [ ${#targets[@]} = 0 ] && f=1
  tally fuzz "$p" "$f" 0
}

# An input that fails is printed in Base64, ready to become a seed.
fuzz_one() {
  local target seeds=$PWD/tests/fuzz/corpus/$1 found=$logs/fuzz-$1 input
  target=$PWD/$(find build/fuzz -type f -name "$1" -perm -u+x | head -n 1)
  mkdir -p "$found/corpus"
  [ -d "$seeds" ] || seeds=
  (cd "$found" && timeout 120 "$target" -max_total_time=10 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 corpus $seeds) &&
    return 0
  for input in "$found"/crash-* "$found"/timeout-* "$found"/oom-* "$found"/leak-*; do
    [ -f "$input" ] && echo "$input" && base64 "$input"
  done
  return 1
}

conformance() { own_summary conformance /usr/bin/python3 tests/conformance/run.py; }

shop() { own_summary shop python3 tests/conformance/shop.py; }

# The README's first command, from beginning to end.
quickstart() {
  if bash examples/quickstart.sh >"$logs/quickstart" 2>&1 </dev/null; then
    tail -n 12 "$logs/quickstart"
    tally quickstart 1 0 0
  else
    cat "$logs/quickstart"
    tally quickstart 0 1 0
  fi
}

wanted=("$@")
[ $# = 0 ] && wanted=("${all_suites[@]}")
for suite in "${wanted[@]}"; do
  [[ " ${all_suites[*]} fuzz " == *" $suite "* ]] || { say "no suite is called $suite: ${all_suites[*]} fuzz" >&2; exit 64; }
done

heading "Packages"
install_packages "${build_packages[@]}" "${client_packages[@]}" "${server_packages[@]}" "${driver_packages[@]}" \
  clang-14 libclang-rt-14-dev || exit 1
install_node || exit 1
install_modules examples/shop && install_modules tests/conformance || exit 1

heading "Build"
build release || exit 1

for suite in "${wanted[@]}"; do
  heading "Suite: $suite"
  "$suite"
done

heading "All suites ($((SECONDS / 60)) min $((SECONDS % 60)) s)"
printf '%s\n' "${summaries[@]}"
say "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && { [ -z "${CI:-}" ] || [ "$skipped" = 0 ]; }
