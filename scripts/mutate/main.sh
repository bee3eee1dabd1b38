#!/usr/bin/env bash
# main.sh PACKAGE: changes one token of a Go package or of TypeScript files at a time and reports every change that no
# test notices. It works on a copy. The report is build/mutate/<package>.json.
set -euo pipefail

package=${1:?PACKAGE names a Go package or TypeScript files: edge/session, web/src/phone/reducer.ts}
package=${package#./}
root=$PWD
export REPORT=$root/build/mutate/$(tr '/*{}' '-' <<<"${package%/}").json
mkdir -p "${REPORT%/*}"

if [[ $package == web/* ]]; then
  MUTATE=$package exec tools/node_modules/.bin/stryker run tools/stryker.config.mjs
fi

# The edge's packages are also tested by the packages that use them, so all tests of the edge are run.
folder=${package%%/*}
tests=()
if [[ $folder == edge ]]; then
  tests=(--integration --coverpkg "./$package")
fi

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard -- go.mod go.sum shared "$folder" |
  xargs -0 cp --parents -t "$copy"
find "$copy/shared" "$copy"/edge/{cmd,credential,objects,realtime} -name '*_test.go' -delete 2>/dev/null || true
cd "$copy"
REAL_GO=$(command -v go) PATH=$root/scripts/mutate:$PATH "$root/build/gremlins" unleash \
  --workers 1 --timeout-coefficient 6 --exclude-files '(^|/)(storetest|messages_gen|sentences)' \
  --output-statuses lct --output "$REPORT" "${tests[@]}" "./$package"
