#!/bin/bash
# LOAD DATA LOCAL INFILE through the mariadb command line.
set -u
loads=$(cd "$(dirname "$0")" && pwd)/loads.py
/usr/bin/python3 "$loads" | /usr/bin/python3 "$loads" mariadb --no-defaults --skip-ssl --local-infile=1 \
  --default-character-set=utf8mb4 -h "$HOST" -P "$PORT" -u "$ACCOUNT" "-p$ACCOUNT" --force --table -vv "$ACCOUNT" 2>&1
