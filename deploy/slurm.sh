#!/bin/sh
# Uploads the recordings of a list with a Slurm array. Each task sends its own part, and keeps its own journal:
#
#     sbatch --array=1-4 deploy/slurm.sh recordings.csv journals/
#
# The array must be 1-N or 0-(N-1), because a part is one of N. A task that failed or was killed runs again with
# `scontrol requeue JOB_TASK`, or alone with the arguments of its part:
#
#     media-upload pyannote --manifest recordings.csv --partition 3/4 --journal journals/3.jsonl
#
#SBATCH --job-name=media-upload
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem=128M
#SBATCH --requeue
set -eu
manifest=$1
journals=$2

mkdir -p "$journals"
exec media-upload pyannote --manifest "$manifest" --partition auto \
    --journal "$journals/$SLURM_ARRAY_TASK_ID.jsonl" --jobs 8 --json
