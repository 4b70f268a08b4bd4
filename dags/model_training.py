"""# model_training: a new model, weekly and on demand

Trains the fusion model on all examples as of the run's date, evaluates it on held-out groups, and gives it the alias
`champion` only if it is no worse than the one that has it. The next `catalog_refresh` then rewrites content with it.

* **A failed or worse training changes nothing:** the champion stays.
* To go back to an earlier model: `mmgen promote VERSION`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import DAG, Param

from job_operators import task_for
from mmgen.pipeline import BY_NAME

with DAG(
    dag_id="model_training",
    description="Train, evaluate and promote the fusion model",
    doc_md=__doc__,
    schedule="@weekly",
    start_date=datetime(2024, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=12),
    tags=["mmgen", "weekly"],
    params={"full": Param(False, type="boolean")},
):
    task_for(BY_NAME["train"], "--force")
