#!/usr/bin/env bash
# Understudy beside the real servers: CPU time per request and throughput under public load tools.
# Run by hand, never in CI: the figures are those of the machine.
#
#   tests/bench/run.sh [redis|postgres|mysql|http|micro|all] [--requests N] [--before PROGRAM]
#
# UNDERSTUDY names the program, otherwise it is that of build/release; --before names an older one, measured in turns
# with it instead of beside the real server. Needs redis-server with
# redis-benchmark, PostgreSQL with pgbench, MariaDB with sysbench, nginx with wrk. `micro` is the
# look-up and the identity of SQL statements alone, in nanoseconds.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8 TZ=UTC

what=${1:-all}
[ $# -gt 0 ] && shift
status=0
case $what in
  redis | postgres | mysql | http | all)
    /usr/bin/python3 tests/bench/bench.py "$what" "$@" || status=1
    ;;
  micro) ;;
  *)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 64
    ;;
esac
case $what in
  micro | all)
    for program in lookup sql_identity; do
      echo
      "build/release/tests/bench/bench_$program" || status=1
    done
    ;;
esac
exit $status
