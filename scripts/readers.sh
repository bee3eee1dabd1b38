#!/usr/bin/env bash
# Programs of others that read what the product writes (libtiff, poppler, unzip, ImageMagick), write its input (libjpeg)
# or store its sessions (Redis). Installs what is missing where that is allowed. Without them their tests are skipped,
# except in CI.
set -euo pipefail

declare -A packages=(
  [tiffdump]=libtiff-tools [pdfimages]=poppler-utils [unzip]=unzip [compare]=imagemagick [cjpeg]=libjpeg-turbo-progs
  [redis-server]=redis-server
)

missing=()
for program in "${!packages[@]}"; do
  command -v "$program" >/dev/null || missing+=("${packages[$program]}")
done
if [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >&2 || true
fi
for program in "${!packages[@]}"; do
  command -v "$program" >/dev/null || echo "No $program here. Debian has it in ${packages[$program]}."
done
