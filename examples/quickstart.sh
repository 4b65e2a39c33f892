#!/usr/bin/env bash
# From a fresh clone to answers: installs what is needed, builds, answers psql, mariadb, redis-cli and curl from
# the recording in mocks/shop, and runs the shop's tests, with no database on the machine. Works as root and as a
# user with sudo, may be repeated, leaves nothing running.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/support/steps.sh
export LC_ALL=C.UTF-8 PAGER=cat

understudy=build/release/src/cli/understudy
folder=$(mktemp -d)
server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; rm -rf "$folder"' EXIT

# A word as a person would type it.
typed() {
  case $1 in
    *[!A-Za-z0-9_./:=@%+,-]*) case $1 in *\'*) printf '"%s"' "$1" ;; *) printf "'%s'" "$1" ;; esac ;;
    *) printf '%s' "$1" ;;
  esac
}

# show COMMAND…: prints the command, then what it says; gives its status.
show() {
  local word
  printf '\n%s$' "$bold"
  for word in "$@"; do printf ' %s' "$(typed "$word")"; done
  printf '%s\n' "$plain"
  "$@" 2>&1 </dev/null | sed 's/^/  /'
  return "${PIPESTATUS[0]}"
}

# expect TEXT COMMAND…: shows a command that must end well and say TEXT.
expect() {
  local text=$1
  shift
  show "$@" | tee "$folder/said" || fail "that should have been answered"
  grep -qF -- "$text" "$folder/said" || fail "that should have said: $text"
}

heading "1/4  Packages"
install_packages "${build_packages[@]}" "${client_packages[@]}" || exit 1
install_node || exit 1
install_modules examples/shop || exit 1

heading "2/4  Build"
build_targets=understudy build release || exit 1

heading "3/4  Four clients, no database"
say "understudy serve mocks/shop, on free ports:"
"$understudy" serve mocks/shop --listen orders=127.0.0.1:0 --listen catalogue=127.0.0.1:0 \
  --listen cache=127.0.0.1:0 --listen payments=127.0.0.1:0 >"$folder/addresses" 2>"$folder/log" &
server=$!
for _ in $(seq 100); do
  [ "$(grep -c '^listening ' "$folder/addresses")" = 4 ] && break
  kill -0 "$server" 2>/dev/null || { cat "$folder/log"; fail "understudy does not serve"; }
  sleep 0.05
done
sed 's/^/  /' "$folder/addresses"
port_of() { sed -nE "s/^listening $1 .*:([0-9]+)$/\1/p" "$folder/addresses"; }
orders=$(port_of orders) catalogue=$(port_of catalogue) cache=$(port_of cache) payments=$(port_of payments)

export PGPASSWORD=anything
expect Ada psql -X -h 127.0.0.1 -p "$orders" -U anyone shop -c \
  'select "id", "email", "name", "address", "tags", "newsletter", "created_at" from "customers" where "id" = 101 limit 1'
expect delivered mariadb --no-defaults -h 127.0.0.1 -P "$catalogue" -u anyone -panything shop -t -e \
  "SELECT sku, delta, reason, at FROM stock_movements WHERE sku = 'MUG-01' ORDER BY id"
expect 312 redis-cli -p "$cache" INCR views:MUG-01
expect 313 redis-cli -p "$cache" INCR views:MUG-01
expect ch_124_01 curl -sS -w '\n' "http://127.0.0.1:$payments/customers/124/charges" -H 'content-type: application/json' \
  -d '{"reference": "order-1004", "amount": 14150, "currency": "eur", "payment_method": "pm_card_visa"}'

say
say "What nobody recorded is never made up. It is an error, and the error says what is nearest:"
show psql -X -h 127.0.0.1 -p "$orders" -U anyone shop -c \
  'select "id", "email", "name", "address", "tags", "newsletter", "created_at" from "customers" where "id" = 700 limit 1' &&
  fail "that should have been a miss"

say
say "From the beginning to four clients answered: $((SECONDS / 60)) min $((SECONDS % 60)) s (a clean Debian 12 on two idle cores: under 5 minutes)"

kill "$server"
wait "$server" || fail "understudy did not end well"
server=

heading "4/4  The shop's own tests, against the same recording"
show "$understudy" run mocks/shop -- npm test --silent --prefix examples/shop || fail "the shop's tests did not pass"

heading "Next"
cat <<'END'
  With understudy as build/release/src/cli/understudy:

  understudy inspect mocks/shop                        what was recorded
  understudy inspect mocks/shop --service payments --grep refunds
  understudy explain mocks/shop --service cache 'INCR views:MUG-01'
                                                       what would answer, and why
  understudy record my-mocks --map 15432=postgres://HOST:5432 -- YOUR TESTS
  understudy run my-mocks -- YOUR TESTS                the same tests with no database

  examples/shop/README.md                              the service behind all this
  tests/run.sh                                         every test of this project
END
