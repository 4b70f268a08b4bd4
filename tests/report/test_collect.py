"""What a report says: counts, shares, changes, and the choice of samples."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen.config.config import Config
from mmgen.report.collect import NothingToReportError, collect, config_hash
from mmgen.report.findings import Attention, Coverage, Products, Report
from mmgen.report.sampling import Candidate, choose, pick
from mmgen.report.summary import metrics_of, params_of, withdrawn
from mmgen.store.datasets import Dataset
from tests.report.homes import DAY, NEXT, commit, product, products, write_night


def report_of(config: Config, ds: str = DAY) -> Report:
    return collect(config, ds, "manual", None)


def test_first_night(one_night: Config) -> None:
    report = report_of(one_night)
    assert report.previous_ds is None
    assert report.state_before is None
    assert report.products == Products(new=40)
    # Of 40, numbers 6, 13, 20, 27, 34 are rejected and 4, 9, 14 ... 39 wait (34 is rejected already)
    assert report.state.coverage == Coverage(40, 28)
    assert report.state.waiting == {"description": 7}
    assert report.state.rejected == {"description": 5}
    assert report.state.writers == {"composer": 20, "model": 20}
    assert set(report.state.by_locale) == {"en", "zh"}
    assert report.actions["description"] == {"inserted": 28, "held": 7, "rejected": 5}
    assert {w.kind for w in report.waiting} == {"description"}
    assert report.waiting[0].reasons == ["length_aim: 99 characters"]


def test_second_night_is_compared_with_the_first(two_nights: Config) -> None:
    report = report_of(two_nights, NEXT)
    assert report.previous_ds == DAY
    assert report.products == Products(new=5, changed=5)
    assert report.state.num_products == 45
    assert report.state_before == report_of(two_nights, DAY).state
    assert report.actions["ad_copy"] == {"updated": 10}
    assert report.actions_before["ad_copy"] == {"inserted": 40}
    assert {d.name: (d.num_rows, d.num_rows_before) for d in report.datasets}["content_checks"] == (30, 120)
    changed = next(s for s in report.samples if s.product_id == "p035")
    assert (changed.texts["description"], changed.texts_before["description"]) == (
        "Another red shirt, 35.",
        "A red shirt, number 35.",
    )


def test_an_older_date_is_reported_as_it_was(two_nights: Config, tmp_path: Path) -> None:
    alone = Config.load({"home": str(tmp_path / "alone"), "report": {"num_samples": 12}})
    write_night(alone.home, DAY, products(40))
    then, now = report_of(alone), report_of(two_nights)
    assert (now.state, now.samples, now.actions, now.quality) == (then.state, then.samples, then.actions, then.quality)


def test_what_a_rerun_found_in_place_is_not_lost(one_night: Config) -> None:
    commit(one_night.home, "clean_texts", DAY, [{"product_id": "p001"}], warnings="few_rejects: 3 of 9 rows")
    counts = {"computed": "0", "reused": "40", "seconds": "0.1", "warnings": "", "notes": "3 left for later"}
    Dataset("clean_texts", one_night.home).note(DAY, counts)
    report = report_of(one_night)
    found = next(d for d in report.datasets if d.name == "clean_texts")
    assert Attention("info", "clean_texts: 3 left for later.") in report.attention
    assert (found.computed, found.reused, found.warnings) == (0, 40, ["few_rejects: 3 of 9 rows"])


def test_removed_products_leave_the_state(one_night: Config) -> None:
    gone = [{"product_id": "p000", "is_deleted": True}]
    commit(one_night.home, "raw_products", NEXT, gone)
    report = report_of(one_night, NEXT)
    assert report.products == Products(removed=1)
    assert (report.state.num_products, report.state.coverage.num_products) == (39, 39)


def test_nothing_to_report_names_the_remedy(config: Config) -> None:
    with pytest.raises(NothingToReportError, match="mmgen run --ds 2026-11-01"):
        report_of(config)


@pytest.mark.parametrize(
    ("rows", "reasons", "rows_before", "reasons_before", "is_noted"),
    [
        (100, 20, 100, 2, True),
        (100, 20, 100, 15, False),
        (100, 3, 100, 2, False),
        (10, 9, 100, 2, False),
    ],
    ids=["ten times as many", "slightly more", "within two points", "too few rows to say"],
)
def test_rising_rejects_are_noted(
    config: Config, rows: int, reasons: int, rows_before: int, reasons_before: int, is_noted: bool
) -> None:
    for ds, count, rejected in ((DAY, rows_before, reasons_before), (NEXT, rows, reasons)):
        content = [
            {"product_id": f"p{n}", "reject_reason": "title_empty" if n < rejected else None} for n in range(count)
        ]
        commit(config.home, "raw_products", ds, [{"product_id": r["product_id"], "is_deleted": False} for r in content])
        commit(config.home, "clean_texts", ds, content)
    notes = [a.text for a in report_of(config, NEXT).attention if a.text.startswith("clean_texts")]
    assert bool(notes) is is_noted


def test_sample_choice_is_the_same_twice_and_shows_every_side(one_night: Config) -> None:
    first, second = (choose(one_night.home, DAY, 12, 7) for _ in range(2))
    assert first == second
    assert choose(one_night.home, DAY, 12, 8) != first
    assert {c.locale for c in first} == {"en", "zh"}
    assert {c.status for c in first} == {"approved", "borderline", "rejected"}
    assert {c.writer for c in first} == {"model", "composer"}
    assert len({c.product_id for c in first}) == 12


def test_one_language_does_not_hide_another() -> None:
    many = [Candidate(f"e{n}", "approved", "en", "a", "model", n) for n in range(1000)]
    few = [Candidate(f"z{n}", "approved", "zh", "a", "model", 5000 + n) for n in range(3)]
    assert sum(c.locale == "zh" for c in pick(many + few, 8)) == 3


@pytest.mark.parametrize("count", [0, 1, 2, 3, 40, 200])
def test_as_many_samples_as_asked_for_or_as_there_are(one_night: Config, count: int) -> None:
    assert len(choose(one_night.home, DAY, count, 7)) == min(count, 40)


def test_earlier_content_fills_up(two_nights: Config) -> None:
    report = report_of(two_nights, NEXT)
    dates = [s.ds for s in report.samples]
    assert dates.count(NEXT) == 10
    assert dates.count(DAY) == 2


def test_metrics_and_params(one_night: Config) -> None:
    report = report_of(one_night)
    metrics, params = metrics_of(report), params_of(report)
    assert metrics["rows.content_checks"] == 120
    assert metrics["rejects.content_checks.content_rejected"] == 5
    assert metrics["publications.description.held"] == 7
    assert metrics["publications.published"] == 28 + 40 + 40
    assert metrics["published_share"] == pytest.approx(28 / 40)
    assert metrics["written_by_model_share"] == pytest.approx(0.5)
    assert metrics["quality.fact_coverage.en"] == pytest.approx(0.5)
    assert metrics["quality.audio_snr_before_db"] == pytest.approx(12)
    assert metrics["quality.text_language"] == pytest.approx(38 / 39)  # one of 40 can't be told, one is German
    assert params["data.examples"] == "examples@1"
    assert params["config_hash"] == config_hash(one_night)


def test_config_hash_is_of_what_content_depends_on(config: Config) -> None:
    elsewhere = config.model_copy(update={"home": Path("/elsewhere")})
    assert config_hash(elsewhere) == config_hash(config)
    assert config_hash(config.model_copy(update={"seed": 8})) != config_hash(config)


def test_withdrawn_metrics() -> None:
    gone = withdrawn({"rows.a": 1.0}, {"rows.a": 2.0, "rejects.a.title_empty": 3.0, "quality.x": 0.5})
    assert gone["rejects.a.title_empty"] == 0
    assert gone["quality.x"] != gone["quality.x"]
    assert set(gone) == {"rejects.a.title_empty", "quality.x"}


def test_facts_that_cannot_be_read_are_left_out(config: Config) -> None:
    write_night(config.home, DAY, [product(1, facts="{broken"), product(2, facts='[{"unknown": 1}]')])
    assert [s.facts for s in report_of(config).samples] == [[], []]
