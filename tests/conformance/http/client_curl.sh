#!/bin/bash
# The common HTTP scenario with curl; prints what it sees, dates and cookie values left out.
set -euo pipefail

base="http://$HOST:$PORT"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
json=(-H 'Content-Type: application/json')
cookies=()

# What came back, in lines that are the same for every run.
show() {
  tr -d '\r' <"$folder/head" | sed -E -e 's/^(Date): .*/\1: there/I' -e 's/^(Set-Cookie: [^=]*)=[^;]*/\1=…/I' \
    -e '/^(Connection|Keep-Alive|Transfer-Encoding|Content-Length|HTTP\/1.1 100.*)(:|$)/Id' -e '/^$/d' -e 's/^/  /'
  # curl --head writes the head there.
  if [ "$1" = HEAD ]; then rm "$folder/body"; fi
  if [ "${octets:-}" ]; then od -An -v -tx1 "$folder/body"; else cat "$folder/body" 2>/dev/null && echo; fi
  rm -f "$folder/body"
}

# ask METHOD PATH [curl options]
ask() {
  local method=$1 path=$2
  shift 2
  echo "$method $path"
  curl -sS --globoff --path-as-is -X "$method" -D "$folder/head" -o "$folder/body" -w '%{http_code} %{content_type} %{num_redirects}\n' \
    "${cookies[@]}" "$@" "$base$path"
  show "$method"
}

ask GET /charges
ask GET /balance
ask POST /charges "${json[@]}" -d '{"amount": 500, "currency": "eur"}'
ask GET /balance
ask POST /charges "${json[@]}" -d '{"amount":700,"currency":"usd"}'
ask POST /charges "${json[@]}" -d '{"amount":9e2,"card":"declined"}'
ask POST /charges "${json[@]}" -d '{"amount":-1}'
ask POST /charges "${json[@]}" -d '{broken'
ask GET /charges/ch_1
ask HEAD /charges/ch_1 --head
ask GET '/charges?status=open&limit=1'
ask POST /charges/ch_1/capture
ask GET /charges/ch_1
ask GET '/charges?limit=1&status=open'
ask PUT /charges/ch_2 "${json[@]}" -H 'Expect: 100-continue' -d '{"amount":750}'
ask GET /charges/ch_2
ask GET /balance
ask DELETE /charges/ch_2
ask GET /charges/ch_2
ask DELETE /charges/ch_2
ask PATCH /charges/ch_1 "${json[@]}" -d '{}'
ask GET /charges

ask GET /report.csv --compressed
ask GET /stream
ask GET /until-the-end
octets=1 ask GET /logo.png
ask GET /prices
ask GET /old
ask GET /old -L
ask POST /upload -F 'note=some text;filename=a.txt;type=text/plain'
printf 'id,amount\n1,2\n' | gzip -n >"$folder/import.gz"
ask POST /import -H 'Content-Encoding: gzip' -H 'Content-Type: text/csv' -H 'Transfer-Encoding: chunked' \
  --data-binary "@$folder/import.gz"

ask GET /document
ask GET /document -r 7-10
ask GET /document -H 'If-None-Match: "v1"'
ask GET /greeting -H 'Accept-Language: de'
ask GET /greeting -H 'Accept-Language: fr'
ask GET /private
ask GET /private -H 'Authorization: Bearer very-secret-token'

ask GET /me
ask POST /login -d user=ann -d password=wrong
ask GET /me
ask POST /login -c "$folder/jar" -d user=ann --data-urlencode 'password=correct horse'
cookies=(-b "$folder/jar")
ask GET /me

ask GET /boom
ask GET /teapot
ask GET '/nowhere/at%20all?q=a+b%26c'
