"""The DAG ``catalog_refresh``. What it does, and what a failure means, stands in its documentation (mmgen.airflow)."""

from __future__ import annotations

from mmgen.airflow import catalog_refresh_dag

dag = catalog_refresh_dag()
