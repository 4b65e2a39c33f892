#!/usr/bin/env bash
# The flow of flow.py with curl: one process a request, a cookie jar in a file, curl's own retries.
set -u
base=http://$HOST:$PORT
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sent=0 token='' order=''

# Like a uuid; another one with each SEED.
new_id() {
  local d
  d=$(printf '%s:%s' "$SEED" "$1" | md5sum)
  echo "${d:0:8}-${d:8:4}-4${d:13:3}-8${d:17:3}-${d:20:12}"
}

# fetch CURL-ARGUMENT…: sets `status`, the files body and head.
fetch() {
  status=$(curl -sS --max-time 20 --compressed -o "$folder/body" -D "$folder/head" -w '%{http_code}' "$@")
  [ -e "$folder/body" ] || : >"$folder/body"
}

# send PATH CURL-ARGUMENT…
send() {
  local url=$1 who=()
  shift
  case $url in http*) ;; *) url=$base$url ;; esac
  sent=$((sent + 1))
  [ -n "$token" ] && who=(-H "Authorization: Bearer $token")
  [ "${anonymous:-}" ] && who=()
  rm -f "$folder/body"
  fetch -L -b "$folder/jar" -c "$folder/jar" "${who[@]}" -H "X-Request-Id: $(new_id "request $sent")" \
    -H "traceparent: 00-$(new_id trace | tr -d -)-$(printf %016x $sent)-01" "$@" "$url"
}

json() { send "$1" -X "$2" -H 'Content-Type: application/json' -d "$3" "${@:4}"; }

field() {
  local value
  value=$(grep -i "^$1:" "$folder/head" | tail -1 | cut -d' ' -f2- | tr -d '\r')
  echo "${value:-None}"
}

# show NAME FIELD…
show() {
  local name=$1 one line
  shift
  line="$name $status $(sed "s,$base,BASE,g" "$folder/body")"
  for one; do line+=" $one=$(field "$one")"; done
  echo "$line"
}

member() { grep -o "\"$1\":\"\\?[^\",}]*" "$folder/body" | head -1 | sed 's/^"[^"]*":"\?//'; }

login() {
  json /login POST "{\"user\":\"$WHO\",\"password\":\"$PASSWORD\"}"
  token=$(member access_token)
  local expires
  expires=$(member expires_in)
  echo "login $status ${expires:-None}"
}
me() { send /me; show me Content-Type; }
anonymous() { anonymous=1 send /me; show anonymous WWW-Authenticate; }
session() { send /session --data-urlencode "user=$WHO" --data-urlencode "password=$PASSWORD"; show session; }
profile() { anonymous=1 send /profile; show profile; }
list() { send /orders; show list; }
create() {
  local number=0 item location
  for item in tea milk; do
    json /orders POST "{\"item\":\"$item\",\"count\":2,\"reference\":\"$(new_id "order $number")\"}" \
      -H "Idempotency-Key: $(new_id "key $number")"
    location=$(field Location)
    echo "create $status $(cat "$folder/body") ${location/$base/BASE}"
    [ $number = 0 ] && order=$location
    send "$location"; show fetch
    number=1
  done
}
change() {
  json "$order" PUT '{"item":"tea","count":3}'; show replace
  send "$order"; show fetch
  json "$order" PATCH '{"note":"très chaud"}'; show amend
  send "$order"; show fetch
}
remove() {
  send "$order" -X DELETE; show remove
  send "$order"; show fetch
}
job() {
  local location
  json /jobs POST '{"kind":"report"}'; show job
  location=$(field Location)
  for _ in 1 2 3 4 5; do
    send "$location"; show poll Retry-After
    [ "$status" = 200 ] && break
  done
}
flaky() { fetch --retry 2 --retry-delay 1 "$base/flaky" 2>"$folder/said"; show flaky; }
limited() {
  for _ in 1 2 3; do fetch --retry 2 "$base/limited" 2>"$folder/said"; show limited X-RateLimit-Remaining; done
}
pages() {
  local query='' next url
  while :; do
    send "/items?limit=2$query"; show items
    next=$(member next)
    case $next in null | '') break ;; esac
    query="&cursor=${next//=/%3D}"
  done
  url=/logs?page=1
  while [ -n "$url" ]; do
    send "$url"; show logs
    url=$(field Link | sed -n 's/.*<\([^>]*\)>; rel="next".*/\1/p')
  done
}
redirects() {
  send /old; show old
  send /form -d a=1; show form
  send /kept -H 'Content-Type: application/json' -d '{"a":[1,null,2.5]}'; show kept
}
packed() {
  send /packed
  echo "packed $status $(wc -c <"$folder/body") $(md5sum <"$folder/body" | cut -d' ' -f1)"
}
draft() {
  local etag
  send /draft; show draft ETag
  etag=$(field ETag)
  send /draft -H "If-None-Match: $etag"; show draft ETag
  json /draft PUT '{"text":"second"}' -H "If-Match: $etag"; show save ETag
  json /draft PUT '{"text":"third"}' -H "If-Match: $etag"; show save
  send /draft -H "If-None-Match: $etag"; show draft ETag Last-Modified
}
accept() { send /draft -H "Accept: $ACCEPT"; show accept Content-Type; }
upload() {
  for number in {0..255}; do printf '%b' "\\x$(printf %02x "$number")"; done >"$folder/a.bin"
  send /files -F kind=raw -F "file=@$folder/a.bin"; show upload
  send /files/1
  echo "download $status $(od -An -v -tx1 "$folder/body" | tr -d ' \n')"
}
events() { curl -sSN --max-time 20 "$base/events" | sed 's/^/event /'; }
call() { echo "{\"jsonrpc\":\"2.0\",\"id\":$1,\"method\":\"$2\",\"params\":{${3:-}}}"; }
rpc() {
  local said
  for said in "$(call 1 getBalance)" "$(call 2 deposit '"amount":5')" "$(call 3 getBalance)" "$(call 4 nothing)" \
    "$(call "\"$(new_id call)\"" deposit '"amount":1')" "[$(call 6 getBalance),$(call 7 nothing)]"; do
    json /rpc POST "$said"; show rpc
  done
}
ask() { json /rpc POST "$(call "\"$(new_id question)\"" getBalance)"; show ask; }
together() {
  local number arguments=()
  local paths=('/new' '/items?limit=2' '/logs?page=2' '/draft')
  for number in 0 1 2 3; do arguments+=(-o "$folder/$number" "$base${paths[number]}"); done
  curl -sS --no-progress-meter --max-time 20 -Z "${arguments[@]}"
  for number in 0 1 2 3; do echo "together 200 $(sed "s,$base,BASE,g" "$folder/$number")"; done
}
logout() { anonymous=1 send /session -X DELETE; show logout; profile; }

for step in login me anonymous session profile list create list change list remove list job flaky limited pages redirects \
  packed draft accept upload events rpc ask me together logout; do
  case ,$OMIT, in *,$step,*) ;; *) $step ;; esac
done
