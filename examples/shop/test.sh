#!/usr/bin/env bash
# Runs the shop's tests against mocks/shop, with no database: test.sh [TIMES]. UNDERSTUDY names the program,
# otherwise it is that of build/release.
set -eu
cd "$(dirname "$0")/../.."
understudy=${UNDERSTUDY:-build/release/src/cli/understudy}

for ((run = 1; run <= ${1:-1}; run++)); do
  "$understudy" run mocks/shop -- npm test --silent --prefix examples/shop
done
