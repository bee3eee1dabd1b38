#!/usr/bin/env bash
# Deploys Photobridge: sets up the bucket, deploys the worker with the secrets of a file,
# and runs the doctor. The file has lines NAME=value with the variables of docs/deploy.md.
# With BUCKET_READY set, the bucket is not changed, for a key that may not do that.
set -euo pipefail
cd "$(dirname "$0")/.."

file=${1:-}
if [ -z "$file" ] || [ ! -r "$file" ]; then
  echo "Name the file with the deployment's variables: make deploy SECRETS=production.env" >&2
  exit 2
fi
set -a
# shellcheck disable=SC1090
source "$file"
set +a
: "${BASE_URL:?$file must set BASE_URL}" "${ADMIN_TOKEN:?$file must set ADMIN_TOKEN}"

# The only other origin that the phone page may reach.
: "${S3_BUCKET_NAME:?$file must set S3_BUCKET_NAME}" "${AWS_REGION:?$file must set AWS_REGION}"
storage=https://$S3_BUCKET_NAME.s3.$AWS_REGION.amazonaws.com
[ -z "${S3_ENDPOINT:-}" ] || storage=$(node -p 'new URL(process.argv[1]).origin' "$S3_ENDPOINT")
[ "${STORAGE_VIA:-}" != edge ] || storage= # the worker forwards to it
make web/dist/_headers STORAGE="$storage"

[ -n "${BUCKET_READY:-}" ] || go run ./edge/cmd/bucket
rm -rf web/dist/docs # the API's page is only for make dev
wrangler deploy
wrangler secret bulk "$file"
# The secrets are deployed as a separate version, which takes some seconds to reach all locations.
doctor() {
  curl --silent --show-error --fail --header "Authorization: Bearer $ADMIN_TOKEN" "$BASE_URL/api/medtech/doctor"
}
for _ in 1 2 3 4 5 6; do
  sleep 5
  if report=$(doctor); then
    node -e '
      const { ok, checks } = JSON.parse(process.argv[1]);
      for (const { ok, name, detail, fix } of checks) {
        console.log(`${ok ? "ok  " : "FAIL"} ${name}: ${detail}${fix ? `\n     ${fix}` : ""}`);
      }
      process.exit(ok ? 0 : 1);' "$report"
    exit
  fi
done
echo "The doctor at $BASE_URL did not respond. Is BASE_URL this worker's address?" >&2
exit 1
