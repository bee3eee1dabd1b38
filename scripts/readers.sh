#!/usr/bin/env bash
# Installs the external programs that tests use, if this user may do that: libtiff, poppler, unzip and ImageMagick read
# the product's files, libjpeg writes its input, Redis stores its sessions. Tests skip what is missing, except in CI.
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
