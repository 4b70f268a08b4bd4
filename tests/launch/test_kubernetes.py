"""The manifest of a training on Kubernetes, against a schema, and its driver, with a kubectl that is a stand-in.

There is no cluster here: that a training operator takes the manifest is not tried.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from mmgen.cli import main as mmgen
from mmgen.config.config import Config
from mmgen.launch.kubernetes import Kubernetes, as_yaml, manifest
from mmgen.launch.launcher import Training
from mmgen.pipeline import ROOT
from tests.launch.test_supervise import wait_for

SCHEMA = json.loads(Path(__file__).with_name("pytorchjob.schema.json").read_text(encoding="utf-8"))
TRAINING = Training("train", "2026-11-01", Path("/opt/mmgen/jobs/train.py"), ("--ds", "2026-11-01"))
NAME = "mmgen-train-2026-11-01"


def made(environment: dict[str, str] | None = None, **launch: Any) -> dict[str, Any]:
    config = Config.load({"home": "/srv/mmgen", "launch": launch})
    return manifest(TRAINING, config, environment or {})


def container_of(job: dict[str, Any], replica: str = "Master") -> dict[str, Any]:
    return job["spec"]["pytorchReplicaSpecs"][replica]["template"]["spec"]["containers"][0]


LAUNCHES: dict[str, dict[str, Any]] = {
    "one pod": {},
    "four pods with GPUs": {"nodes": 4, "kubernetes": {"gpus": 8, "memory": "200Gi", "namespace": "shoes"}},
    "no restarts": {"nodes": 2, "restarts": 0},
}


@pytest.mark.parametrize("launch", LAUNCHES.values(), ids=LAUNCHES)
def test_the_manifest_fits_the_schema_and_the_file_says_the_same(launch: dict[str, Any]) -> None:
    job = made(**launch)
    jsonschema.Draft202012Validator(SCHEMA).validate(job)
    assert yaml.safe_load(as_yaml(job)) == job


BROKEN = {
    "no container called pytorch": lambda job: container_of(job).update(name="train"),
    "two masters": lambda job: job["spec"]["pytorchReplicaSpecs"]["Master"].update(replicas=2),
    "no master": lambda job: job["spec"]["pytorchReplicaSpecs"].pop("Master"),
    "a key misspelt": lambda job: job["spec"].update(runpolicy=job["spec"].pop("runPolicy")),
    "no image": lambda job: container_of(job).pop("image"),
    "a name that no host can have": lambda job: job["metadata"].update(name="mmgen_train"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_the_schema_finds(broken: Any) -> None:
    job = json.loads(json.dumps(made()))
    broken(job)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(job)


def test_pods_meet_at_the_first_one_and_restart_as_the_configuration_says() -> None:
    job = made(nodes=3, restarts=2, kubernetes={"gpus": 2})
    specs = job["spec"]["pytorchReplicaSpecs"]
    assert {name: one["replicas"] for name, one in specs.items()} == {"Master": 1, "Worker": 2}
    assert job["spec"]["runPolicy"]["backoffLimit"] == 2
    for name in specs:
        container = container_of(job, name)
        assert container["command"] == [
            "python", "-m", "mmgen.launch", "--launcher", "rendezvous", "--nodes", "3", "--endpoint",
            f"{NAME}-master-0:29400", "train", "--ds", "2026-11-01",
        ]  # fmt: skip
        assert container["resources"]["limits"]["nvidia.com/gpu"] == 2
        assert {"name": "home", "mountPath": "/srv/mmgen"} in container["volumeMounts"]
    assert "Worker" not in made()["spec"]["pytorchReplicaSpecs"]


def test_pods_are_given_what_they_need_and_no_password() -> None:
    given = {"MMGEN_RUN_ID": "r", "MMGEN_CATALOGUE_URL": "postgresql://u:p@db/shop", "HOME": "/root"}
    names = {one["name"]: one["value"] for one in container_of(made(given))["env"]}
    assert names["MMGEN_RUN_ID"] == "r" and names["MMGEN_HOME"] == "/srv/mmgen" and "PYTHONPATH" not in names
    assert not {"MMGEN_CATALOGUE_URL", "HOME"} & set(names)
    with pytest.raises(ValueError, match="MLFLOW_TRACKING_URI has a password"):
        made({"MLFLOW_TRACKING_URI": "https://me:secret@ml.example.org"})


def test_the_command_prints_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMGEN_HOME", str(tmp_path))
    done = CliRunner().invoke(mmgen, ["manifest", "--ds", "2026-11-01", "--force"])
    assert done.exit_code == 0, done.output
    job = yaml.safe_load(done.output)
    jsonschema.Draft202012Validator(SCHEMA).validate(job)
    assert container_of(job)["command"][-4:] == ["train", "--ds", "2026-11-01", "--force"]


KUBECTL = """#!{python}
import json, pathlib, sys, time
folder = pathlib.Path({folder!r})
words = sys.argv[3:]
with (folder / "calls").open("a") as calls:
    calls.write(" ".join(words) + "\\n")
state = folder / "state"
if words[0] == "create":
    (folder / "manifest").write_text(sys.stdin.read())
    state.write_text(json.dumps(["Created"]))
elif words[0] == "get" and state.exists():
    holds = [{{"type": kind, "status": "True"}} for kind in json.loads(state.read_text())]
    print(json.dumps({{"status": {{"conditions": holds}}}}))
elif words[0] == "logs":
    print("train: 1 of 2", flush=True)
    time.sleep(0.3)
elif words[0] == "delete":
    state.unlink(missing_ok=True)
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    """A folder with a kubectl that keeps the state of one job in a file."""
    kubectl = tmp_path / "bin" / "kubectl"
    kubectl.parent.mkdir()
    kubectl.write_text(KUBECTL.format(python=sys.executable, folder=str(tmp_path)), encoding="utf-8")
    kubectl.chmod(0o755)
    return tmp_path


def driver(cluster: Path) -> subprocess.Popen[str]:
    start = Kubernetes().start(TRAINING, Config.load({"home": "/srv/mmgen"}))
    program = "import sys; from mmgen.launch import on_kubernetes as k; k.POLL_S = 0.2; sys.exit(k.main())"
    command = [sys.executable, "-c", program, *start.command[3:]]
    environment = {**os.environ, "PATH": f"{cluster / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    process = subprocess.Popen(command, env=environment, text=True, **pipes)  # type: ignore[call-overload]
    process.stdin.write(start.given.decode())
    process.stdin.close()
    process.stdin = None
    return process  # type: ignore[no-any-return]


ENDS = {"succeeded": (["Running", "Succeeded"], 0), "failed": (["Failed"], 1), "deleted by somebody": (None, 1)}


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("conditions", "status"), ENDS.values(), ids=ENDS)
def test_the_driver_waits_for_the_end(cluster: Path, conditions: list[str] | None, status: int) -> None:
    process = driver(cluster)
    assert wait_for((cluster / "state").exists, 20)
    (cluster / "state").write_text(json.dumps(["Running"]))
    assert wait_for(lambda: "logs" in (cluster / "calls").read_text(), 20)
    if conditions is None:
        (cluster / "state").unlink()
    else:
        (cluster / "state").write_text(json.dumps(conditions))
    output, _ = process.communicate(timeout=20)
    assert process.returncode == status and "train: 1 of 2" in output
    assert yaml.safe_load((cluster / "manifest").read_text())["metadata"]["name"] == NAME
    assert "delete" not in (cluster / "calls").read_text()


@pytest.mark.timeout(60)
def test_a_driver_that_is_told_to_end_deletes_the_job(cluster: Path) -> None:
    (cluster / "state").write_text(json.dumps(["Failed"]))  # of an attempt before
    process = driver(cluster)
    assert wait_for(lambda: "create" in ((cluster / "calls").read_text() if (cluster / "calls").exists() else ""), 20)
    assert wait_for((cluster / "state").exists, 20)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 143
    verbs = [line.split()[0] for line in (cluster / "calls").read_text().splitlines()]
    assert verbs[:3] == ["get", "delete", "create"] and verbs[-1] == "delete"
    assert not (cluster / "state").exists()
