"""What a merchandiser decides, and what an import and a sample say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from mmgen.cli import content
from mmgen.cli.demo import import_shop
from mmgen.cli.settings import Settings
from mmgen.config.config import load_config
from mmgen.publishing.receipts import content_of
from mmgen.registry.fitting import registry
from tests.cli.conftest import DAY1, Run, publish


def texts(engine: Engine, product_id: str) -> dict[tuple[str, str], tuple[str, str]]:
    """(kind, author) -> (status, value)."""
    return {(r["kind"], r["author"]): (r["status"], r["value"]) for r in content_of(engine, product_id)}


def test_pending_lists_what_waits(mmgen: Run, shop: Engine) -> None:
    value = json.loads(mmgen("pending", "--json").stdout)
    assert [(row["product_id"], row["value"]) for row in value["rows"]] == [("p1", "Red!"), ("p2", "Blue!")]
    assert "2 texts" in mmgen("pending").stdout and "more than 1 text" in mmgen("pending", "--limit", "1").stdout


@pytest.mark.parametrize(
    ("arguments", "product_id", "expected"),
    [
        pytest.param(["approve", "p1"], "p1", {("ad_copy", "mmgen"): ("published", "Red!")}, id="approve"),
        pytest.param(["approve", "--all"], "p2", {("ad_copy", "mmgen"): ("published", "Blue!")}, id="approve all"),
        pytest.param(["reject", "p1"], "p1", {("ad_copy", "mmgen_pending"): ("rejected", "Red!")}, id="reject"),
        pytest.param(
            ["reject", "p1", "--kind", "description"],
            "p1",
            {
                ("description", "mmgen"): ("rejected", "A red coat."),
                ("ad_copy", "mmgen_pending"): ("pending_approval", "Red!"),
            },
            id="take a live text off",
        ),
        pytest.param(
            ["edit", "p1", "--kind", "description", "--text", "Mine."],
            "p1",
            {("description", "human"): ("published", "Mine.")},
            id="edit",
        ),
        pytest.param(
            ["edit", "p3", "--kind", "description", "--text", "Mine."],
            "p3",
            {("description", "human"): ("published", "Mine.")},
            id="edit where nothing was published",
        ),
        pytest.param(
            ["rollback", f"cli__{DAY1}", "--yes"],
            "p1",
            {("description", "mmgen"): ("withdrawn", "A red coat.")},
            id="roll a run back",
        ),
    ],
)
def test_decisions(
    mmgen: Run, shop: Engine, arguments: list[str], product_id: str, expected: dict[tuple[str, str], tuple[str, str]]
) -> None:
    result = mmgen(*arguments, "--by", "Ada", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)
    assert expected.items() <= texts(shop, product_id).items()


def test_an_edit_is_withdrawn(mmgen: Run, shop: Engine) -> None:
    mmgen("edit", "p1", "--kind", "description", "--text", "-", "--by", "Ada", input="From a file.")
    assert texts(shop, "p1")["description", "human"] == ("published", "From a file.")
    result = mmgen("edit", "p1", "--kind", "description", "--withdraw", "--by", "Ada")
    assert "withdrawn" in result.stdout
    assert texts(shop, "p1")["description", "human"][0] == "withdrawn"


def test_what_was_rolled_back_is_released(mmgen: Run, shop: Engine) -> None:
    assert "withdrawn" in mmgen("rollback", f"cli__{DAY1}", "--yes", "--by", "Ada").stdout
    released = mmgen("rollback", f"cli__{DAY1}", "--release", "--by", "Ada").stdout
    assert "3 texts released" in released and f"mmgen run --ds {DAY1} --from publish --to publish" in released
    publish(shop, ("p1", "description", "A red coat.", "h1", "published"))
    assert texts(shop, "p1")["description", "mmgen"][0] == "published"


def test_one_refusal_keeps_nobody_else_waiting(mmgen: Run, shop: Engine) -> None:
    mmgen("edit", "p1", "--kind", "ad_copy", "--text", "Mine.", "--by", "Ada")
    result = mmgen("approve", "--all", "--by", "Ada", "--json")
    value = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [row["product_id"] for row in value["rows"]] == ["p2"]
    assert [(one["product_id"], "withdraw it first" in one["why"]) for one in value["refused"]] == [("p1", True)]
    assert texts(shop, "p2")["ad_copy", "mmgen"][0] == "published"
    assert texts(shop, "p1")["ad_copy", "mmgen_pending"][0] == "pending_approval"


@pytest.mark.parametrize("steps", [0, 1], ids=["at first", "after a rollback and a release"])
def test_a_rollback_asks_about_what_the_run_published(mmgen: Run, shop: Engine, steps: int) -> None:
    for arguments in (["--yes"], ["--release"]) * steps:
        mmgen("rollback", f"cli__{DAY1}", *arguments, "--by", "Ada")
    assert content.written_by(Settings(), f"cli__{DAY1}") == 3


def test_promote_names_the_champion_where_a_version_is_not_there(mmgen: Run) -> None:
    result = mmgen("promote", "7")
    assert result.exit_code == 1
    assert "no model version '7'" in result.stderr and "The champion is none yet" in result.stderr


def test_an_encoder_is_promoted_apart_from_the_model(mmgen: Run, tmp_path: Path) -> None:
    tracker = registry(load_config(), "audio")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}", encoding="utf-8")
    tracker.register(tracker.run_for("fit", {"ds": "2026-11-01"}), tmp_path / "model", {})
    shown = json.loads(mmgen("promote", "1", "--of", "audio", "--json").stdout)
    assert shown == {"champion": "1", "before": None} and tracker.version_of("champion") == "1"
    mmgen("promote", "1", "--of", "audio", "--ds", "2027-01-01")
    assert [(one.ds, one.version) for one in tracker.history()] == [("2027-01-01", "1")]
    result = mmgen("promote", "1", "--of", "image")
    assert result.exit_code == 1 and "no model version '1'" in result.stderr
    assert mmgen("promote", "1").exit_code == 1, "it is no version of the model that writes"


def test_a_sample_is_imported_and_a_second_import_changes_nothing(mmgen: Run, tmp_path: Path) -> None:
    out = tmp_path / "sample"
    first = json.loads(mmgen("sample", "--out", str(out), "--products", "60", "--import", "--json").stdout)
    assert first["num_products"] == first["import"]["imported"] == 60
    again = mmgen("import", first["products_csv"], "--map", "conf/sources/sample.toml")
    assert "0 new, 0 changed, 60 unchanged" in again.stdout and "mmgen quarantine import" in again.stdout


def test_a_demo_imports_what_it_says(home: Path) -> None:
    said: list[str] = []
    results = [import_shop(Settings(), None, None, 60, said.append) for _ in range(2)]
    assert [(r.imported, r.unchanged, sum(r.rejected.values())) for r in results] == [(60, 0, 1), (0, 60, 1)]
    assert "60 new, 0 changed, 0 unchanged, 1 rejected" in said[1]
