#!/usr/bin/env bash
# Resolve requirements/*.in into locked *.txt, in environments made for it and thrown away. Needs the network.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

header() { echo "# Locked by requirements/lock.sh from $1; do not edit. Install with --no-deps."; }

lock() { # name, then what to leave out of the lock (a pattern of names)
  local name=$1 without=$2
  python3.11 -m venv "$work/$name"
  "$work/$name/bin/pip" install -q --upgrade pip
  if [ "$name" = jobs ]; then "$work/$name/bin/pip" install -q -r torch.txt; fi
  "$work/$name/bin/pip" install -q -r "$name.in"
  { header "$name.in"; "$work/$name/bin/pip" freeze --exclude-editable | grep -viE "^($without)==" ; } >"$name.txt"
}

lock jobs 'torch|setuptools|nvidia-.*|triton'
lock airflow 'setuptools'
# The tools for tests share the jobs' environment: what stands in the jobs' lock already is not repeated.
"$work/jobs/bin/pip" install -q -r dev.in
{
  header dev.in
  "$work/jobs/bin/pip" freeze --exclude-editable | grep -viE '^(torch|setuptools)==' | grep -vxFf jobs.txt
} >dev.txt
# The tools to compare with lie in a folder of their own behind the jobs' libraries (report.py). Daft wants a newer pyarrow
# and an older tqdm than the jobs have, and gets them in processes of its own.
grep -viE '^(pyarrow|tqdm)==' jobs.txt >"$work/shared.txt"
"$work/jobs/bin/pip" install -q -r benchmarks.in -c "$work/shared.txt"
{
  header benchmarks.in
  "$work/jobs/bin/pip" freeze --exclude-editable | grep -viE '^(torch|setuptools)==' | grep -vxFf jobs.txt | grep -vxFf dev.txt
} >benchmarks.txt
