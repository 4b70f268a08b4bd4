from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmgen.config.training import TrackingParams
from mmgen.registry.promotion import Decision
from mmgen.registry.tracker import Input, Tracker, write_signature


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Tracker:
    home = tmp_path_factory.mktemp("home with space")
    return Tracker(
        TrackingParams(uri=f"sqlite:///{home}/mlflow/mlflow.db", artifacts=str(home / "mlflow" / "artifacts"))
    )


def test_one_run_a_date_however_often_it_is_asked_for(tracker):
    first = tracker.run_for("refresh 2026-01-01", {"ds": "2026-01-01"})
    tracker.finish(first)
    assert tracker.run_for("refresh 2026-01-01", {"ds": "2026-01-01"}) == first
    assert tracker.run_for("refresh 2026-01-01", {"ds": "2026-01-02"}) != first
    with pytest.raises(ValueError, match="single quote"):
        tracker.run_for("x' or 1=1", {})


@pytest.mark.parametrize(
    ("uri", "set_to", "expected"),
    [
        pytest.param("", None, "{run}", id="no server: the id"),
        pytest.param("", "http://127.0.0.1:5001", "http://127.0.0.1:5001/#/experiments/{of}/runs/{run}", id="its UI"),
        pytest.param("http://mlflow:5000/", None, "http://mlflow:5000/#/experiments/{of}/runs/{run}", id="a server"),
        pytest.param("http://mlflow:5000", "https://ml.example.org/a/",
                     "https://ml.example.org/a/#/experiments/{of}/runs/{run}", id="seen from elsewhere"),
        pytest.param("https://me:secret@ml.example.org", None, "https://ml.example.org/#/experiments/{of}/runs/{run}",
                     id="no password"),
    ],
)  # fmt: skip
def test_where_a_browser_finds_a_run(tracker, monkeypatch, uri, set_to, expected):
    run = tracker.run_for("address", {"ds": "2026-01-01"})
    monkeypatch.delenv("MMGEN_MLFLOW_URL", raising=False)
    if set_to:
        monkeypatch.setenv("MMGEN_MLFLOW_URL", set_to)
    if uri:
        monkeypatch.setattr(tracker, "params", tracker.params.model_copy(update={"uri": uri}))
    of = tracker.client.get_run(run).info.experiment_id
    assert tracker.address_of(run) == expected.format(of=of, run=run)


def test_metrics_params_and_pages_come_back_and_may_be_written_again(tracker, tmp_path):
    run = tracker.run_for("night", {"ds": "2026-01-03"})
    for value in ("a", "b"):
        tracker.log_params(run, {"train": {"beta": 1.0, "reader": value}})
        tracker.log_metrics(run, {"rows": 3.0, "share": 0.5}, step=2)
        tracker.log_html(run, f"<p>{value}</p>")
    found = tracker.client.get_run(run).data
    assert found.params == {"train.beta": "1.0", "train.reader": "a"} and found.tags["param.train.reader"] == "b"
    assert tracker.metrics_of(run) == {"rows": 3.0, "share": 0.5}
    assert len(tracker.client.get_metric_history(run, "rows")) == 1
    assert (tracker.artifacts_of(run) / "report.html").read_text() == "<p>b</p>"
    (tmp_path / "grid.png").write_bytes(b"png")
    tracker.log_file(run, tmp_path / "grid.png", "pictures")
    assert (tracker.artifacts_of(run) / "pictures" / "grid.png").read_bytes() == b"png"


def test_versions_and_aliases(tracker, tmp_path):
    assert tracker.version_of("champion") is None
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    run = tracker.run_for("train", {"ds": "2026-01-01"})
    version = tracker.register(run, tmp_path, {"ds": "2026-01-01", "train_rows": 5})
    assert tracker.register(run, tmp_path, {"promoted": True}) == version
    assert tracker.version_of("champion") is None
    tracker.set_alias("champion", version)
    assert tracker.version_of("champion") == version
    assert tracker.tags_of(version) == {"ds": "2026-01-01", "train_rows": "5", "promoted": "True", "run_id": run}
    assert (tracker.files_of(version) / "model.safetensors").read_bytes() == b"weights"
    (tmp_path / "extra.pkl").write_bytes(b"code")
    with pytest.raises(ValueError, match=r"extra\.pkl"):
        tracker.register(run, tmp_path, {})


def test_a_version_has_its_inputs_its_signature_and_a_card(tracker, tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    run = tracker.run_for("train with a card", {"ds": "2026-01-01"})
    write_signature(tmp_path, {"image": ("uint8", (-1, 64, 64, 3))}, {"mu": ("float32", (-1, 8))})
    for _ in range(2):
        tracker.log_inputs(run, [Input("examples", "d" * 64, "examples@3", 5, "train")])
    figures = {"elbo": 2.0, "elbo_low": 1.0, "elbo_high": 3.0, "baseline_elbo": 0.5}
    decision = Decision(True, ["better | by far\nindeed"])
    version = tracker.register_judged(run, tmp_path, figures, decision, {"ds": "2026-01-01"})
    [found] = tracker.client.get_run(run).inputs.dataset_inputs
    assert (found.dataset.name, found.dataset.digest, found.tags[0].value) == ("examples", "d" * 36, "train")
    card = (tracker.files_of(version) / "README.md").read_text()
    assert "| elbo | 2 | 1 to 3 | 0.5 |" in card and "* better \\| by far indeed" in card
    assert tracker.client.get_model_version("mmgen-fusion", version).description == card
    said = (tracker.files_of(version) / "MLmodel").read_text()
    assert "signature" in said and "flavors: {}" in said and "64, 64, 3" in said


def test_an_older_date_finds_the_champion_of_its_time(tmp_path):
    store = {"uri": f"sqlite:///{tmp_path}/mlflow.db", "artifacts": str(tmp_path / "artifacts")}
    tracker = Tracker(TrackingParams(**store))
    assert tracker.champion("2026-01-01") is None and tracker.champion() is None
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"weights")
    versions = [tracker.register(tracker.run_for(f"train {n}", {}), tmp_path / "model", {"ds": f"2026-01-0{n}"})
                for n in (1, 2, 3)]  # fmt: skip
    tracker.set_alias("champion", versions[1])
    known = {day: tracker.champion(f"2026-01-{day:02d}") for day in (1, 2, 9)}
    assert known == {1: None, 2: "2", 9: "2"}, "from before promotions were remembered"
    for version, ds in (("1", "2026-02-01"), ("2", "2026-02-08"), ("3", "2026-02-05"), ("1", "2026-02-20")):
        tracker.promote(version, ds)
        assert tracker.version_of("champion") == tracker.champion("2026-12-31") == version
    tracker.set_alias("champion", "2")
    assert (tracker.champion("2026-02-19"), tracker.champion("2026-02-20")) == ("3", "2"), "by MLflow's own page"
    tracker.promote("1")
    found = {ds: tracker.champion(f"2026-{ds}") for ds in ("01-31", "02-01", "02-07", "02-08", "02-19", "02-20")}
    assert found == {"01-31": "2", "02-01": "1", "02-07": "1", "02-08": "3", "02-19": "3", "02-20": "1"}


def test_unpickling_and_telemetry_are_off():
    code = (
        "import mmgen.registry.tracker, mlflow.environment_variables as e;"
        "print(e.MLFLOW_ALLOW_PICKLE_DESERIALIZATION.get(), e.MLFLOW_DISABLE_TELEMETRY.get())"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env=environment, cwd=Path(__file__).parents[2])  # fmt: skip
    assert done.stdout.split() == ["False", "True"]
    assert done.stderr == ""
