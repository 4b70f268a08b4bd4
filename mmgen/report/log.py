"""Writes a report into its date's MLflow run: the first time a new one, later the same one again."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from mmgen.registry.aliases import CHAMPION
from mmgen.registry.tracker import Tracker
from mmgen.report.findings import ModelCard, Report
from mmgen.report.render import render
from mmgen.report.summary import metrics_of, params_of, summary_of, withdrawn


def champion_card(tracker: Tracker, version: str | None = None) -> ModelCard | None:
    """What the registry knows of a version, by default of the present champion; None where there is none."""
    version = tracker.version_of(CHAMPION) if version is None else version
    if not version:
        return None
    tags = tracker.tags_of(version)
    try:
        figures = {str(name): float(value) for name, value in json.loads(tags.get("figures", "{}")).items()}
    except (ValueError, TypeError, AttributeError):  # a tag is cut where it is too long
        measured = tracker.metrics_of(tags["run_id"])
        figures = {name.removeprefix("test_"): value for name, value in measured.items() if name.startswith("test_")}
    return ModelCard(version, {k: v for k, v in tags.items() if k != "figures"}, figures)


def log_report(tracker: Tracker, report: Report) -> str:
    """Log the report and return one line about it. Tags ``ds`` and ``kind`` find the run of a date again."""
    html, metrics = render(report), metrics_of(report)
    run = tracker.run_for(f"catalog_refresh {report.ds}", {"ds": report.ds, "kind": "nightly"})
    try:
        tracker.set_tags(run, {"run_id": report.run_id})
        tracker.log_params(run, params_of(report))
        gone = withdrawn(metrics, tracker.metrics_of(run))
        # Of two values with one time MLflow shows the larger: without the hour a rerun's smaller counts would not show
        tracker.log_metrics(run, {**metrics, **gone}, timestamp_ms=int(time.time() * 1000))
        with tempfile.TemporaryDirectory() as folder:
            write_files(report, html, Path(folder))
            tracker.log_file(run, Path(folder))
    except BaseException:
        tracker.finish(run, is_failed=True)
        raise
    tracker.finish(run)
    return f"report ds={report.ds}: {len(report.samples)} samples, {len(html) / 1e6:.1f} MB, MLflow run {run}"


def write_files(report: Report, html: str, folder: Path) -> None:
    """report.html, summary.json and samples/*.jpg. Samples are named by their place: an id is no file name."""
    (folder / "report.html").write_text(html, encoding="utf-8")
    (folder / "summary.json").write_text(summary_of(report), encoding="utf-8")
    pictures = folder / "samples"
    pictures.mkdir()
    for place, sample in enumerate(report.samples, 1):
        for name, picture in (("photo", sample.photo), ("creative", sample.creative)):
            if picture is not None:
                (pictures / f"{place:03d}_{name}.jpg").write_bytes(picture.data)
