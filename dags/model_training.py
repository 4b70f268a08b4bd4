"""# model_training: new models, weekly and on demand

Fits the encoders anew, computes features with them, builds the examples again, and trains the fusion model on these.
Each model is judged on held-out groups, and gets the alias `champion` only if it is no worse than the one that has it.
The next `catalog_refresh` then computes with the new champions.

* **A failed or worse training changes nothing:** the champion stays.
* **A new encoder, and no new fusion model?** Features are the new encoder's from this date on. Until a fusion model is
  trained on them, nights hide from the present one what it was not trained on; the next run of this DAG mends it.
* To go back to an earlier model: `mmgen promote VERSION`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import DAG, Param

from job_operators import task_for
from mmgen.pipeline import training_jobs, upstream

with DAG(
    dag_id="model_training",
    description="Train, evaluate and promote the encoders and the fusion model",
    doc_md=__doc__,
    schedule="@weekly",
    start_date=datetime(2024, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=12),
    tags=["mmgen", "weekly"],
    params={"full": Param(False, type="boolean")},
):
    tasks = {job.name: task_for(job, *(["--force"] if job.is_training else [])) for job in training_jobs()}
    for job in training_jobs():
        for name in set(upstream(job)) & set(tasks):
            tasks[name] >> tasks[job.name]
