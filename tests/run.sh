#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test of the project. Works as root and as a user with
# sudo, may be repeated, leaves nothing running.
#
#   tests/run.sh                   every suite; what CI runs
#   tests/run.sh SUITE …           only these: quickstart layering differential units sanitizers cli
#                                  conformance shop
#   tests/run.sh --since REV       only what the changes since REV (and those not yet committed) touch
#   tests/run.sh --wide [NAME …]   what is too slow for every landing: the scripts of tests/wide
#   tests/run.sh --list            the suites, and the wide ones
#
# Each suite ends with "name: N passed, N failed, N skipped"; the status is 0 where nothing failed (and, in CI,
# nothing was skipped). What each took is printed beside its budget (tests/README.md), with the slowest ten tests.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/support/steps.sh
. tests/support/suites.sh
. tests/support/lanes.sh
export LC_ALL=C.UTF-8 TZ=UTC UNDERSTUDY_TEST_TIMES=1

usage() { sed -n '2,14s/^# \{0,1\}//p' "$0"; }

wide_suites() { (cd tests/wide && for script in *.sh; do echo "${script%.sh}"; done); }

# known KIND NAME…: each name is a suite of that kind, or the run ends here.
known() {
  local kind=$1 all name
  shift
  if [ "$kind" = wide ]; then all=$(wide_suites); else all="${all_suites[*]}"; fi
  for name in "$@"; do
    [[ " ${all//$'\n'/ } " == *" $name "* ]] || { say "no suite is called $name: ${all//$'\n'/ }" >&2; exit 64; }
  done
}

kind=suites
case ${1:-} in
  --since)
    [ $# = 2 ] || { usage >&2; exit 64; }
    touched=$(python3 tests/support/touched.py "$2") || exit 64
    mapfile -t wanted <<<"$touched"
    [ -n "$touched" ] || { say "nothing that a suite looks at has changed since $2"; exit 0; }
    wanted=("${wanted[@]/#layering/layering $2}")
    say "touched since $2:"
    printf '  %s\n' "${wanted[@]}"
    kind=touched
    ;;
  --wide)
    shift
    known wide "$@"
    wanted=("$@")
    [ $# = 0 ] && mapfile -t wanted < <(wide_suites)
    kind=wide
    ;;
  --list)
    printf '%s\n' "${all_suites[@]}"
    wide_suites | sed 's/^/--wide /'
    exit 0
    ;;
  -*) usage; [ "$1" = --help ] || [ "$1" = -h ]; exit $((64 * $?)) ;;
  *)
    known suites "$@"
    wanted=("$@")
    [ $# = 0 ] && wanted=("${all_suites[@]}")
    ;;
esac

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
trap 'stop_lanes; exit 130' INT TERM

heading "Packages"
install_test_packages || exit 1

case $kind in
  suites) run_suites "${wanted[@]}" ;;
  touched) run_touched "${wanted[@]}" ;;
  wide) for name in "${wanted[@]}"; do run_measured "$name" bash "tests/wide/$name.sh"; done ;;
esac
print_result
