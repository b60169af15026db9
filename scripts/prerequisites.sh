# What scripts/test and scripts/quickstart need on a machine; sourced by both. Installs PostgreSQL with apt where it may.

# say TEXT: a heading, in bold on a terminal.
say() {
  if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n%s\n' "$*"; fi
}

give_up() {
  { echo; printf '%s\n' "$@"; } >&2
  exit 1
}

need_cargo() {
  command -v cargo >/dev/null && return
  # shellcheck disable=SC1091
  [ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
  command -v cargo >/dev/null && return
  give_up "Cargo, Rust's build tool, is missing. Install it and start again:" \
    "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile default" \
    '  . "$HOME/.cargo/env"'
}

# need_programs [openssl chromium …]: a C linker, without which Rust cannot build anything, a PostgreSQL server, and what is named.
need_programs() {
  local missing=() program
  command -v cc >/dev/null || missing+=(gcc libc6-dev)
  server_programs >/dev/null || missing+=(postgresql)
  for program in "$@"; do command -v "$program" >/dev/null || missing+=("$program"); done
  # All at once: who has to ask an administrator wants to ask once.
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
  server_programs >/dev/null || give_up "PostgreSQL 15 or newer is needed, and this system's package is older:" \
    "  see https://www.postgresql.org/download/ for a newer one"
}

# The programs of a PostgreSQL server, 15 or newer, wherever they are.
server_programs() {
  local folder version
  for folder in "${PGMG_BINDIR:-}" "$(pg_config --bindir 2>/dev/null || true)" $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -rV) \
    /usr/local/pgsql/bin; do
    [ -n "$folder" ] && [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] || continue
    version=$("$folder/postgres" --version | grep -o '[0-9]\+' | head -n 1)
    [ "$version" -ge 15 ] && { echo "$folder"; return; }
  done
  return 1
}

# install_packages NAME...: as root, or with sudo where it asks for no password.
install_packages() {
  local no_cluster=/etc/postgresql-common/createcluster.d/pgmg.conf
  command -v apt-get >/dev/null || give_up "Missing: $*. Install it with this system's package manager and start again."
  may_install || give_up "Missing: $*. Install it and start again:" "  sudo apt-get install $*"
  say "Installing $*"
  # Debian's package would create and start a server at once; what runs here starts its own.
  as_root mkdir -p "${no_cluster%/*}"
  echo 'create_main_cluster = false' | as_root tee "$no_cluster" >/dev/null
  update_package_lists
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null ||
    give_up "apt-get could not install: $*"
  as_root rm -f "$no_cluster"
}

update_package_lists() {
  may_install && as_root apt-get update -qq || true
}

may_install() {
  [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}
