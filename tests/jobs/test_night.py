"""A whole night on a shop with every kind of fault: what comes out, and what doesn't."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mmgen.catalog.tables import import_rejects
from mmgen.cli import main
from mmgen.engine.step import Outcome
from mmgen.pipeline import JOBS, Job
from mmgen.registry.tracker import Tracker
from mmgen.rejects import RejectReason
from mmgen.sample.faults import KEPT
from mmgen.sample.shop import SampleSummary
from mmgen.store.contracts import dataset_names
from mmgen.writing.descriptions import COMPOSER_VERSION
from mmgen.writing.rows import VERSION
from tests.jobs.conftest import NUM_PRODUCTS, Stage
from tests.jobs.nights import D1, Shop, job_module

DATASET_OF = {"media": "raw_media", "image": "clean_images", "title": "clean_texts", "text": "clean_texts"}
DATASET_OF |= {"audio": "clean_audio", "duplicate": "import"}
"""The first word of a reason -> where it is given."""

DEMANDED = {
    "truncated_jpeg": ("clean_images", "image_truncated"),
    "text_named_jpg": ("clean_images", "image_not_an_image"),
    "zero_byte_wav": ("raw_media", "media_empty"),
    "missing_file": ("raw_media", "media_missing"),
    "path_outside": ("raw_media", "media_outside_root"),
    "empty_title": ("clean_texts", "title_empty"),
    "emoji_only": ("clean_texts", "text_no_letters"),
    "same_id_twice": ("import", "duplicate_id"),
}


def quarantined(home: Path, monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str, str]]:
    """(product, dataset, reason) of ``mmgen quarantine``."""
    monkeypatch.setenv("MMGEN_HOME", str(home))
    monkeypatch.delenv("MMGEN_CATALOGUE_URL", raising=False)
    result = CliRunner().invoke(main, ["quarantine", "--json"], catch_exceptions=False)
    return {(row["product_id"], row["dataset"], row["reason"]) for row in json.loads(result.stdout)["rows"]}


def planted(sample: SampleSummary) -> dict[str, list[str]]:
    """Fault -> the products that have it."""
    found: dict[str, list[str]] = {}
    with (sample.products_csv.parent / "faults.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(row["fault"], []).append(row["product_id"])
    return found


def test_every_job_ran_for_every_product(first: Stage) -> None:
    assert list(first.night.results) == [job.name for job in JOBS]
    for job in JOBS:
        result = first.night.results[job.name]
        if isinstance(result, Outcome):
            assert (result.output, result.ds, result.reused) == (job.output, D1, 0)
            assert result.num_rows == NUM_PRODUCTS * {"raw_media": 2, "content_checks": 3, "publications": 3}.get(
                job.output, 1
            )


@pytest.mark.parametrize("name", [job.name for job in JOBS])
def test_a_job_is_thin_and_says_what_it_does(name: str) -> None:
    """The entry point's ``run`` is what the night called; its docstring is the job's ``--help``."""
    module = job_module(name)
    assert module.__file__ is not None
    assert len(Path(module.__file__).read_text(encoding="utf-8").splitlines()) <= 70
    assert module.run.__doc__


@pytest.mark.parametrize("job", [job for job in JOBS if job.name != "report"], ids=lambda job: job.name)
def test_a_job_reads_what_it_declares(first: Stage, job: Job) -> None:
    """The declaration orders the tasks, and tells a rerun whether anything changed: a missing one is stale data."""
    assert first.night.reads[job.name] - {job.output} == set(job.inputs) & set(dataset_names())


def test_no_product_vanishes(first: Stage) -> None:
    products = {row["product_id"] for row in first.shop.rows("raw_products", D1)}
    assert len(products) == NUM_PRODUCTS
    for name in dataset_names():
        assert {row["product_id"] for row in first.shop.rows(name, D1)} == products, name
    for row in first.shop.rows("publications", D1, "action", "status"):
        assert row["reject_reason"] or row["action"] in ("inserted", "held", "rejected"), row


def test_each_fault_has_its_reason_and_nothing_else_is_rejected(
    sample: SampleSummary, first: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = {
        (product_id, DATASET_OF[reason.partition("_")[0]], reason)
        for product_id, reason in sample.faults.items()
        if reason != KEPT
    }
    assert quarantined(first.shop.home, monkeypatch) == expected
    faulty = {product_id for product_id, _, _ in expected}
    for name in dataset_names():
        follow_ups = {r["product_id"] for r in first.shop.rows(name, D1) if r["reject_reason"] == "input_rejected"}
        assert follow_ups <= faulty, name


@pytest.mark.parametrize(("fault", "where"), DEMANDED.items(), ids=DEMANDED)
def test_a_fault_shows_in_the_quarantine_and_the_product_is_published(
    sample: SampleSummary, first: Stage, monkeypatch: pytest.MonkeyPatch, fault: str, where: tuple[str, str]
) -> None:
    shown = quarantined(first.shop.home, monkeypatch)
    kinds = {(row["product_id"], row["kind"]) for row in first.night.content}
    for product_id in planted(sample)[fault]:
        assert {(dataset, reason) for p, dataset, reason in shown if p == product_id} == {where}
        assert {(product_id, kind) for kind in ("description", "ad_copy", "creative")} <= kinds


def test_of_two_rows_with_one_id_the_first_is_kept(sample: SampleSummary, first: Stage, export: list[Any]) -> None:
    [product_id] = planted(sample)["same_id_twice"]
    kept, dropped = (i for i, row in enumerate(export, 1) if row["id"] == product_id)
    [reject] = first.shop.table(import_rejects)
    assert (reject["product_id"], reject["row_number"]) == (product_id, dropped)
    [row] = [r for r in first.shop.rows("raw_products", D1, "price") if r["product_id"] == product_id]
    assert row["price"] == float(export[kept - 1]["price"])


def test_enough_is_published(first: Stage) -> None:
    """At least 98% of the products with an image or a title have a description and a creative, live or held."""
    rows = first.shop.rows("examples", D1, "has_image", "has_text")
    wanted = {row["product_id"] for row in rows if row["has_image"] or row["has_text"]}
    good = {
        (r["product_id"], r["kind"]) for r in first.night.content if r["status"] in ("published", "pending_approval")
    }
    complete = {p for p in wanted if {(p, "description"), (p, "creative")} <= good}
    assert len(wanted) >= 0.9 * NUM_PRODUCTS
    assert len(complete) >= 0.98 * len(wanted), sorted(wanted - complete)


def test_every_published_value_is_real(first: Stage) -> None:
    for row in first.night.content:
        if row["kind"] == "creative":
            assert (first.shop.home / "published" / row["value"]).read_bytes()[:3] == b"\xff\xd8\xff", row["value"]
        else:
            assert any(c.isalpha() for c in row["value"]), row
        assert (row["ds"], row["run_id"], row["author"]) == (D1, "first", "mmgen")
        assert row["disclosure"] and row["content_hash"]


def test_both_languages_speak_their_own(first: Stage) -> None:
    texts = dict.fromkeys(("en", "zh"), "")
    for row in first.night.content:
        if row["kind"] == "description":
            texts[row["locale"]] += row["value"]
    share = {k: sum("\u4e00" <= c <= "\u9fff" for c in text) / len(text) for k, text in texts.items()}
    assert share["en"] < 0.01 and share["zh"] > 0.5, share


def test_the_champion_takes_part(first: Stage) -> None:
    rows = first.shop.rows("descriptions", D1, "model_version", "writer")
    assert {row["model_version"] for row in rows} <= {"1", COMPOSER_VERSION}
    assert {row["model_version"] for row in rows if row["writer"] == "model"} <= {"1"}
    assert {row["writer"] for row in rows} <= {"model", "composer"}
    drawn = first.shop.rows("creatives", D1, "model_version", "backdrop")
    assert {row["model_version"] for row in drawn if row["backdrop"] == "model"} <= {"1"}
    configs = {row["config_hash"] for row in first.shop.rows("descriptions", D1, "config_hash")}
    without = first.shop.config.descriptions.model_copy(update={"run_seed": first.shop.config.seed}).digest(VERSION, "")
    assert len(configs) == 1 and without not in configs, "a night without a champion would have another configuration"


def test_mlflow_has_the_report(shop: Shop, first: Stage, sample: SampleSummary) -> None:
    tracker = Tracker(first.shop.config.tracking_store)
    experiment = tracker.client.get_experiment_by_name(first.shop.config.tracking.experiment)
    [run] = tracker.client.search_runs([experiment.experiment_id], "tags.kind = 'nightly'")
    num_rejects = sum(reason.startswith("image") for reason in sample.faults.values())
    expected = {
        "products": NUM_PRODUCTS,
        "rows.raw_products": NUM_PRODUCTS,
        "rows.publications": 3 * NUM_PRODUCTS,
        "rejects.clean_images.image_truncated": 1,
        "computed.clean_texts": NUM_PRODUCTS,
        "reused.clean_texts": 0,
    }
    assert {name: run.data.metrics.get(name) for name in expected} == expected
    reasons = {k: v for k, v in run.data.metrics.items() if k.startswith("rejects.clean_images.image")}
    assert sum(reasons.values()) == num_rejects
    assert run.data.metrics["published_share"] >= 0.98
    assert run.data.params["model_version"] == "1"
    assert run.data.params["data.clean_images"].startswith("clean_images@")
    folder = first.shop.home / tracker.artifacts_of(run.info.run_id).relative_to(shop.home)
    page = (folder / "report.html").read_text(encoding="utf-8")
    for words in (D1, "image truncated", "clean_images", "data:image/jpeg"):
        assert words in page, words
    assert (folder / "summary.json").is_file() and list((folder / "samples").glob("*_creative.jpg"))


def test_every_reason_of_the_sample_is_of_the_enum(sample: SampleSummary) -> None:
    assert set(sample.faults.values()) - {KEPT} <= set(map(str, RejectReason))
