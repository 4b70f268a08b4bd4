#!/usr/bin/env bash
# Run to its end before Airflow's services start, at every `up`: each step is safe to repeat.
set -euo pipefail

airflow db migrate
airflow pools set mmgen "${MMGEN_POOL_SLOTS:-1}" "jobs that run at the same time"

# The simple auth manager reads passwords from a file, and makes up (and prints) those that it does not find there.
umask 077
python - <<'PYTHON'
import json
import os
from pathlib import Path

path = Path(os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
path.write_text(json.dumps({"admin": os.environ["AIRFLOW_ADMIN_PASSWORD"]}) + "\n", encoding="utf-8")
PYTHON
