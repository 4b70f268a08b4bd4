"""The pipeline's declaration: order, commands, and that it names what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen import pipeline
from mmgen.pipeline import (
    BESIDE,
    BY_NAME,
    JOBS,
    ROOT,
    job_arguments,
    job_command,
    job_environment,
    producer,
    select,
    upstream,
)

NAMES = [job.name for job in JOBS]
MODELS = {"image_encoder", "text_encoder", "audio_encoder", "graph_model", "champion"}
ALL_NAMES = [*NAMES, *(job.name for job in BESIDE)]
NOT_DATASETS = {"catalogue", "report", *MODELS}
SUBMIT = ["--master", "spark://master:7077", "--name", "mmgen.clean_texts"]
CONTRACTS = {path.stem for path in (ROOT / "schemas").glob("*.yaml")}


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        pytest.param(None, None, NAMES, id="all"),
        pytest.param("publish", None, ["publish", "report"], id="from"),
        pytest.param(None, "extract_media", ["extract_products", "extract_media"], id="to"),
        pytest.param("train", "train", ["train"], id="one"),
        pytest.param("clean_images", "clean_audio", ["clean_images", "clean_texts", "clean_audio"], id="between"),
        pytest.param("picture_model", "picture_model", ["picture_model"], id="beside the night"),
    ],
)
def test_select(first: str | None, last: str | None, expected: list[str]) -> None:
    assert [job.name for job in select(first, last)] == expected


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        pytest.param("clean_image", None, "no job 'clean_image'. The jobs are: extract_products, ", id="unknown"),
        pytest.param(None, "", "no job ''", id="empty"),
        pytest.param("report", "train", "report comes after train", id="wrong order"),
        pytest.param("train", "picture_model", "picture_model is no part of a night", id="beside the night"),
    ],
)
def test_select_says_what_is_wrong(first: str | None, last: str | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        select(first, last)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("extract_products", []),
        ("extract_media", ["extract_products"]),
        ("clean_images", ["extract_media"]),
        ("clean_texts", ["extract_products"]),
        ("image_features", ["clean_images", "image_encoder"]),
        ("train", ["extract_products", "examples"]),
        ("descriptions", ["extract_products", "examples", "train"]),
        ("report", ["publish"]),
        ("picture_model", ["extract_products", "clean_images", "image_encoder", "examples", "train"]),
    ],
)
def test_upstream(name: str, expected: list[str]) -> None:
    assert upstream(BY_NAME[name]) == expected


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [("raw_products", "extract_products"), ("champion", "train"), ("publications", "publish"), ("catalogue", None)],
)
def test_producer(dataset: str, expected: str | None) -> None:
    job = producer(dataset)
    assert (job.name if job else None) == expected


def test_training_makes_all_models_and_what_they_are_trained_on() -> None:
    names = [job.name for job in pipeline.training_jobs()]
    assert names == [name for name in ALL_NAMES if name in names], "in the pipeline's order"
    assert {BY_NAME[name].output for name in names if BY_NAME[name].is_training} == {*MODELS, "picture_model"}
    assert {"image_features", "text_features", "audio_features", "examples"} <= set(names)
    assert not {"extract_products", "clean_images", "descriptions", "publish"} & set(names)


def test_an_input_is_made_before_it_is_read() -> None:
    for place, job in enumerate(JOBS):
        assert set(upstream(job)) <= set(NAMES[:place]), job.name


def test_every_dataset_has_a_contract_and_every_contract_a_job() -> None:
    named = {name for job in JOBS for name in (*job.inputs, job.output)}
    assert named - NOT_DATASETS == CONTRACTS
    assert {job.output for job in JOBS} - NOT_DATASETS == CONTRACTS
    outputs = [job.output for job in JOBS]
    assert len(outputs) == len(set(outputs)), "a dataset has one writer"


def test_every_job_has_a_file_and_every_file_a_job() -> None:
    assert {path.stem for path in (ROOT / "jobs").glob("*.py")} == set(ALL_NAMES)


def test_no_night_waits_for_what_stands_beside_it() -> None:
    outputs = {job.output for job in BESIDE}
    assert not outputs & {name for job in JOBS for name in job.inputs}
    assert all(job.is_training for job in BESIDE)


@pytest.mark.parametrize("job", BY_NAME.values(), ids=ALL_NAMES)
def test_a_job_is_short_and_documented(job: pipeline.Job) -> None:
    lines = pipeline.job_file(job).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 70
    assert lines[0].startswith(f'"""{job.name}: ')
    assert job.purpose.endswith(".") and job.on_failure.endswith((".", "?"))
    assert job.owner and job.timeout_min > 0 and job.retries > 0


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A jobs' environment at a fixed place."""
    monkeypatch.setenv("MMGEN_PYTHON", "/opt/jobs/bin/python")
    monkeypatch.setenv("MMGEN_ENCODERS_PYTHON", "/opt/encoders/bin/python")
    for name in ("SPARK_CONF_DIR", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "/usr/bin")
    return monkeypatch


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("clean_texts", ["/opt/jobs/bin/spark-submit", *SUBMIT, f"{ROOT}/jobs/clean_texts.py"], id="spark"),
        pytest.param("train", ["/opt/jobs/bin/python", "-m", "mmgen.launch", "train"], id="torch"),
        pytest.param("report", ["/opt/jobs/bin/python", f"{ROOT}/jobs/report.py"], id="python"),
        pytest.param(
            "image_encoder", ["/opt/encoders/bin/python", f"{ROOT}/jobs/image_encoder.py"], id="python of the encoders"
        ),
    ],
)
def test_job_command(environment: pytest.MonkeyPatch, name: str, expected: list[str]) -> None:
    arguments = job_arguments("2026-11-01", "--full")
    command = job_command(BY_NAME[name], arguments, "spark://master:7077")
    assert command == [*expected, "--ds", "2026-11-01", "--full"]


@pytest.mark.parametrize("master", ["local", "local[2]", "local[*]"])
def test_on_this_machine_a_spark_job_is_plain_python(environment: pytest.MonkeyPatch, master: str) -> None:
    command = job_command(BY_NAME["clean_texts"], ["--ds", "D"], master)
    assert command == ["/opt/jobs/bin/python", f"{ROOT}/jobs/clean_texts.py", "--ds", "D"]


@pytest.mark.parametrize(
    ("extra", "config", "expected"),
    [
        ((), None, ["--ds", "D"]),
        (("--force",), None, ["--ds", "D", "--force"]),
        ((), "a.toml", ["--ds", "D", "--config", "a.toml"]),
    ],
    ids=["plain", "more", "config"],
)
def test_job_arguments(extra: tuple[str, ...], config: str | None, expected: list[str]) -> None:
    assert job_arguments("D", *extra, config=config) == expected


def test_job_environment(environment: pytest.MonkeyPatch) -> None:
    found = job_environment()
    assert found["PATH"] == "/opt/jobs/bin:/usr/bin"
    assert found["PYSPARK_PYTHON"] == found["PYSPARK_DRIVER_PYTHON"] == "/opt/jobs/bin/python"
    assert (found["SPARK_CONF_DIR"], found["PYTHONPATH"]) == (str(ROOT / "conf" / "spark"), str(ROOT))
    environment.setenv("SPARK_CONF_DIR", "/etc/spark")
    assert job_environment()["SPARK_CONF_DIR"] == "/etc/spark"


def test_each_job_names_an_environment() -> None:
    named = {job.name: job.environment for job in JOBS}
    assert {name for name, environment in named.items() if environment == "encoders"} == {
        "image_encoder",
        "audio_encoder",
    }
    assert set(named.values()) == set(pipeline.PYTHON_OF)
    assert {job.environment for job in JOBS if job.kind != "python"} == {"jobs"}, "Spark and torch are there alone"


@pytest.mark.parametrize("environment", pipeline.PYTHON_OF)
@pytest.mark.parametrize(
    ("named", "exists", "expected"),
    [("/x/python", True, "/x/python"), ("", True, "beside"), ("", False, "own")],
    ids=["named", "beside the package", "this one"],
)
def test_job_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str, exists: bool, expected: str, environment: str
) -> None:
    import sys

    beside = tmp_path / ".venv" / environment / "bin" / "python"
    if exists:
        beside.parent.mkdir(parents=True)
        beside.touch()
    monkeypatch.setattr(pipeline, "ROOT", tmp_path)
    monkeypatch.setenv(pipeline.PYTHON_OF[environment], named)
    assert pipeline.job_python(environment) == {"beside": str(beside), "own": sys.executable}.get(expected, expected)
