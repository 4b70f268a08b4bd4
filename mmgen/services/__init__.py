"""Processes that mmgen starts: Airflow, MLflow, the jobs of a night."""
