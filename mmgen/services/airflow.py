"""Airflow and the MLflow UI on one machine: start them, wait until they answer, end exactly them."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from mmgen.pipeline import PYTHON_OF, job_environment, job_python
from mmgen.resources import ROOT
from mmgen.services.daemons import (
    HOST,
    Record,
    Service,
    all_records,
    fetch,
    fetch_json,
    is_free,
    last_lines,
    live_records,
    log_file,
    next_free,
    only_one,
    start,
    stop,
)
from mmgen.services.processes import is_alive

AIRFLOW_PORT, MLFLOW_PORT = 8080, 5000
AIRFLOW_USER = "admin"
POOL, POOL_SLOTS = "mmgen", 1
HEALTHY_AFTER_S = 180.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Ports:
    """The ports that a person wants; None: the default one or the next free one."""

    airflow: int | None = None
    mlflow: int | None = None


@dataclass(frozen=True)
class State:
    """What is up."""

    airflow_url: str
    mlflow_url: str
    password_file: str
    was_up: bool
    services: list[Record]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"airflow_user": AIRFLOW_USER}


# --- the environment -----------------------------------------------------------------------------------------------


def airflow_executable() -> Path:
    """Airflow's command: ``MMGEN_AIRFLOW``, else .venv/airflow beside this package. Raises FileNotFoundError."""
    named = os.environ.get("MMGEN_AIRFLOW")
    path = Path(named) if named else ROOT / ".venv" / "airflow" / "bin" / "airflow"
    if not path.is_file():
        raise FileNotFoundError(f"no Airflow at {path}: make its environment (see README), or name it in MMGEN_AIRFLOW")
    return path


def read_env_file(path: Path) -> dict[str, str]:
    """``KEY=VALUE`` lines; blank lines and those that begin with # are left out. Quotes around a value go."""
    values = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, separator, value = line.strip().partition("=")
        if separator and not name.startswith("#"):
            is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
            values[name.strip()] = value[1:-1] if is_quoted else value
    return values


def airflow_environment(home: Path, port: int = AIRFLOW_PORT) -> dict[str, str]:
    """What Airflow's processes need besides the environment that they are started in. ``home`` is absolute."""
    return {
        **read_env_file(ROOT / "conf" / "airflow.env"),
        **job_environment(),
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{HOST}:{port}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(password_file(home)),
        "MMGEN_HOME": str(home),
        **{variable: job_python(name) for name, variable in PYTHON_OF.items()},
    }


def merged_environment(home: Path, port: int, base: Mapping[str, str]) -> dict[str, str]:
    """A whole environment: what a person set wins over conf/airflow.env, and where we are over both."""
    ours = airflow_environment(home, port)
    defaults = read_env_file(ROOT / "conf" / "airflow.env")
    chosen = {name: base[name] for name in defaults if name in base}
    return {**base, **ours, **chosen}


def password_file(home: Path) -> Path:
    """Where Airflow's simple auth manager keeps the generated password."""
    return home / "airflow" / "simple_auth_manager_passwords.json.generated"


def password_of(home: Path) -> str | None:
    """The generated password, None where there is none yet."""
    file = password_file(home)
    return json.loads(file.read_text(encoding="utf-8")).get(AIRFLOW_USER) if file.is_file() else None


def make_password(home: Path) -> None:
    """Generate the password ourselves, readable by its owner alone: Airflow would print it into its log."""
    file = password_file(home)
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(json.dumps({AIRFLOW_USER: secrets.token_urlsafe(12)}) + "\n")


def prepared_environment(home: Path, base: Mapping[str, str], say: Say) -> dict[str, str]:
    """The environment of Airflow's command line; its database is made, or upgraded, where that is not done yet."""
    running = {record.name: record for record in live_records(home)}
    port = running["api-server"].port if "api-server" in running else None
    environment = merged_environment(home, port or AIRFLOW_PORT, base)
    is_elsewhere = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" in environment
    if not is_elsewhere and not _is_prepared(home):
        prepare_database(home, environment, say)
    return environment


def airflow_version() -> str:
    """The version of Airflow's environment; empty where it cannot be told. Asking Airflow itself takes seconds."""
    environment = airflow_executable().parent.parent
    folders = [str(folder) for folder in environment.glob("lib/python*/site-packages")]
    found = next(iter(distributions(name="apache-airflow", path=folders)), None)
    return found.version if found else ""


def _is_prepared(home: Path) -> bool:
    marker, version = _marker(home), airflow_version()
    is_made = (home / "airflow" / "airflow.db").is_file() and marker.is_file()
    return is_made and bool(version) and marker.read_text(encoding="utf-8").strip() == version


def _marker(home: Path) -> Path:
    """Holds the version of Airflow that the database was prepared for. A file of it alone may be half made."""
    return home / "airflow" / "prepared"


def prepare_database(home: Path, environment: Mapping[str, str], say: Say) -> None:
    """Make or upgrade Airflow's database, and the pool that lets one job run at a time. RuntimeError with the log."""
    airflow, log = str(airflow_executable()), log_file(home, "airflow-setup")
    log.parent.mkdir(parents=True, exist_ok=True)
    make_password(home)
    _marker(home).unlink(missing_ok=True)
    say("Preparing Airflow's database ...")
    pool = ["pools", "set", POOL, str(POOL_SLOTS), "one job at a time: each takes all cores"]
    with log.open("wb") as stream:
        for arguments in (["db", "migrate"], pool):
            command = [airflow, *arguments]
            done = subprocess.run(command, env=dict(environment), stdout=stream, stderr=stream, check=False)
            if done.returncode:
                raise RuntimeError(f"`airflow {' '.join(arguments[:2])}` failed:\n{last_lines(log)}\nThe log: {log}")
    _marker(home).write_text(airflow_version() + "\n", encoding="utf-8")


# --- up ------------------------------------------------------------------------------------------------------------


def start_all(home: Path, base: Mapping[str, str], store_uri: str, artifacts: str, ports: Ports, say: Say) -> State:
    """Start what is not up, and wait until all of it answers. What was started is ended again where that fails.

    ValueError where a port that was asked for is taken, RuntimeError with the log's end where a service dies.
    """
    with only_one(home):
        stop(home, [r for r in all_records(home) if not is_alive(r.tree)])  # it died, and may have left children
        running = {record.name: record for record in live_records(home)}
        services = wanted(home, base, store_uri, artifacts, ports, running)
        missing = [service for service in services if service.name not in running]
        if any(service.name not in ("mlflow", "spark") for service in missing):
            prepare_database(home, missing[0].environment, say)
        started: list[Record] = []
        try:
            for service in missing:
                say(f"Starting {service.name} ...")
                started.append(start(home, service))
            say("Waiting until all of it answers ...")
            wait_until_healthy([*running.values(), *started])
        except BaseException:
            stop(home, started)
            raise
    urls = {service.name: service.url or "" for service in services} | {"mlflow": _mlflow_url(services, store_uri)}
    records = [*running.values(), *started]
    return State(urls["api-server"], urls["mlflow"], str(password_file(home)), not missing, records)


def wanted(
    home: Path,
    base: Mapping[str, str],
    store_uri: str,
    artifacts: str,
    ports: Ports,
    running: Mapping[str, Record],
) -> list[Service]:
    """The services of this home; a running one keeps its port. No triggerer: no task of ours is deferred."""
    airflow = str(airflow_executable())
    port = _port(running.get("api-server"), ports.airflow, AIRFLOW_PORT, "--airflow-port")
    is_ours = not store_uri.startswith(("http://", "https://"))  # else a server that runs elsewhere, with its own UI
    mlflow_port = _port(running.get("mlflow"), ports.mlflow, MLFLOW_PORT, "--mlflow-port", {port}) if is_ours else None
    address = f"http://{HOST}:{mlflow_port}" if mlflow_port else store_uri
    environment = {"MMGEN_MLFLOW_URL": address, **merged_environment(home, port, base)}
    api = [airflow, "api-server", "--host", HOST, "--port", str(port), "--workers", "1"]
    services = [
        Service("api-server", api, environment, f"http://{HOST}:{port}", port),
        Service("scheduler", [airflow, "scheduler"], environment),
        Service("dag-processor", [airflow, "dag-processor"], environment),
    ]
    services.append(
        Service("spark", [job_python(), "-m", "mmgen.services.warm_spark", str(home)], {**base, **job_environment()})
    )
    if mlflow_port is not None:
        services.append(_mlflow(store_uri, artifacts, mlflow_port, base))
    return services


def _mlflow(store_uri: str, artifacts: str, port: int, base: Mapping[str, str]) -> Service:
    where = ["--backend-store-uri", store_uri, "--default-artifact-root", artifacts]
    command = [str(Path(job_python()).parent / "mlflow"), "server", *where]
    command += ["--host", HOST, "--port", str(port), "--workers", "1"]
    environment = {**base, **job_environment(), "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    return Service("mlflow", command, environment, f"http://{HOST}:{port}", port)


def _mlflow_url(services: list[Service], store_uri: str) -> str:
    return next((s.url or "" for s in services if s.name == "mlflow"), store_uri)


def _port(running: Record | None, asked: int | None, default: int, option: str, taken: set[int] | None = None) -> int:
    if running is not None and running.port is not None:
        if asked not in (None, running.port):
            raise ValueError(f"{running.name} is up on port {running.port} already: `mmgen down` first")
        return running.port
    if asked is not None and (asked in (taken or ()) or not is_free(asked)):
        raise ValueError(f"port {asked} is taken: name another with {option}, or leave it out for the next free one")
    if asked is not None:
        return asked
    return next_free(default, taken or set())


def wait_until_healthy(records: list[Record], within_s: float = HEALTHY_AFTER_S) -> None:
    """Until every part says it is well. RuntimeError with the end of the log of one that dies or stays silent."""
    deadline = time.monotonic() + within_s
    while sick := [r for r in records if not is_alive(r.tree)] or unhealthy(records):
        record = sick[0]
        if not is_alive(record.tree):
            raise RuntimeError(f"{record.name} ended:\n{last_lines(Path(record.log))}\nThe log: {record.log}")
        if time.monotonic() > deadline:
            log = last_lines(Path(record.log))
            raise RuntimeError(f"{record.name} is not well after {within_s:.0f} s:\n{log}\nThe log: {record.log}")
        time.sleep(0.5)


def unhealthy(records: list[Record]) -> list[Record]:
    """Those that do not answer yet, or of which Airflow says that they are not well."""
    by_name = {record.name: record for record in records}
    sick = []
    if "api-server" in by_name:
        health = fetch_json(f"{by_name['api-server'].url}/api/v2/monitor/health")
        parts = {"api-server": "metadatabase", "scheduler": "scheduler", "dag-processor": "dag_processor"}
        for name, part in parts.items():
            if name in by_name and ((health or {}).get(part) or {}).get("status") != "healthy":
                sick.append(by_name[name])
    if "mlflow" in by_name and fetch(f"{by_name['mlflow'].url}/health") is None:
        sick.append(by_name["mlflow"])
    return sick


# --- down ----------------------------------------------------------------------------------------------------------


def stop_all(home: Path) -> dict[str, int]:
    """End every service of this home; the number of processes of each (0: it was gone already)."""
    with only_one(home):
        return stop(home, all_records(home))
