"""Nothing that mmgen starts reports its use, whatever the environment says that it is started in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mmgen.engine.spark import WORKER_ENV
from mmgen.pipeline import BY_NAME, job_environment
from mmgen.services import airflow as services
from mmgen.services import night as runner
from mmgen.services.night import Interrupts, Night
from mmgen.telemetry import TELEMETRY_OFF

ON = dict.fromkeys(TELEMETRY_OFF, "chosen by a person")
ROOT = Path(__file__).resolve().parent.parent


def of_a_job(home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What a job of `mmgen run` finds."""
    script = "import json, os; print(json.dumps(dict(os.environ)))"
    monkeypatch.setattr(runner, "job_command", lambda *_: [sys.executable, "-c", script])
    job = BY_NAME["clean_texts"]
    night = Night("2026-11-01", [job], home, {**os.environ, **ON})
    found: dict[str, str] = json.loads(runner.run_job(night, job, lambda _seconds: None, Interrupts()).summary)
    return found


def of_the_airflow_command(home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What `mmgen airflow` and `mmgen demo` start Airflow's command line with."""
    monkeypatch.setattr(services, "_is_prepared", lambda _home: True)
    return services.prepared_environment(home, ON, print)


def of_a_service(name: str) -> Callable[[Path, pytest.MonkeyPatch], dict[str, str]]:
    """What `mmgen up` starts a service with."""

    def environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        monkeypatch.setattr(services, "airflow_executable", lambda: Path("airflow"))
        made = services.wanted(home, ON, "sqlite:///x.db", "artifacts", services.Ports(), {})
        return next(service.environment for service in made if service.name == name)

    return environment


ENVIRONMENTS: dict[str, Callable[[Path, pytest.MonkeyPatch], dict[str, str]]] = {
    "a job": of_a_job,
    "a job, by Airflow": lambda _home, _patch: ON | job_environment(),
    "a Python worker of Spark": lambda _home, _patch: ON | WORKER_ENV,
    "Airflow's command line": of_the_airflow_command,
    **{name: of_a_service(name) for name in ("api-server", "scheduler", "dag-processor", "mlflow")},
}


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_every_process_is_told(
    environment: Callable[[Path, pytest.MonkeyPatch], dict[str, str]], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert TELEMETRY_OFF.items() <= environment(home, monkeypatch).items()


BARE = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
"""Neither a test's variables nor a CI's: MLflow takes those for a wish to be quiet, too."""
ASKED = {
    "MLflow": "from mlflow.telemetry.utils import is_telemetry_disabled as f; print(f())",
    "Hugging Face": "from huggingface_hub.constants import *; print(HF_HUB_DISABLE_TELEMETRY and HF_HUB_OFFLINE)",
}


@pytest.mark.parametrize("code", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("is_told", [True, False], ids=["told", "not told"])
def test_the_packages_heed_it(code: str, is_told: bool, tmp_path: Path) -> None:
    environment = {**BARE, **(TELEMETRY_OFF if is_told else {})}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(is_told)


@pytest.mark.parametrize("module", ["mmgen.registry.tracker", "mmgen.store.checks", "mmgen.features.sentence"])
def test_who_imports_such_a_package_switches_it_off_first(module: str) -> None:
    """Also in a process that nobody gave an environment: a test, a notebook."""
    code = f"import os, json, {module}; print(json.dumps(dict(os.environ)))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=BARE | ON, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert TELEMETRY_OFF.items() <= json.loads(done.stdout).items()
