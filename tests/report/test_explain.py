"""What the champion makes of a product: escaped, whole where something is missing, the same for the same seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from mmgen.config.config import Config
from mmgen.models.fusion.registry import FUSIONS
from mmgen.report.collect import collect
from mmgen.report.explain import explained, explanations
from mmgen.report.render import render
from tests.report.homes import DAY, commit
from tests.report.test_render import MODEL, Page
from tests.training.test_coherence import model_of, rows_of


def test_each_medium_that_a_product_has_says_what_it_adds_and_weighs():
    rows = rows_of(["red", "blue"], [True, False])
    first, second = explained(model_of(fusion="attention"), rows, rows_of(["red"] * 5), {"p0": "A shirt"})
    assert [medium.name for medium in first.media] == ["text", "attributes"]
    assert [medium.name for medium in second.media] == ["attributes"], "it has no text"
    assert abs(sum(medium.weight or 0 for medium in first.media) - 1) < 1e-5
    assert first.media[0].contribution is not None and first.media[1].contribution is None
    assert (first.title, second.title, first.photo, first.drawn) == ("A shirt", "", None, None)
    assert len(first.near) == 3 and "p0" not in [near.product_id for near in first.near]
    assert explained(model_of(), rows, rows_of([]), {})[0].near == []
    assert "attention" in FUSIONS


def test_products_are_chosen_by_seed_from_the_held_out_ones(home: Path, tmp_path: Path):
    rows = [
        {"product_id": f"p{i}", "title": f"Shirt {i}", "split": ("train", "test", "test")[i % 3], "attribute_ids": [7],
         "text_embedding": np.eye(8)[i % 8].tolist(), "reject_reason": "no_modality" if i in (1, 3) else None}
        for i in range(12)
    ]  # fmt: skip
    commit(home, "examples", DAY, rows)
    model_of().save(tmp_path / "model")
    found = explanations(home, DAY, tmp_path / "model", 3, 7)
    held = {row["product_id"] for row in rows if row["split"] == "test" and not row["reject_reason"]}
    assert len(found) == 3 and {one.product_id for one in found} < held
    assert found == explanations(home, DAY, tmp_path / "model", 3, 7)
    assert found != explanations(home, DAY, tmp_path / "model", 3, 8)
    assert {near.product_id for one in found for near in one.near} <= {"p0", "p6", "p9"}, (
        "training products, not rejected"
    )
    assert explanations(home, "2020-01-01", tmp_path / "model", 3, 7) == []


def test_the_page_shows_and_escapes_it(one_night: Config):
    rows, title = rows_of(["red"]), "<script>alert(1)</script>"
    found = explained(model_of(), rows, rows_of(["red"] * 3), {"p0": title, "p1": title})
    report = collect(one_night, DAY, "r", MODEL, found)
    html = render(report)
    assert "<script" not in html and title in Page(html).text and "Nearest training products" in html
    assert "Nearest training products" not in render(replace(report, explained=[]))
