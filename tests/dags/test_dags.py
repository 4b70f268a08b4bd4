"""The DAGs: they parse fast and declare only; every task is documented, limited, and starts the very job it names."""

from __future__ import annotations

import copy
import json
import os
import shlex
import subprocess
import sys
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

from mmgen.pipeline import BY_NAME, JOBS, ROOT, job_file, training_jobs, upstream

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

DAGS = {"catalog_refresh": [job.name for job in JOBS], "model_training": [job.name for job in training_jobs()]}
TASKS = [(dag_id, name) for dag_id, names in DAGS.items() for name in names]
DS = "2026-11-01"
HOSTILE = "manual__$(touch /tmp/owned); `id` | cat '\"\n--master evil {{ 7 * 7 }} --conf spark.x=1"
FORBIDDEN = ("torch", "pyspark", "tensorflow", "pandas", "numpy", "pyarrow", "cv2", "mlflow", "deltalake")
"""What would slow parsing down, or isn't in Airflow's environment at all."""


def task_of(dagbag: DagBag, dag_id: str, name: str) -> Any:
    """A copy of a task, to render or to change."""
    return dagbag.dags[dag_id].task_dict[name].prepare_for_execution()


def context(
    run_id: str = f"scheduled__{DS}", full: object = False, logical_date: datetime | None = None, ds: object = None
) -> dict[str, Any]:
    """What Airflow fills templates with."""
    from airflow.sdk.execution_time import macros

    dag_run = SimpleNamespace(run_id=run_id, run_after=datetime(2026, 11, 5, 10), logical_date=logical_date)
    found: dict[str, Any] = {
        "dag_run": dag_run,
        "run_id": run_id,
        "params": {"full": full, "ds": ds},
        "macros": macros,
        "logical_date": logical_date,
    }
    return found | ({"ds": logical_date.strftime("%Y-%m-%d")} if logical_date else {})


def rendered(dagbag: DagBag, dag_id: str, name: str, **values: Any) -> tuple[list[str], dict[str, str]]:
    """The command that a task starts, and what it adds to the environment."""
    task = task_of(dagbag, dag_id, name)
    task.render_template_fields(context(**values))
    if BY_NAME[name].kind == "spark":
        hook = task._get_hook()
        return hook._build_spark_submit_command(task.application), dict(task.env_vars)
    if BY_NAME[name].kind == "torch":
        return task.command, dict(task.env)
    return shlex.split(task.bash_command), dict(task.env)


def test_the_dags_parse(dagbag: DagBag) -> None:
    assert dagbag.import_errors == {}
    assert set(dagbag.dags) == set(DAGS)


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "dags").glob("*.py")))
def test_a_dag_imports_nothing_heavy(name: str) -> None:
    """In a fresh interpreter: what Airflow itself imports doesn't count."""
    program = f"""
import sys, json, runpy
import airflow.sdk
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.providers.standard.operators.bash import BashOperator
before = set(sys.modules)
runpy.run_path({str(ROOT / "dags" / name)!r})
print("NEW", json.dumps(sorted({{m.split(".")[0] for m in set(sys.modules) - before}})))
"""
    path = os.pathsep.join([str(ROOT / "dags"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    [line] = [line for line in done.stdout.splitlines() if line.startswith("NEW ")]
    new = set(json.loads(line.removeprefix("NEW ")))
    assert new & set(FORBIDDEN) == set()
    of_airflow = {"airflow", "croniter"}
    assert {m for m in new if m not in sys.stdlib_module_names} <= {"mmgen", *of_airflow}


@pytest.mark.parametrize(("dag_id", "name"), TASKS)
def test_a_task_is_limited_and_documented(dagbag: DagBag, dag_id: str, name: str) -> None:
    task, job = dagbag.dags[dag_id].task_dict[name], BY_NAME[name]
    assert task.retries == job.retries >= 1
    assert task.execution_timeout == timedelta(minutes=job.timeout_min)
    assert (task.pool, task.owner) == ("mmgen", job.owner)
    assert task.retry_delay >= timedelta(minutes=1)
    for words in (job.purpose, "**If it fails:**", job.on_failure, job.output):
        assert words in task.doc_md, words


@pytest.mark.parametrize("dag_id", DAGS)
def test_a_dag_runs_one_date_at_a_time(dagbag: DagBag, dag_id: str) -> None:
    dag = dagbag.dags[dag_id]
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    assert dag.dagrun_timeout and dag.description and dag.doc_md and "mmgen" in dag.tags
    assert dag.start_date is not None, "a fixed day: a backfill goes back to it"


def test_dependencies_are_the_pipelines(dagbag: DagBag) -> None:
    tasks = dagbag.dags["catalog_refresh"].task_dict
    assert {name: task.upstream_task_ids for name, task in tasks.items()} == {
        job.name: set(upstream(job)) for job in JOBS
    }
    training = dagbag.dags["model_training"].task_dict
    assert {name: task.upstream_task_ids for name, task in training.items()} == {
        name: set(upstream(BY_NAME[name])) & set(training) for name in DAGS["model_training"]
    }
    assert {"image_features", "audio_features", "text_features"} <= training["examples"].upstream_task_ids
    assert training["train"].upstream_task_ids == {"examples"}, "on features of the encoders that were fitted before"


@pytest.mark.parametrize(("dag_id", "name"), TASKS)
def test_a_task_starts_its_job_for_the_date(dagbag: DagBag, dag_id: str, name: str) -> None:
    command, environment = rendered(dagbag, dag_id, name, logical_date=datetime(2026, 11, 1))
    job = BY_NAME[name]
    place = command.index(name if job.kind == "torch" else str(job_file(job)))
    expected = ["--ds", DS, *(["--force"] if dag_id == "model_training" and job.is_training else [])]
    assert command[place + 1 :] == expected
    program = Path(command[0]).name
    assert program == {"spark": "spark-submit"}.get(job.kind, program)
    assert job.kind != "torch" or command[place - 2 : place] == ["-m", "mmgen.launch"]
    assert (environment["MMGEN_RUN_ID"], environment["MMGEN_FULL"]) == (f"scheduled__{DS}", "False")
    assert environment["PYTHONPATH"] == str(ROOT)
    if job.kind == "spark":
        assert command[command.index("--master") + 1] == "local[2]"
        assert command[command.index("--name") + 1] == f"mmgen.{name}"


@pytest.mark.parametrize(
    ("master", "by_submit"),
    [
        pytest.param("local[2]", False, id="this machine"),
        pytest.param("spark://master:7077", True, id="a cluster"),
        pytest.param("yarn", True, id="yarn"),
    ],
)
def test_spark_submit_is_for_clusters(
    dagbag: DagBag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, master: str, by_submit: bool
) -> None:
    """On this machine a job is plain Python, which knows where it is to start Spark. On a cluster nothing differs."""
    stand_in, said = tmp_path / "job.py", tmp_path / "said"
    stand_in.write_text(
        "import os, pathlib, sys; keys = ('PYSPARK_SUBMIT_ARGS', 'MMGEN_RUN_ID')\n"
        f"pathlib.Path({str(said)!r}).write_text(repr((sys.argv[1:], *map(os.environ.get, keys))))"
    )
    monkeypatch.setenv("AIRFLOW_CONN_SPARK_DEFAULT", json.dumps({"conn_type": "spark", "host": master}))
    monkeypatch.setenv("MMGEN_PYTHON", sys.executable)
    submitted: list[str] = []
    monkeypatch.setattr(
        SparkSubmitOperator, "execute", lambda task, _context: submitted.append(task._get_hook()._connection["master"])
    )
    task = task_of(dagbag, "catalog_refresh", "clean_texts")
    task.render_template_fields(context(logical_date=datetime(2026, 11, 1)))
    task.application = str(stand_in)
    task.execute({})
    expected = repr((["--ds", DS], f"--master {master} pyspark-shell", f"scheduled__{DS}"))
    assert (submitted, said.exists()) == ([master] if by_submit else [], not by_submit)
    assert by_submit or said.read_text() == expected


def test_a_failed_job_fails_its_task(dagbag: DagBag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = tmp_path / "job.py"
    stand_in.write_text("import sys; print('clean_texts: error: no input'); sys.exit(1)")
    monkeypatch.setenv("MMGEN_PYTHON", sys.executable)
    task = task_of(dagbag, "catalog_refresh", "clean_texts")
    task.render_template_fields(context(logical_date=datetime(2026, 11, 1)))
    task.application = str(stand_in)
    with pytest.raises(RuntimeError, match="clean_texts: error: no input"):
        task.execute({})


@pytest.mark.parametrize(
    ("values", "ds", "full"),
    [
        pytest.param({"logical_date": datetime(2026, 11, 1, 0, 0)}, DS, "False", id="scheduled"),
        pytest.param({"logical_date": datetime(2024, 2, 29, 23, 59), "full": True}, "2024-02-29", "True", id="full"),
        pytest.param({"logical_date": None}, "2026-11-05", "False", id="by hand, without a date"),
        pytest.param({"logical_date": datetime(2026, 11, 28, 20, 36), "ds": DS}, DS, "False", id="a date of its own"),
        pytest.param({"logical_date": None, "ds": DS}, DS, "False", id="by hand, for a date"),
    ],
)
def test_the_date_and_the_parameters(dagbag: DagBag, values: dict[str, Any], ds: str, full: str) -> None:
    for name in ("clean_images", "report"):
        command, environment = rendered(dagbag, "catalog_refresh", name, **values)
        assert command[-2:] == ["--ds", ds]
        assert environment["MMGEN_FULL"] == full


@pytest.mark.parametrize(
    "ds", ["2026-13-01", "yesterday", f"{DS}\n", f"{DS}'; touch /tmp/owned '", "{{ 7 * 7 }}", 20261101]
)
def test_what_is_no_date_is_refused(dagbag: DagBag, ds: object) -> None:
    with pytest.raises(ValueError, match=r"does not match format|unconverted data remains"):
        rendered(dagbag, "catalog_refresh", "report", ds=ds)


@pytest.mark.parametrize("dag_id", DAGS)
@pytest.mark.parametrize(
    ("ds", "is_valid"), [(None, True), (DS, True), ("", False), ("yesterday", False), (20261101, False)]
)
def test_airflow_takes_a_date_or_none(dagbag: DagBag, dag_id: str, ds: object, is_valid: bool) -> None:
    parameters = copy.deepcopy(dagbag.dags[dag_id].params)
    with nullcontext() if is_valid else pytest.raises(ValueError, match="Invalid input for param ds"):
        parameters.update({"ds": ds})
        assert parameters.validate()["ds"] == ds


@pytest.mark.parametrize(("dag_id", "name"), TASKS)
def test_what_a_person_types_never_reaches_a_command(dagbag: DagBag, dag_id: str, name: str) -> None:
    plain, _ = rendered(dagbag, dag_id, name, logical_date=datetime(2026, 11, 1))
    command, environment = rendered(
        dagbag, dag_id, name, run_id=HOSTILE, full="; rm -rf /", logical_date=datetime(2026, 11, 1)
    )
    assert command == plain
    assert environment["MMGEN_RUN_ID"] == HOSTILE, "given as it is: not a shell's and not a template's to read"


def test_a_shell_passes_the_run_id_on_unread(dagbag: DagBag, tmp_path: Path) -> None:
    """BashOperator's command with the job replaced by one that prints what it is given."""
    task = task_of(dagbag, "catalog_refresh", "report")
    stand_in = tmp_path / "report.py"
    stand_in.write_text("import os, sys; print(repr((sys.argv[1:], os.environ['MMGEN_RUN_ID'])))", encoding="utf-8")
    program = shlex.split(task.bash_command)[0]
    task.bash_command = task.bash_command.replace(str(job_file(BY_NAME["report"])), str(stand_in)).replace(
        program, sys.executable, 1
    )
    task.render_template_fields(context(run_id=HOSTILE, logical_date=datetime(2026, 11, 1)))
    done = subprocess.run(
        ["bash", "-c", task.bash_command], env={**os.environ, **task.env}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == repr((["--ds", DS], HOSTILE))


def test_a_schedule_names_the_date_that_it_refreshes(dagbag: DagBag) -> None:
    """At midnight: then ``airflow backfill create --from-date D --to-date D`` means the one run of D."""
    schedules = {dag_id: dagbag.dags[dag_id].schedule for dag_id in DAGS}
    assert schedules == {"catalog_refresh": "@daily", "model_training": "@weekly"}


def test_ruff_knows_nothing_against_airflow_3() -> None:
    """ruff stands in the jobs' environment, beside this one."""
    beside = Path(os.environ.get("MMGEN_PYTHON") or ROOT / ".venv" / "jobs" / "bin" / "python").with_name("ruff")
    if not beside.exists():
        pytest.skip(f"no ruff at {beside}: `make test` installs it")
    checked = [str(ROOT / "dags"), str(ROOT / "mmgen" / "airflow.py")]
    done = subprocess.run(
        [str(beside), "check", "--select", "AIR3", "--no-cache", *checked],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


# --- a DAG of one's own, from the installed package ----------------------------------------------------------------


def test_a_team_makes_its_own_dag() -> None:
    from mmgen.airflow import catalog_refresh_dag

    dag = catalog_refresh_dag(
        "shoes", home="/srv/shoes", config="/etc/shoes.toml", pool="shoes", spark_connection="spark_shoes",
        schedule="0 3 * * *", tags=["shoes"], start_date=datetime(2026, 1, 1),
    )  # fmt: skip
    assert (dag.dag_id, dag.schedule, dag.tags, dag.start_date.year) == ("shoes", "0 3 * * *", {"shoes"}, 2026)
    assert (dag.catchup, dag.max_active_runs, "full" in dag.params) == (False, 1, True)
    spark, plain = dag.task_dict["clean_texts"], dag.task_dict["report"]
    assert (spark.env_vars["MMGEN_HOME"], plain.env["MMGEN_HOME"]) == ("/srv/shoes", "/srv/shoes")
    assert spark.application_args[-2:] == ["--config", "/etc/shoes.toml"]
    assert shlex.split(plain.bash_command)[-2:] == ["--config", "/etc/shoes.toml"]
    assert (spark.pool, spark._conn_id) == ("shoes", "spark_shoes")


@pytest.mark.parametrize(
    ("is_checkout", "options", "message"),
    [
        pytest.param(True, {"home": "var"}, "home='var' is not absolute", id="relative home"),
        pytest.param(True, {"config": "my.toml"}, "config='my.toml' is not absolute", id="relative configuration"),
        pytest.param(False, {}, "set MMGEN_HOME", id="installed, without a home"),
    ],
)
@pytest.mark.parametrize("name", ["catalog_refresh_dag", "model_training_dag"])
def test_a_home_that_each_task_would_make_up_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, is_checkout: bool, options: dict[str, str], message: str
) -> None:
    from mmgen import airflow, resources

    for variable in ("MMGEN_HOME", "MMGEN_CONFIG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(resources, "IS_CHECKOUT", is_checkout)
    with pytest.raises(ValueError, match=message):
        getattr(airflow, name)("own", **options)
