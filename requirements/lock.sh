#!/usr/bin/env bash
# Resolve requirements/*.in into locked *.txt with hashes. Needs the network, and uv (`make lock` brings it); downloads no
# package. What is locked stays as it is as long as it fits: pass --upgrade for the newest of everything.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
more=("$@")

resolve() { # source, lock, then options
  local source=$1 lock=$2
  shift 2
  { [ ! -f "$lock" ] || cp "$lock" "$work/lock"; }
  uv pip compile --quiet --generate-hashes --no-header --no-annotate --output-file "$work/lock" "$@" "${more[@]}" "$source"
  { echo "# Locked by requirements/lock.sh from $(basename "$source"); do not edit. Install with --no-deps."; cat "$work/lock"; } >"$lock"
  rm "$work/lock"
}

without() { # the names in these locks, as options: what stands there already is not repeated
  sed -nE 's/^([A-Za-z0-9][A-Za-z0-9._-]*)==.*/--no-emit-package \1/p' "$@" | sort -u
}

both=(--universal --python-version 3.11) # 3.11 and 3.12
one=(--python-version 3.11 --python-platform x86_64-manylinux_2_28)

resolve uv.in uv.txt "${both[@]}"
resolve build.in build.txt "${both[@]}"
# Its speech mode alone is used, and libsvm comes as source
resolve jobs.in jobs.txt "${both[@]}" --no-emit-package libsvm-official
resolve airflow.in airflow.txt "${both[@]}"
resolve encoders.in encoders.txt "${one[@]}"
resolve petastorm.in petastorm.txt "${one[@]}" --no-deps
# The tools for tests share the environments of what they test.
# shellcheck disable=SC2046
resolve dev.in dev.txt "${both[@]}" --constraint jobs.txt $(without jobs.txt)
# The tools to compare with lie in a folder of their own behind the jobs' libraries (report.py). Daft wants an older tqdm
# than the jobs have, and gets it in processes of its own.
sed -nE 's/^([A-Za-z0-9].*) \\$/\1/p' jobs.txt | grep -vE '^tqdm==' >"$work/shared.txt"
# shellcheck disable=SC2046
resolve benchmarks.in benchmarks.txt "${both[@]}" --constraint "$work/shared.txt" $(without "$work/shared.txt" dev.txt)
# With CUDA, for those who have a GPU
sed 's/^tensorflow-cpu==\([^ ]*\) /tensorflow[and-cuda]==\1 /' encoders.in >"$work/encoders.in"
resolve "$work/encoders.in" encoders-gpu.txt "${one[@]}" --constraint encoders.txt
# shellcheck disable=SC2046
resolve torch-gpu.in torch-gpu.txt "${both[@]}" --constraint jobs.txt $(without jobs.txt)
