#!/usr/bin/env bash
# Django's own tests, recorded once with PostgreSQL and run on the mock in other orders and alone: how many pass, by
# which answers, and that no certain answer was wrong.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/support/steps.sh
export LC_ALL=C.UTF-8 TZ=UTC
version=4.2.16

install_packages postgresql python3-pip python3-venv || exit 1
build_targets=understudy build release || exit 1
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
quietly "Django's source" python3 -m pip download --quiet --no-deps --no-binary :all: -d "$made" "django==$version" || exit 1
tar -xzf "$made"/[Dd]jango-*.tar.gz -C "$made" || exit 1
quietly "Django" python3 -m venv "$made/python" || exit 1
quietly "its drivers" "$made/python/bin/pip" install --quiet "$made"/[Dd]jango-*/ "psycopg[binary]==3.2.3" asgiref jinja2 \
  Pillow tblib || exit 1
"$made/python/bin/python" tests/wide/drivers/django/orders.py --tests "$(echo "$made"/[Dd]jango-*/tests)"
