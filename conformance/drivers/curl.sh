#!/usr/bin/env bash
# A driver for curl, used as in a careful shell script. Requires bash, curl 7.82 or newer, and jq 1.6 or newer.
#
#     cargo conformance -- bash conformance/drivers/curl.sh
set -uo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

read -r _hello
jq -nc --arg version "$(curl --version | awk 'NR == 1 { print $2 }')" '{
  protocol: 1,
  client: {name: "curl", version: $version, language: "shell"},
  operations: ["pyannote/getMediaUploadURL", "pyannote/upload", "cielo24/request_upload_url", "cielo24/upload"],
  concurrency: 1
}'

# Prints a part of the case. Prints nothing when the case does not have it.
given() { jq -r "$1 // empty" <<<"$case"; }

# Sends a request. Succeeds when the status is 2xx.
send() {
  : >"$work/body" >"$work/head" >"$work/error"
  status=$(curl --silent --show-error --fail-with-body --noproxy '*' --max-time "$seconds" \
    --output "$work/body" --dump-header "$work/head" --write-out '%{http_code}' "$@" 2>"$work/error") &&
    [[ $status == 2* ]]
}

# curl reads the credentials from files, because other users of the machine can see the arguments of a process. It reads the
# arguments from files too, because a command substitution removes newlines at the end.
request_pyannote_url() {
  printf 'Authorization: Bearer %s' "$(given .credentials.api_key)" >"$work/key"
  jq -c '.arguments | del(.file)' <<<"$case" >"$work/arguments"
  send --header "@$work/key" --json "@$work/arguments" "$base_url/v1/media/input" && url_at .url
}

request_cielo24_url() {
  jq -j '.credentials.api_token // empty' <<<"$case" >"$work/token"
  jq -j '.arguments.job_id // empty' <<<"$case" >"$work/job_id"
  send --get --data-urlencode v=1 --data-urlencode "api_token@$work/token" \
    --data-urlencode "job_id@$work/job_id" "$base_url/api/job/request_upload_url" && url_at .upload_url
}

# Reads the pre-signed URL from the response. Fails when there is none.
url_at() { url=$(jq -r "$1 | strings" "$work/body" 2>>"$work/error") && [ -n "$url" ]; }

# Runs the two steps of an upload: $1 requests the URL.
upload() { "$1" && send --location --upload-file "$(given .arguments.file)" "$url"; }

# Sends one line to the suite: the case and its outcome.
report() { jq -nc --argjson case "$case" "$@"; }

report_error() {
  local wait
  wait=$(sed -n 's/^retry-after: *\([0-9]*\).*/\1/Ip' "$work/head")
  report --arg status "${status#000}" --arg wait "$wait" --rawfile body "$work/body" --rawfile message "$work/error" '
    {case: $case.case, error: {
      status: ($status | tonumber? // null), body: ($body | fromjson? // $body), message: $message,
      retry_after_s: ($wait | tonumber? // null)
    }}'
}

while read -r case; do
  base_url=$(given .base_url)
  seconds=$(jq '.timeout_ms * 0.9 / 1000' <<<"$case")
  case $(given '"\(.provider)/\(.operation)"') in
    pyannote/getMediaUploadURL) request_pyannote_url && report --arg url "$url" '{case: $case.case, result: {url: $url}}' ;;
    cielo24/request_upload_url) request_cielo24_url && report --arg url "$url" '{case: $case.case, result: {upload_url: $url}}' ;;
    pyannote/upload) upload request_pyannote_url && report '{case: $case.case, result: {}}' ;;
    cielo24/upload) upload request_cielo24_url && report '{case: $case.case, result: {}}' ;;
    *) report '{case: $case.case, unsupported: true}' ;;
  esac || report_error
done
