#!/usr/bin/env bash
# Firefox and WebKit for the end-to-end tests, from the system's packages. FIREFOX and WEBKIT_DRIVER name others.
#   engines.sh install        installs what is missing if this user may do that, and prints what is available
#   engines.sh find ENGINE    prints the program that drives an engine, or says what to install
set -euo pipefail

# WebKitGTK draws on an X display, so it needs a virtual one.
declare -A packages=([firefox]=firefox-esr [webkit]='webkit2gtk-driver xvfb')

find_engine() {
  case $1 in
    firefox) command -v "${FIREFOX:-firefox-esr}" || command -v firefox ;;
    webkit) command -v Xvfb >/dev/null && command -v "${WEBKIT_DRIVER:-WebKitWebDriver}" ;;
  esac
}

advice() { echo "No $1 to drive here. Install it (Debian: apt-get install ${packages[$1]}) to run its tests."; }

install() {
  local engine missing=()
  for engine in "${!packages[@]}"; do
    # Unquoted, because two words name two packages.
    # shellcheck disable=SC2206
    find_engine "$engine" >/dev/null || missing+=(${packages[$engine]})
  done
  if [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >&2 || true
  fi
  for engine in "${!packages[@]}"; do
    find_engine "$engine" || advice "$engine"
  done
}

case ${1:-} in
  install) install ;;
  find) find_engine "$2" || { advice "$2" >&2; exit 1; } ;;
  *) sed -n '2,4s/^# *//p' "$0" >&2; exit 2 ;;
esac
