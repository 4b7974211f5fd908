#!/bin/sh
# Uploads the recordings of a list with GNU parallel, from one machine or from several (--sshlogin):
#
#     deploy/parallel.sh recordings.csv journals/ 4 --sshlogin host1,host2
#
# It can run again after a failure: a journal keeps what its part has sent. With --sshlogin, the list and the journals must be at
# the same path on each machine, and always the same machine must run a part, or the folder must be shared.
set -eu
manifest=$1
journals=$2
parts=$3
shift 3

mkdir -p "$journals"
seq "$parts" | parallel --jobs 1 --halt soon,fail=1 "$@" \
    media-upload pyannote --manifest "$manifest" --partition "{}/$parts" --journal "$journals/{}.jsonl" --json
