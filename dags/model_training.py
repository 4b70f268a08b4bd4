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

from datetime import timedelta

from airflow.sdk import DAG

from job_operators import dag_of
from mmgen.pipeline import training_jobs

dag: DAG = dag_of(
    training_jobs(),
    is_training=True,
    dag_id="model_training",
    description="Train, evaluate and promote the encoders and the fusion model",
    doc_md=__doc__,
    schedule="@weekly",
    dagrun_timeout=timedelta(hours=12),
    tags=["mmgen", "weekly"],
)
