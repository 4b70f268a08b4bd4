"""One MLflow run a date, also when the date runs again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from mmgen.config.config import Config
from mmgen.config.training import TrackingParams
from mmgen.registry.tracker import Tracker
from mmgen.report.collect import collect
from mmgen.report.log import champion_card, log_report
from tests.report.homes import DAY, NEXT, product, products, write_night


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow store with its tables: to make them takes seconds, to copy them takes none."""
    folder = tmp_path_factory.mktemp("store")
    params = TrackingParams(uri=f"sqlite:///{folder / 'mlflow.db'}", artifacts=str(folder / "artifacts"))
    Tracker(params).client.search_experiments()
    return folder / "mlflow.db"


@pytest.fixture(autouse=True)
def store(empty_store: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test's home has a store of its own."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (home / "mlflow").mkdir()
    shutil.copy(empty_store, home / "mlflow" / "mlflow.db")


def runs_of(tracker: Tracker) -> list[Any]:
    experiment = tracker.client.get_experiment_by_name(tracker.params.experiment)
    return list(tracker.client.search_runs([experiment.experiment_id]))


def log_night(config: Config, ds: str, run_id: str) -> Tracker:
    tracker = Tracker(config.tracking_store)
    log_report(tracker, collect(config, ds, run_id, champion_card(tracker)))
    return tracker


def test_a_date_has_one_run_that_a_rerun_updates(two_nights: Config) -> None:
    log_night(two_nights, DAY, "scheduled")
    tracker = log_night(two_nights, NEXT, "scheduled")
    write_night(two_nights.home, NEXT, [product(44, status="approved")], reused=1, computed=0)
    log_night(two_nights, NEXT, "manual__again")
    runs = {run.info.run_name: run for run in runs_of(tracker)}
    assert set(runs) == {f"catalog_refresh {DAY}", f"catalog_refresh {NEXT}"}
    again = runs[f"catalog_refresh {NEXT}"]
    assert again.info.status == "FINISHED"
    assert {key: again.data.tags[key] for key in ("ds", "kind", "run_id")} == {
        "ds": NEXT, "kind": "nightly", "run_id": "manual__again",
    }  # fmt: skip
    # Lower than the first time: the newest value counts, not the largest
    assert again.data.metrics["rows.content_checks"] == 3
    assert again.data.metrics["computed.clean_images"] == 0
    assert again.data.metrics["rejects.content_checks.content_rejected"] == 0
    assert again.data.params["data.content_checks"] == "content_checks@2"
    assert again.data.tags["param.data.content_checks"] == "content_checks@3"


def test_artifacts(one_night: Config) -> None:
    tracker = log_night(one_night, DAY, "manual")
    run = runs_of(tracker)[0]
    folder = tracker.artifacts_of(run.info.run_id)
    names = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    assert names[:2] == ["report.html", "samples/001_creative.jpg"]
    assert sum(name.endswith(".jpg") for name in names) == 24
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["state"]["num_products"] == 40
    assert len(summary["samples"]) == 12
    assert summary["metrics"]["waiting"] == 7


def test_champion_card(one_night: Config, tmp_path: Path) -> None:
    tracker = Tracker(one_night.tracking_store)
    assert champion_card(tracker) is None
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    run = tracker.run_for("train", {"ds": DAY})
    figures = {"image_psnr_db": 18.0, "baseline_image_psnr_db": 12.0}
    version = tracker.register(run, model, {"ds": DAY, "train_rows": 32, "figures": json.dumps(figures)})
    tracker.set_alias("champion", version)
    card = champion_card(tracker)
    assert card is not None
    assert (card.version, card.figures, card.tags["train_rows"]) == (version, figures, "32")
    log_night(one_night, DAY, "manual")
    logged = next(run for run in runs_of(tracker) if run.data.tags.get("kind") == "nightly")
    assert logged.data.params["model_version"] == version
    assert logged.data.metrics["champion.image_psnr_db"] == 18.0


def test_figures_of_a_tag_that_was_cut_come_from_the_run(one_night: Config, tmp_path: Path) -> None:
    tracker = Tracker(one_night.tracking_store)
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    run = tracker.run_for("train", {"ds": DAY})
    tracker.log_metrics(run, {"test_elbo": -10.0, "loss": 1.0})
    tracker.set_alias("champion", tracker.register(run, model, {"figures": '{"elbo": -1'}))
    card = champion_card(tracker)
    assert card is not None and card.figures == {"elbo": -10.0}


def test_a_report_that_fails_leaves_a_failed_run(one_night: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    tracker = Tracker(one_night.tracking_store)
    monkeypatch.setattr(tracker, "log_file", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        log_report(tracker, collect(one_night, DAY, "manual", None))
    assert runs_of(tracker)[0].info.status == "FAILED"


def test_job_prints_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from jobs.report import run
    from mmgen.engine.main import main

    write_night(home, DAY, products(6))
    main("report", run, argv=["--ds", DAY])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"report ds={DAY}: 6 samples")


def test_job_without_data_says_what_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from jobs.report import run
    from mmgen.engine.main import main

    with pytest.raises(SystemExit) as failure:
        main("report", run, argv=["--ds", DAY])
    assert failure.value.code == 1
    assert "run the night first" in capsys.readouterr().err
