#!/bin/bash
# The mariadb command line: rows, counts, warnings and errors as it prints them.
set -u
here=$(dirname "$0")
client() {
  mariadb --no-defaults --skip-ssl --default-character-set=utf8mb4 -h "$HOST" -P "$PORT" -u "$ACCOUNT" "-p$ACCOUNT" \
    --force --table -vv "$ACCOUNT" 2>&1
}
/usr/bin/python3 "$here/inline.py" <"$here/scenario.json" | client
