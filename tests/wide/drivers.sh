#!/usr/bin/env bash
# Drivers that the conformance suite does not have, each against a real server, recorded, and replayed with every
# answer certain: asyncpg, postgres.js, pgx and pgjdbc with fetchSize.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
export LC_ALL=C.UTF-8 TZ=UTC

clients=$PWD/tests/wide/drivers
made=$PWD/build/drivers
mkdir -p "$made"

install_packages python3-pip golang-go default-jdk-headless maven postgresql libpostgresql-jdbc-java libmariadb-java || exit 1
install_node || exit 1
build_targets=understudy build release || exit 1

quietly "asyncpg" python3 -m pip install --quiet --target "$made/python" asyncpg==0.30.0 || exit 1
quietly "postgres.js" npm install --silent --prefix "$made/node" postgres@3.4.5 || exit 1
quietly "pgx" env -C "$clients/postgres/pgx" go build -o "$made/pgx" . || exit 1
quietly "pgjdbc" mvn -q dependency:copy -Dartifact=org.postgresql:postgresql:42.7.4 -DoutputDirectory="$made" || exit 1
quietly "its client" javac -d "$made/java" "$clients/postgres/jdbc/Fetch.java" || exit 1

export PYTHONPATH=$made/python POSTGRES_JS=$made/node/node_modules/postgres/src/index.js PGX_CLIENT=$made/pgx
export JDBC_CLASSPATH=$made/java:$made/postgresql-42.7.4.jar
status=0
/usr/bin/python3 tests/conformance/tls.py --binary "$PWD/build/release/src/cli/understudy" --client jdbc || status=1
/usr/bin/python3 tests/conformance/run.py --clients "$clients" postgres || status=1
exit $status
