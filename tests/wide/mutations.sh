#!/usr/bin/env bash
# Plants faults in what resolves names and makes keys, one after the other in a copy of the tree that stays in
# build/mutations: some test must notice each. UNDERSTUDY_FAULTS: the numbers of those to plant (1,4,7), else all.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
export LC_ALL=C.UTF-8 TZ=UTC

install_packages "${build_packages[@]}" "${check_packages[@]}" || exit 1
python3 tests/wide/drivers/mutations/plant.py build/mutations ${UNDERSTUDY_FAULTS:+--only "$UNDERSTUDY_FAULTS"}
