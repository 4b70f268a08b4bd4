"""Status, quarantine and receipt on a home of two dates."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from tests.cli.conftest import CHECKS, DAY1, DAY2, FACTS, Run


def value_of(result: Any) -> Any:
    """The JSON that a command printed, and nothing else."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_status_of_all(mmgen: Run, shop: Engine) -> None:
    rows = {row["dataset"]: row for row in value_of(mmgen("status", "--json"))["datasets"]}
    images = rows["clean_images"]
    assert (images["num_partitions"], images["first_ds"], images["last_ds"]) == (2, DAY1, DAY2)
    assert (images["newest_rows"], images["total_rows"], images["newest_rejects"]) == (1, 4, {})
    assert images["last_commit"]["run_id"] == f"cli__{DAY2}" and images["last_commit"]["computed"] == 1
    assert rows["clean_texts"]["newest_rejects"] == {"text_no_letters": 1}
    assert rows["creatives"]["last_commit"] is None
    shown = mmgen("status").stdout
    assert "text_no_letters 1" in shown and "not made yet (job creatives)" in shown


def test_status_of_one(mmgen: Run, shop: Engine) -> None:
    value = value_of(mmgen("status", "clean_images", "--json"))
    assert [(p["ds"], p["num_rows"], p["rejects"]) for p in value["partitions"]] == [
        (DAY2, 1, {}),
        (DAY1, 3, {"image_truncated": 3}),
    ]
    assert "image_truncated 3" in mmgen("status", "clean_images").stdout


def test_status_before_anything_ran(mmgen: Run) -> None:
    assert "Nothing has run yet" in mmgen("status").stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(
            [],
            [
                ("p3", "raw_media", "media_empty", ""),
                ("p2", "clean_images", "image_truncated", "media/p2.jpg"),
                ("p3", "clean_texts", "text_no_letters", "🎉🎉"),
                ("p1", "import", "duplicate_id", "shop row 4: an earlier row has the same id"),
            ],
            id="all datasets",
        ),
        pytest.param(
            ["clean_images", "--ds", DAY1],
            [
                ("p1", "clean_images", "image_truncated", "media/p1.jpg"),
                ("p2", "clean_images", "image_truncated", "media/p2.jpg"),
                ("p4", "clean_images", "image_truncated", "media/p4.jpg"),
            ],
            id="as of an older date",
        ),
        pytest.param(
            ["--reason", "text_no_letters"], [("p3", "clean_texts", "text_no_letters", "🎉🎉")], id="one reason"
        ),
        pytest.param(["image_features"], [], id="the input's fault is not listed"),
        pytest.param(
            ["image_features", "--all"], [("p2", "image_features", "input_rejected", "")], id="but with --all"
        ),
        pytest.param(
            ["import"], [("p1", "import", "duplicate_id", "shop row 4: an earlier row has the same id")], id="import"
        ),
    ],
)
def test_quarantine(mmgen: Run, shop: Engine, arguments: list[str], expected: list[tuple[str, ...]]) -> None:
    value = value_of(mmgen("quarantine", *arguments, "--json"))
    rows = [(r["product_id"], r["dataset"], r["reason"], r["detail"]) for r in value["rows"]]
    assert rows == expected
    assert value["num_rows"] == len(expected) == sum(value["counts"].values())
    shown = mmgen("quarantine", *arguments).stdout
    assert all(reason in shown for _, _, reason, _ in expected)


def test_quarantine_counts_beyond_the_limit(mmgen: Run, shop: Engine) -> None:
    value = value_of(mmgen("quarantine", "--limit", "1", "--json"))
    assert (value["num_shown"], value["num_rows"]) == (1, 4)
    assert "1 shown" in mmgen("quarantine", "--limit", "1").stdout


def test_receipt_leads_from_the_text_back_to_the_shops_row(mmgen: Run, shop: Engine) -> None:
    value = value_of(mmgen("receipt", "p1", "--json"))
    text = next(row for row in value["content"] if row["kind"] == "description")
    assert (text["value"], text["status"], text["run_id"]) == ("A red coat.", "published", f"cli__{DAY1}")
    assert (text["model_version"], text["disclosure"], text["is_on_storefront"]) == ("3", "Generated", True)
    assert (text["checks"], text["facts"], text["writer"]) == (CHECKS, FACTS, "model")
    assert list(value["datasets"]) == [
        "content_checks", "descriptions", "examples", "image_features", "clean_texts", "clean_images", "raw_media",
        "raw_products",
    ]  # fmt: skip
    images = value["datasets"]["clean_images"][0]
    assert images["ds"] == DAY1 and images["reject_reason"] == "image_truncated"  # what the text was made from
    assert images["commit"]["run_id"] == f"cli__{DAY1}" and images["commit"]["inputs"] == ["raw_products@1"]
    assert [row["action"] for row in value["history"]] == ["inserted", "held"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["p1"], ["Red coat", "A red coat.", "colour = red", "NOT passed", "says 'best'"], id="published"),
        pytest.param(["p1", "--kind", "ad_copy"], ["Red!", "pending_approval"], id="one kind"),
        pytest.param(["p2"], ["clean_images", "REJECTED: image_truncated"], id="rejected photo"),
        pytest.param(["p3"], ["Cap [new]", "nothing is published of it"], id="nothing published"),
        pytest.param(["p4"], ["not in the catalogue any more"], id="product has left"),
    ],
)
def test_receipt_for_a_person(mmgen: Run, shop: Engine, arguments: list[str], words: list[str]) -> None:
    result = mmgen("receipt", *arguments)
    assert result.exit_code == 0, result.output
    assert [word for word in words if word not in result.stdout] == []


def test_receipt_of_a_human_text(mmgen: Run, shop: Engine) -> None:
    assert mmgen("edit", "p1", "--kind", "description", "--text", "Mine.", "--by", "Ada").exit_code == 0
    shown = mmgen("receipt", "p1", "--kind", "description").stdout
    assert "Mine." in shown and "a person's text" in shown and "decided by Ada" in shown
