#!/usr/bin/env bash
# Prints the path of a Chromium that tests can drive. If there is none, it installs one:
# from the system's packages if this user may do that, otherwise Playwright's own.
set -euo pipefail
cd "$(dirname "$0")/.."

find_browser() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name"; then return 0; fi
  done
  node --input-type=module -e '
    import { existsSync } from "node:fs";
    import { chromium } from "@playwright/test";
    const path = chromium.executablePath();
    if (!existsSync(path)) process.exit(1);
    console.log(path);'
}

if find_browser; then exit 0; fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  { apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core; } >&2 || true
fi
if find_browser; then exit 0; fi
playwright install --with-deps chromium >&2
find_browser || {
  echo "No Chromium found and none could be installed. Install one and set CHROMIUM to its path." >&2
  exit 1
}
