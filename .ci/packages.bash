# Sourced by the scripts: Debian packages and Swift. Needs bash.

say() { printf '%s\n' "$*"; }
fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 2; }

# Debian packages without which Exhibit does not build.
build_packages=(git pkg-config libbz2-dev libdeflate-dev libewf-dev libflac-dev libisal-dev liblz4-dev liblzma-dev
  libqrencode-dev libsqlite3-dev libssl-dev libzstd-dev)

# install_packages NAME...: installs those that are missing, and says which before it does.
install_packages() {
  command -v dpkg-query >/dev/null || fail "this is no Debian or Ubuntu; install the equivalents of: $*"
  local name missing=()
  for name in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
  done
  if ((${#missing[@]} == 0)); then
    say "Debian packages: all $# that are needed are installed."
    return
  fi
  say "Debian packages that are missing and will be installed now: ${missing[*]}"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get)
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "not root and no sudo; install these as root: ${missing[*]}"
    apt=(sudo "${apt[@]}")
  fi
  "${apt[@]}" update || fail "apt-get update failed; the reason is above"
  "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" ||
    fail "not all packages were installed; the reason is above"
}

# require_swift: a Swift toolchain of at least the version that Package.swift asks for.
require_swift() {
  local needed=6.2 line version
  command -v swift >/dev/null ||
    fail "no swift on PATH; install Swift $needed or newer from https://www.swift.org/install/linux/"
  line=$(swift --version 2>&1) || fail "swift does not run: $line"
  [[ $line =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] || fail "cannot tell the version of swift from: $line"
  version=${BASH_REMATCH[1]}.${BASH_REMATCH[2]}
  [[ $(printf '%s\n' "$needed" "$version" | sort -V | head -n 1) == "$needed" ]] ||
    fail "Swift $version is too old; install $needed or newer from https://www.swift.org/install/linux/"
}
