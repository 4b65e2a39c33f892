#!/usr/bin/env bash
# Plants faults in what resolves names and makes keys, one after the other in a copy of the tree: some test must notice
# each. UNDERSTUDY_FAULTS: the numbers of those to plant (1,4,7), else all.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
export LC_ALL=C.UTF-8 TZ=UTC

install_packages "${build_packages[@]}" "${check_packages[@]}" || exit 1
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$copy" || exit 1
python3 tests/wide/drivers/mutations/plant.py "$copy" ${UNDERSTUDY_FAULTS:+--only "$UNDERSTUDY_FAULTS"}
