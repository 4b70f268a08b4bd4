"""compose.yaml: a valid Compose file whose services are confined, watched, and given what the code reads."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import mmgen
from mmgen.telemetry import TELEMETRY_OFF
from tests.docker.declared import (
    COMPOSE_FILE,
    HOME_IN_IMAGE,
    ROOT,
    VARIABLE,
    dockerfile_of,
    fill_all,
    in_repository,
    services,
)

SERVICES = services()
OWN = [name for name in SERVICES if dockerfile_of(name)]
ONE_SHOT = {"airflow-init", "mmgen"}
AIRFLOW = ROOT / ".venv" / "airflow" / "bin"
SCHEMA = Path(__file__).with_name("compose-spec.schema.json")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY$")
# Read by Spark's own scripts and daemons: org.apache.spark.deploy, bin/load-spark-env.sh.
SPARK_READS = {"SPARK_CONF_DIR", "SPARK_WORKER_OPTS"}
MLFLOW_READERS = ("environment_variables.py", "cli/__init__.py")
POSTGRES_READS = {"POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS"}


def example_variables() -> dict[str, str]:
    """The variables of .env.example, those that are commented out included."""
    text = (ROOT / "docker" / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=(\S*)", text, flags=re.MULTILINE))


def environment_of(name: str) -> dict[str, str]:
    return dict(SERVICES[name].get("environment") or {})


EVERY_VARIABLE = sorted({key for name in SERVICES for key in environment_of(name)})


def test_file_follows_the_compose_specification() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    loaded = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
    errors = jsonschema.Draft202012Validator(schema).iter_errors(loaded)
    assert [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in errors] == []


def test_validation_sees_an_error() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    wrong = {"services": {"x": {"image": "y:1", "restart_always": True}}}
    assert not jsonschema.Draft202012Validator(schema).is_valid(wrong)


def test_docker_compose_reads_it() -> None:
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("no docker compose on this machine")
    given = dict.fromkeys(example_variables(), "x") | {
        "SHOP_DIR": "/tmp", "SPARK_WORKERS": "2", "SPARK_WORKER_LIMIT": "8g", "DRIVER_LIMIT": "8g",
        "AIRFLOW_PORT": "8080", "MLFLOW_PORT": "5000", "SPARK_UI_PORT": "8081",
    }  # fmt: skip
    command = [docker, "compose", "-f", str(COMPOSE_FILE), "config", "--quiet"]
    done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["read_only"] is True
    assert not {"privileged", "network_mode", "pid", "cap_add", "env_file"} & set(service)
    assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", []))
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", []))


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_restarted_and_watched_unless_it_runs_once(name: str) -> None:
    service = SERVICES[name]
    if name in ONE_SHOT:
        assert service["restart"] == "no"
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", SERVICES)
def test_service_waits_for_a_condition_that_can_come_true(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_completed_successfully":
            assert other in ONE_SHOT
        else:
            assert how["condition"] == "service_healthy"
            assert "healthcheck" in SERVICES[other]


@pytest.mark.parametrize("name", SERVICES)
def test_image_is_pinned(name: str) -> None:
    repository, _, tag = SERVICES[name]["image"].rpartition(":")
    assert repository
    if name in OWN:
        assert tag == mmgen.__version__
    else:
        assert re.match(r"\d+\.\d+", tag), "a tag with its minor version"


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_from_the_environment(name: str) -> None:
    for key, value in environment_of(name).items():
        if SECRET_NAME.search(key) and not key.endswith("_FILE"):
            assert re.fullmatch(r"\$\{\w+:\?.+\}", value), f"{key} is required, and has no default"
        for password in re.findall(r"://[^:/@]+:([^@]+)@", value):
            assert password.startswith("${"), key


@pytest.mark.parametrize("name", ["spark-master", "spark-worker", "airflow-apiserver", "airflow-dag-processor"])
def test_catalogue_password_goes_only_where_a_driver_runs(name: str) -> None:
    assert "CATALOGUE_DB_PASSWORD" not in str(environment_of(name))


def test_example_names_every_variable_and_no_secret() -> None:
    used = {m["name"]: m["how"] for m in VARIABLE.finditer(COMPOSE_FILE.read_text(encoding="utf-8"))}
    example = example_variables()
    assert set(used) == set(example)
    assert {name for name, value in example.items() if not value} == {n for n, how in used.items() if how == ":?"}


def test_env_file_is_ignored_by_git_and_by_the_builder() -> None:
    assert ".env" in (ROOT / "docker" / ".gitignore").read_text(encoding="utf-8").split()
    assert "docker/.env" in (ROOT / ".dockerignore").read_text(encoding="utf-8").split()


@pytest.mark.parametrize("name", sorted(set(OWN) | {"spark-worker", "mmgen"} | {n for n in SERVICES if "airflow" in n}))
def test_nothing_reports_its_use(name: str) -> None:
    assert TELEMETRY_OFF.items() <= environment_of(name).items()


def is_read(key: str) -> bool | None:
    """Whether something reads an environment variable; None where this machine lacks the reader."""
    if key in TELEMETRY_OFF:
        return True  # by some version of what is started
    if key.startswith("AIRFLOW__"):
        found = sorted((ROOT / ".venv" / "airflow").glob("lib/*/site-packages/airflow/config_templates/config.yml"))
        if not found:
            return None
        _, section, option = key.lower().split("__")
        return option in yaml.safe_load(found[0].read_text(encoding="utf-8"))[section]["options"]
    readers = [*(ROOT / "mmgen").rglob("*.py"), *(ROOT / "docker").glob("*.sh")]
    if any(re.search(rf"\b{key}\b", f.read_text(encoding="utf-8")) for f in readers):
        return True
    if key.startswith("MLFLOW_"):
        files = [importlib.metadata.distribution("mlflow").locate_file(f"mlflow/{f}") for f in MLFLOW_READERS]
        return any(f'"{key}"' in Path(str(f)).read_text(encoding="utf-8") for f in files)
    return key in {"AIRFLOW_HOME", "AIRFLOW_CONN_SPARK_DEFAULT"} | SPARK_READS | POSTGRES_READS


@pytest.mark.parametrize("key", EVERY_VARIABLE)
def test_variable_is_one_that_something_reads(key: str) -> None:
    answer = is_read(key)
    if answer is None:
        pytest.skip("no Airflow environment here")
    assert answer, f"nothing reads {key}"


@pytest.mark.parametrize("name", OWN)
def test_paths_in_the_image_are_in_the_repository(name: str) -> None:
    dockerfile = dockerfile_of(name)
    assert dockerfile is not None
    texts: list[Any] = [*SERVICES[name].get("command", []), *environment_of(name).values()]
    paths = [str(t) for t in texts if str(t).startswith(f"{HOME_IN_IMAGE}/")]
    assert [p for p in paths if in_repository(p, dockerfile) is None] == []


def test_mounted_files_exist() -> None:
    mounts = [str(v) for s in SERVICES.values() for v in s.get("volumes", []) if str(v).startswith("./")]
    assert mounts
    assert all((COMPOSE_FILE.parent / mount.split(":")[0]).is_file() for mount in mounts)


def test_processes_that_share_data_see_the_same_folders() -> None:
    for name in ("spark-worker", "airflow-scheduler", "mmgen"):
        volumes = [str(v) for v in SERVICES[name]["volumes"]]
        assert "mmgen-home:/srv/mmgen" in volumes
        assert any(v.endswith(":/srv/shop:ro") for v in volumes)
        assert environment_of(name)["MMGEN_HOME"] == "/srv/mmgen"


def test_cluster_configuration_names_the_services() -> None:
    cluster = tomllib.loads((ROOT / "conf" / "cluster.toml").read_text(encoding="utf-8"))
    master = SERVICES["spark-master"]["command"]
    host, port = master[master.index("--host") + 1], master[master.index("--port") + 1]
    assert cluster["spark"]["master"] == f"spark://{host}:{port}"
    assert SERVICES["spark-worker"]["command"][-1] == cluster["spark"]["master"]
    mlflow = SERVICES["mlflow"]["command"]
    assert cluster["tracking"]["uri"] == f"http://mlflow:{mlflow[mlflow.index('--port') + 1]}"
    assert "mlflow:*" in environment_of("mlflow")["MLFLOW_SERVER_ALLOWED_HOSTS"]
    assert cluster["home"] == environment_of("airflow-scheduler")["MMGEN_HOME"]


def test_airflow_submits_to_that_master() -> None:
    if not (AIRFLOW / "python").exists():
        pytest.skip("no Airflow environment here")
    code = (
        "from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook as H;"
        "print('MASTER', H(conn_id='spark_default')._connection['master'])"
    )
    key = "AIRFLOW_CONN_SPARK_DEFAULT"
    given = {**os.environ, key: environment_of("airflow-scheduler")[key], "AIRFLOW__CORE__UNIT_TEST_MODE": "True"}
    done = subprocess.run([AIRFLOW / "python", "-c", code], env=given, capture_output=True, text=True, check=False)
    cluster = tomllib.loads((ROOT / "conf" / "cluster.toml").read_text(encoding="utf-8"))
    assert f"MASTER {cluster['spark']['master']}" in done.stdout.splitlines(), done.stderr[-2000:]


def test_every_default_is_one_that_spark_takes() -> None:
    """The executors' heap fits into what a worker offers, and that into its container."""
    worker = fill_all(SERVICES["spark-worker"], dict.fromkeys(example_variables(), "") | {"SHOP_DIR": "/tmp"})
    offered = worker["command"][worker["command"].index("--memory") + 1]
    defaults = (ROOT / "docker" / "spark" / "spark-defaults.conf").read_text(encoding="utf-8")
    heap = re.search(r"^spark\.executor\.memory\s+(\d+)g", defaults, flags=re.MULTILINE)
    assert heap is not None
    assert int(heap[1]) <= int(offered.removesuffix("g")) < int(worker["mem_limit"].removesuffix("g"))
