# Shared by the scripts that install, build and run: examples/quickstart.sh, tests/run.sh and the shop's.
# Sourced with the repository's root as working directory.

build_packages=(g++ cmake ninja-build ccache pkg-config libboost1.81-dev libfmt-dev nlohmann-json3-dev libyaml-cpp-dev
  libre2-dev libxxhash-dev libcli11-dev doctest-dev libpg-query-dev libpq-dev libmariadb-dev libsqlite3-dev liblua5.1-0-dev zlib1g-dev libbrotli-dev libzstd-dev libssl-dev libnghttp2-dev libhowardhinnant-date-dev python3)
client_packages=(postgresql-client mariadb-client redis-tools curl)
server_packages=(postgresql mariadb-server redis-server)
driver_packages=(python3 python3-psycopg2 python3-psycopg python3-pymysql python3-redis python3-requests python3-cryptography)
check_packages=(clang-16 libclang-rt-16-dev lld-16 clang-format-16 clang-tidy-16)

if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi

heading() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "need root for: $* (and there is no sudo)"
  fi
}

# quietly WHAT COMMAND…: shows one line while all is well, and the whole output where it is not.
quietly() {
  local what=$1 log began=$SECONDS
  shift
  log=$(mktemp)
  printf '  %s … ' "$what"
  if "$@" >"$log" 2>&1 </dev/null; then
    printf 'done (%d s)\n' $((SECONDS - began))
    rm -f "$log"
  else
    printf 'failed\n'
    cat "$log"
    rm -f "$log"
    return 1
  fi
}

# install_packages NAME…: those Debian packages that are not there yet.
install_packages() {
  local missing=() name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} = 0 ] && { say "  all packages are there"; return 0; }
  command -v apt-get >/dev/null || fail "install these first (no apt-get here): ${missing[*]}"
  quietly "the list of packages" as_root apt-get update || return 1
  quietly "installing ${missing[*]}" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}"
}

# Node 18 or newer with npm.
install_node() {
  local version
  version=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
  if [ "${version:-0}" -lt 18 ]; then install_packages nodejs || return 1; fi
  command -v npm >/dev/null || install_packages npm
}

# install_modules FOLDER: what its lock file says, where that is not there already.
install_modules() {
  local stamp=$1/node_modules/.package-lock.json
  [ "$stamp" -nt "$1/package-lock.json" ] && { say "  the modules of $1 are there"; return 0; }
  quietly "npm ci in $1" npm ci --prefix "$1" --no-fund --no-audit
}

# Everything that tests/run.sh needs.
install_test_packages() {
  install_packages "${build_packages[@]}" "${client_packages[@]}" "${server_packages[@]}" "${driver_packages[@]}" \
    "${check_packages[@]}" || return 1
  install_node || return 1
  install_modules examples/shop && install_modules tests/conformance
}

# cpu_seconds <TIMES: user and system of the children that a shell waited for, as its `times` says.
cpu_seconds() {
  awk 'NR == 2 { for (i = 1; i <= 2; ++i) { split($i, t, /[ms]/); sum += 60 * t[1] + t[2] } printf "%.0f", sum }'
}

# build PRESET [CMAKE OPTION…]: configures and builds, with a line of progress now and then; `build_targets`
# names what to build where that is not everything. One at a time in each build folder.
build() {
  local preset=$1 began=$SECONDS before after file
  shift
  file=$(mktemp)
  times >"$file"
  before=$(cpu_seconds <"$file")
  mkdir -p "build/$preset"
  configure_and_build "$preset" "$@" 7>"build/$preset/lock" || { rm -f "$file"; return 1; }
  times >"$file"
  after=$(cpu_seconds <"$file")
  rm -f "$file"
  say "  build/$preset is built ($((SECONDS - began)) s, $((after - before)) s of CPU)"
}

configure_and_build() {
  local preset=$1
  shift
  flock 7
  quietly "configuring build/$preset" cmake --preset "$preset" "$@" || return 1
  if [ -t 1 ]; then
    ninja -C "build/$preset" ${build_targets:-}
  else
    ninja -C "build/$preset" ${build_targets:-} | awk '/^\[/ { last = $0; if (++n % 25 == 0) { print "  " $0; fflush(); last = "" } next }
                                    { print; fflush() } END { if (last != "") print "  " last }'
  fi
}
