"""What keeps others' software from reporting its use: the one list for all processes that mmgen starts.

mmgen itself sends nothing anywhere. Of what it starts, these report, or have done so in some version that fits, unless
they are told not to. docker/compose.yaml repeats the list (YAML cannot import); a test compares them.
"""

from __future__ import annotations

TELEMETRY_OFF = {
    "DO_NOT_TRACK": "true",  # MLflow, Hugging Face and Daft heed it; MLflow only in this spelling
    "MLFLOW_DISABLE_TELEMETRY": "true",  # client and server; the server then tells its pages, too
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",  # earlier Airflow, by Scarf; 3.3 has no such code
    "SCARF_ANALYTICS": "false",
    "GX_ANALYTICS_ENABLED": "false",  # Great Expectations
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",  # checkpoints are local folders: the hub is never asked, for an update neither
    "TRANSFORMERS_OFFLINE": "1",
    "RAY_USAGE_STATS_ENABLED": "0",  # benchmarks compare with Ray
}
"""Environment variables and the values that mean no. They win over what a person has set. A file that imports such a
package takes them into its own process before: some are read only then."""
