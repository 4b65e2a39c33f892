#!/usr/bin/env bash
# Eleven HTTP clients, recorded with one flow and replayed with every answer certain; done otherwise, none is certain
# and wrong: requests, httpx, aiohttp, urllib3; Node's fetch, axios, got, node-fetch; Go, Java and curl.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
export LC_ALL=C.UTF-8 TZ=UTC

clients=$PWD/tests/wide/drivers/http
made=$PWD/build/drivers
mkdir -p "$made"

install_packages python3-pip golang-go default-jdk-headless curl || exit 1
install_node || exit 1
build_targets=understudy build release || exit 1

quietly "requests, urllib3, httpx, aiohttp" python3 -m pip install --quiet --target "$made/python-http" \
  requests==2.32.3 urllib3==2.3.0 httpx==0.28.1 aiohttp==3.11.11 brotli==1.1.0 || exit 1
quietly "axios, got, node-fetch" npm install --silent --prefix "$made/node-http" axios@1.7.9 got@14.4.5 node-fetch@3.3.2 ||
  exit 1
quietly "Go's client" env -C "$clients/go" go build -o "$made/http-go" . || exit 1
quietly "Java's client" javac -d "$made/http-java" "$clients/java/Flow.java" || exit 1

export PYTHONPATH=$made/python-http MODULES=$made/node-http/node_modules GO_CLIENT=$made/http-go JAVA_CLIENT=$made/http-java
exec python3 "$clients/replay.py"
