#!/usr/bin/env bash
# Installs the generators, generates a client of openapi/pyannote.yaml with each of them, and copies the drivers beside the
# clients. Requires npm, and Python with venv. Everything is written to the given folder:
#
#     bash conformance/drivers/generated/generate.sh target/generated-clients
set -euo pipefail

drivers=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cd "$1"
cp "$drivers"/*.{json,py,ts,txt} "$drivers/../../../openapi/pyannote.yaml" .

npm ci --no-audit --no-fund --loglevel=error
# Older versions of npm do not link the Node that they install. Where there is none for the platform, the installed Node is used.
ln -sf "$(ls "$PWD"/node_modules/node-linux-*/bin/node 2>/dev/null || command -v node)" node_modules/.bin/node
python3 -m venv python
export PATH="$PWD/node_modules/.bin:$PWD/python/bin:$PATH"
pip install --quiet --disable-pip-version-check --requirement requirements.txt

rm -rf clients
mkdir clients
openapi-ts --silent --no-log-file
oazapfts pyannote.yaml clients/oazapfts.ts
openapi-typescript pyannote.yaml --output clients/openapi_fetch.ts
openapi-python-client generate --path pyannote.yaml --meta none --output-path clients/openapi_python_client
tsc
