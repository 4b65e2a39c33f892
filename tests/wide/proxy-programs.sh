#!/usr/bin/env bash
# Programs with an https URL of their own (Python's requests, Node's https, Go, Java, curl), unmodified, recorded through the
# forward proxy and then run without their server: the same is printed, every answer certain.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
export LC_ALL=C.UTF-8 TZ=UTC

programs=$PWD/tests/wide/drivers/proxy
made=$PWD/build/drivers
mkdir -p "$made"

install_packages python3-pip golang-go default-jdk-headless curl openssl || exit 1
install_node || exit 1
build_targets=understudy build release || exit 1

quietly "requests" python3 -m pip install --quiet --target "$made/python-proxy" requests==2.32.3 || exit 1
quietly "the program in Go" env -C "$programs" go build -o "$made/proxy-go" program.go || exit 1
quietly "the program in Java" javac -d "$made/proxy-java" "$programs/Program.java" || exit 1

export PYTHONPATH=$made/python-proxy GO_PROGRAM=$made/proxy-go JAVA_PROGRAM=$made/proxy-java
# The name that the programs know is one of this machine for them alone.
as_root unshare --mount --propagation private --kill-child python3 "$programs/replay.py" "$@"
