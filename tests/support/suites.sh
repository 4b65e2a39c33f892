# What each suite is. Sourced by tests/run.sh; a suite ends with its closing lines "name: N passed, N failed, N skipped".

all_suites=(quickstart layering differential units sanitizers cli conformance shop)
# The quickstart is the build of the product: alone, so that it is measured as a newcomer sees it. Then those that
# wait for servers, beside those that compute and build.
waiting_suites=(conformance shop cli)
computing_suites=(layering differential units sanitizers)

# The build with the product, the harnesses and the examples; and the one with the doctests.
product_preset=release
check_preset=asan

run_suites() {
  local wanted=" $* " lane waiting='' computing=''
  [[ $wanted == *" quickstart "* ]] && run_measured quickstart quickstart
  for lane in "${waiting_suites[@]}"; do [[ $wanted == *" $lane "* ]] && waiting+=" $lane"; done
  for lane in "${computing_suites[@]}"; do [[ $wanted == *" $lane "* ]] && computing+=" $lane"; done
  if [ -n "$waiting" ]; then measured build-product build_product || say "  the product is not built"; fi
  if [ -z "$waiting" ] || [ -z "$computing" ]; then
    for lane in $waiting $computing; do run_measured "$lane" "$lane"; done
  else
    in_lanes "$waiting" "$computing"
  fi
}

# run_touched "SUITE [WHAT …]" …: in one build without sanitizers that is kept up to date, for daily work.
run_touched() {
  local line words
  product_preset=dev check_preset=dev
  export UNDERSTUDY=$PWD/build/dev/src/cli/understudy
  for line in "$@"; do
    read -ra words <<<"$line"
    run_measured "${words[0]}" "${words[@]}"
  done
}

tally() { say "$1: $2 passed, $3 failed, $4 skipped"; }

build_product() { build_targets=understudy build "$product_preset"; }

# The README's first command, from beginning to end.
quickstart() {
  if bash examples/quickstart.sh; then tally quickstart 1 0 0; else tally quickstart 0 1 0; fi
}

# layering [REV]: the arrows of the design, and how the sources look (those that changed since REV).
layering() {
  local status=0
  python3 tests/layering.py || status=1
  python3 tests/style.py ${1:+--tidy "$1"} || status=1
  return $status
}

# ctests NAME PRESET [CTEST OPTION…]: CTest over a build, counted in the cases of doctest and of Python's unittest.
ctests() {
  local name=$1 preset=$2 log=$logs/$1.ctest status p f s
  shift 2
  ${ctest_command:-ctest} --test-dir "build/$preset" --verbose --timeout 600 -j2 "$@" >"$log" 2>&1
  status=$?
  if [ "$status" != 0 ]; then
    grep -vE '^[0-9]+: (\[doctest\] (doctest version|run with)|[0-9.]+ s: )' "$log" | tail -n 200
  fi
  grep -E '^ *[0-9]+/[0-9]+ Test|tests passed|tests failed|^[0-9]+: [0-9]+\.[0-9]+ s: ' "$log" | grep -vE '^[0-9]+: 0\.[0-4][0-9]* s: '
  read -r p f s < <(count_cases <"$log")
  [ "$status" != 0 ] && [ "$f" = 0 ] && f=1 # a crash prints no summary
  [ "$status" = 0 ] && [ "$p" = 0 ] && f=1  # no test at all
  tally "$name" "$p" "$f" "$s"
}

# "passed failed skipped" of all the summaries in a log of CTest.
count_cases() {
  awk '
    /\[doctest\] test cases:/ { gsub(/[^0-9]+/, " "); split($0, n, " "); p += n[3]; f += n[4]; s += n[5] }
    /^[0-9]+: Ran [0-9]+ tests? in/ { p += $3 }
    /^[0-9]+: (OK|FAILED)/ {
      bad = 0
      if (match($0, /failures=[0-9]+/)) bad += substr($0, RSTART + 9, RLENGTH - 9)
      if (match($0, /errors=[0-9]+/)) bad += substr($0, RSTART + 7, RLENGTH - 7)
      left = match($0, /skipped=[0-9]+/) ? substr($0, RSTART + 8, RLENGTH - 8) : 0
      p -= bad + left; f += bad; s += left
    }
    END { print p + 0, f + 0, s + 0 }'
}

# with_sanitizers COMMAND…: what is instrumented takes its time.
with_sanitizers() {
  UNDERSTUDY_PATIENCE=3 ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 "$@"
}

# units [TEST …]: the doctests; all of them below the sanitizers.
units() {
  local only=()
  [ $# = 0 ] || only=(-R "^($(IFS='|'; echo "$*"))\$")
  build_targets=${*:-doctests} build "$check_preset" || { tally units 0 1 0; return; }
  with_sanitizers ctests units "$check_preset" -L '^unit$' "${only[@]}"
}

# The executable from outside, with sanitizers in it; but for what is about the answers alone.
sanitizers() {
  build_targets=understudy build asan || { tally sanitizers 0 1 0; return; }
  with_sanitizers ctests sanitizers asan -LE '^(unit|delivered)$'
}

# The same as it is delivered; and the examples in C++.
cli() {
  build_targets="understudy examples/all" build "$product_preset" || { tally cli 0 1 0; return; }
  ctests cli "$product_preset" -LE '^unit$'
}

# Answers of compiled recordings beside those of a real SQL engine and a real redis-server, in other interleavings;
# computed ones beside those of the server. The benchmarks are built, so that they can't rot.
differential() {
  local harness=build/$product_preset/tests/differential
  build_targets="tests/differential/all tests/bench/all" build "$product_preset" || { tally differential 0 1 0; return; }
  noted differential "$harness/differential"
  noted differential-http "$harness/differential" --http
  if ! command -v redis-server >/dev/null; then say "  skipped  differential-redis: no redis-server"; tally differential-redis 0 0 2; return; fi
  noted differential-redis beside_redis "$harness/differential"
  noted emulator-against-server beside_redis "$harness/emulator_against_server"
}

beside_redis() { python3 tests/conformance/servers.py redis -- sh -c "exec $1 --redis \"\$REDIS_URL\""; }

# noted NAME COMMAND…: a command that prints its closing lines itself. One that fails without a word counts.
noted() {
  local name=$1 status
  shift
  "$@" 2>&1 | tee "$logs/$name.noted"
  status=${PIPESTATUS[0]}
  if [ "$status" != 0 ] && ! closing_lines "$logs/$name.noted" | grep -qv ' 0 failed'; then tally "$name" 0 1 0; fi
}

# conformance [PROTOCOL …]
conformance() {
  build_product || { tally conformance 0 1 0; return; }
  local binary=$PWD/build/$product_preset/src/cli/understudy status=0
  /usr/bin/python3 tests/conformance/run.py --binary "$binary" "$@" || status=1
  [ $# != 0 ] || /usr/bin/python3 tests/conformance/tls.py --binary "$binary" || status=1
  return $status
}

shop() {
  build_product || { tally shop 0 1 0; return; }
  python3 tests/conformance/shop.py
}
