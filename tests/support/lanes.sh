# Suites one after the other or side by side: measured, counted, reported. Sourced by tests/run.sh.
# $logs holds for each suite what it said (NAME.log) and what it cost (NAME.cost: seconds, CPU seconds of user and
# system), and in `order` the names as they began.

budgets=tests/README.md
TIMEFORMAT='%R %U %S'

# measured NAME COMMAND…: runs it; says what it says, at once or, in a lane, when it is over.
measured() {
  local name=$1 log=$logs/$1.log status
  shift
  echo "$name" >>"$logs/order"
  if [ -n "${in_lane:-}" ]; then
    say "  … $name"
    { time "$@" >"$log" 2>&1 </dev/null; } 2>"$logs/$name.cost"
    status=$?
    { flock 8; heading "$name ($(cost_of "$name"))"; cat "$log"; } 8>"$logs/lock"
  else
    heading "$name"
    { time { "$@" 2>&1 </dev/null | tee "$log"; }; } 2>"$logs/$name.cost"
    status=$?
  fi
  return "$status"
}

# run_measured NAME COMMAND…: a suite. One that fails, or ends, without a word counts as a failure.
run_measured() {
  local name=$1 status closing
  measured "$@"
  status=$?
  closing=$(closing_lines "$logs/$name.log")
  if [ -z "$closing" ] || { [ "$status" != 0 ] && ! grep -qv ' 0 failed' <<<"$closing"; }; then
    say "$name ended with status $status"
    say "$name: 0 passed, 1 failed, 0 skipped" | tee -a "$logs/$name.log"
  fi
}

# in_lanes "SUITE …" "SUITE …": each list one after the other, the lists side by side, each a process group.
lanes=()
in_lanes() {
  local lane suite
  set -m
  for lane in "$@"; do
    (in_lane=1; for suite in $lane; do run_measured "$suite" "$suite"; done) &
    lanes+=($!)
  done
  set +m
  wait
  lanes=()
}

# stop_lanes: ends what still runs beside this shell.
stop_lanes() {
  local group
  for group in "${lanes[@]}"; do kill -TERM -- "-$group" 2>/dev/null; done
  wait
}

closing_lines() { grep -hE '^[[:alnum:]_-]+: [0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$@"; }

cost_of() { awk '{ printf "%.0f s, CPU %.0f s", $1, $2 + $3 }' "$logs/$1.cost"; }

# budget_of NAME: "seconds CPU-seconds" as the table of tests/README.md grants it, - where it does not.
budget_of() { awk -F'|' -v name=" \`$1\` " '$2 == name && NF == 5 && $3 ~ /^ *([0-9]+|-) *$/ { gsub(/ /, ""); print $3, $4; exit }' "$budgets"; }

# over_budget NAME SECONDS CPU: a warning where either is more than the table grants.
over_budget() {
  local seconds cpu
  read -r seconds cpu < <(budget_of "$1") || return 0
  awk -v name="$1" -v s="$2" -v c="$3" -v ms="$seconds" -v mc="$cpu" 'BEGIN {
    if (ms != "-" && s > ms) printf "  OVER BUDGET: %s took %.0f s, its budget is %s s\n", name, s, ms
    if (mc != "-" && c > mc) printf "  OVER BUDGET: %s took %.0f s of CPU, its budget is %s s\n", name, c, mc }'
}

# Tests say what they took: "ok  NAME (1.2 s)", or as doctest does "1.2 s: NAME".
slowest_tests() {
  sed -nE 's/^([0-9]+: )?([0-9]+\.[0-9]+) s: (.*)$/\2 \3/p; s/^  (ok|FAILED) +(.*) \(([0-9]+\.[0-9]+) s\)$/\3 \2/p' "$logs"/*.log |
    sort -rn | head -n 10 | awk '{ seconds = $1; $1 = ""; printf "  %7.1f s %s\n", seconds, $0 }'
}

# The table of what ran, the slowest tests, the sums; status 0 where nothing failed (and, in CI, nothing was skipped).
print_result() {
  local name seconds user system cpu passed failed skipped
  heading "What it took"
  printf '  %-28s %8s %8s\n' "" "s" "CPU s"
  while read -r name; do
    read -r seconds user system <"$logs/$name.cost"
    printf '  %-28s %8.1f %8.1f\n' "$name" "$seconds" "$(awk "BEGIN { print $user + $system }")"
    over_budget "$name" "$seconds" "$(awk "BEGIN { print $user + $system }")"
  done <"$logs/order"
  times >"$logs/times" # of this shell itself: a subshell has times of its own
  cpu=$(cpu_seconds <"$logs/times")
  printf '  %-28s %8d %8d\n' "everything" "$SECONDS" "$cpu"
  [ "$kind" = suites ] && [ ${#wanted[@]} = ${#all_suites[@]} ] && over_budget everything "$SECONDS" "$cpu"
  heading "The slowest tests"
  slowest_tests
  heading "All suites ($((SECONDS / 60)) min $((SECONDS % 60)) s, CPU $((cpu / 60)) min $((cpu % 60)) s)"
  while read -r name; do closing_lines "$logs/$name.log"; done <"$logs/order"
  read -r passed failed skipped < <(cat "$logs"/*.log | closing_lines - |
    awk '{ p += $2; f += $4; s += $6 } END { print p + 0, f + 0, s + 0 }')
  say "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ] && { [ -z "${CI:-}" ] || [ "$skipped" = 0 ]; }
}
