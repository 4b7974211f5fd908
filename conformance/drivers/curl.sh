#!/usr/bin/env bash
# Drives curl, as a careful shell script would use it. Needs bash, curl and jq 1.6 or newer.
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

# A part of the case, as text; nothing where it is not there.
given() { jq -r "$1 // empty" <<<"$case"; }

# Sends a request. True when it ends with a status of 2xx.
send() {
  : >"$work/body" >"$work/head" >"$work/error"
  status=$(curl --silent --show-error --fail-with-body --noproxy '*' --max-time "$seconds" \
    --output "$work/body" --dump-header "$work/head" --write-out '%{http_code}' "$@" 2>"$work/error")
}

# The credentials go by file: whoever lists this machine's processes must not see them.
ask_pyannote() {
  printf 'Authorization: Bearer %s' "$(given .credentials.api_key)" >"$work/key"
  jq -c '.arguments | del(.file)' <<<"$case" >"$work/arguments"
  send --header "@$work/key" --json "@$work/arguments" "$base_url/v1/media/input" && url_at .url
}

ask_cielo24() {
  given .credentials.api_token | tr -d '\n' >"$work/token"
  send --get --data-urlencode v=1 --data-urlencode "api_token@$work/token" \
    --data-urlencode "job_id=$(given .arguments.job_id)" "$base_url/api/job/request_upload_url" && url_at .upload_url
}

# The pre-signed URL of the answer; false when there is none.
url_at() { url=$(jq -r "$1 | strings" "$work/body" 2>>"$work/error") && [ -n "$url" ]; }

# The two steps of an upload.
upload() { "$1" && send --location --upload-file "$(given .arguments.file)" "$url"; }

# One line to the suite: the case, and what came of it.
say() { jq -nc --argjson case "$case" "$@"; }

say_error() {
  local wait
  wait=$(sed -n 's/^retry-after: *\([0-9]*\).*/\1/Ip' "$work/head")
  say --arg status "${status#000}" --arg wait "$wait" --rawfile body "$work/body" --rawfile message "$work/error" '
    {case: $case.case, error: {
      status: ($status | tonumber? // null), body: ($body | fromjson? // $body), message: $message,
      retry_after_s: ($wait | tonumber? // null)
    }}'
}

while read -r case; do
  base_url=$(given .base_url)
  seconds=$(jq '.timeout_ms / 1000 - 1' <<<"$case")
  case $(given '"\(.provider)/\(.operation)"') in
    pyannote/getMediaUploadURL) ask_pyannote && say --arg url "$url" '{case: $case.case, result: {url: $url}}' ;;
    cielo24/request_upload_url) ask_cielo24 && say --arg url "$url" '{case: $case.case, result: {upload_url: $url}}' ;;
    pyannote/upload) upload ask_pyannote && say '{case: $case.case, result: {}}' ;;
    cielo24/upload) upload ask_cielo24 && say '{case: $case.case, result: {}}' ;;
    *) say '{case: $case.case, unsupported: true}' ;;
  esac || say_error
done
