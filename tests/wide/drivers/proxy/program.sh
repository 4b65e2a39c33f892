curl -sS -m 20 -w '%{http_code}\n' "$1/items/1"
curl -sS -m 20 -w '%{http_code}\n' -H 'Content-Type: application/json' -d '{"name": "a lamp"}' "$1/items"
curl -sS -m 20 -w '%{http_code}\n' "$1/items/2"
