"""# catalog_refresh: the nightly refresh

Reads what changed in the shop's catalogue, cleans it, computes features, writes descriptions and creatives with the
current champion model, checks them and publishes them. One date, one run, all tasks.

* **A run is safe to repeat.** The same date again gives the same content; unchanged rows are reused.
* **Backfill** an older date from the UI or with `airflow backfill create --dag-id catalog_refresh --from-date D
  --to-date D --reprocess-behavior completed`. It rewrites that date's partitions; published content of a newer date
  and people's own texts stay as they are.
* **A task failed?** Its documentation says what that means. Nothing half-written is ever visible: a partition is
  committed whole, after its checks. Clear the task and it goes on from there.
* **First night:** encoders and model are trained where there are none, so it takes minutes longer.
* Parameter `full`: refresh every product, not only those that changed.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG

from job_operators import dag_of
from mmgen.pipeline import JOBS

dag: DAG = dag_of(
    JOBS,
    dag_id="catalog_refresh",
    description="Clean, describe and publish what changed in the catalogue",
    doc_md=__doc__,
    schedule="@daily",
    dagrun_timeout=timedelta(hours=20),
    tags=["mmgen", "nightly"],
)
