"""The DAG ``model_training``. What it does, and what a failure means, stands in its documentation (mmgen.airflow)."""

from __future__ import annotations

from mmgen.airflow import model_training_dag

dag = model_training_dag()
