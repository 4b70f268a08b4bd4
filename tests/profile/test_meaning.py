"""Names of columns by their meaning: what an encoder finds near counts where the values agree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from mmgen.catalog.opening import open_products, unmapped
from mmgen.hashes import digest_of
from mmgen.profile.column import Column
from mmgen.profile.meaning import Meanings
from mmgen.profile.roles import Disposition, Role

TOPICS = (
    {"hue of it", "整体色调", "colour", "颜色"},
    {"our outlay", "cost"},
    {"textile outlay", "material"},
    {"pieces left", "pieces"},
)
"""Texts that a tiny encoder takes for one thing each."""
WIDTH = 64


def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """One axis a topic, and a direction of its own for any other text: (len(texts), WIDTH), of unit length."""
    rows = np.zeros((len(texts), WIDTH), np.float32)
    for row, text in zip(rows, texts, strict=True):
        topics = [number for number, topic in enumerate(TOPICS) if text in topic]
        if topics:
            row[topics[0]] = 1.0
            row[1] += 0.97 if text == "textile outlay" else 0.0  # nearly as near to a cost
        else:
            drawn = np.random.default_rng(fingerprint_of(text)).normal(size=WIDTH - len(TOPICS))
            row[len(TOPICS) :] = drawn
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def fingerprint_of(text: str) -> int:
    return int(digest_of(text)[:8], 16)


def columns(folder: Path, name: str, values: Sequence[str], meanings: Meanings | None, locale: str = "en") -> Column:
    path = folder / "p.csv"
    rows = "".join(f"{number},Lamp {number},{value}\n" for number, value in enumerate(values))
    path.write_text(f"sku,name,{name}\n{rows}", encoding="utf-8")
    return open_products(path, unmapped(path, locale), meanings).profile.columns[name]


WORDS = ["red", "blue", "green"] * 4


@pytest.mark.parametrize(
    ("name", "values", "locale", "role", "disposition"),
    [
        ("hue of it", WORDS, "en", Role.COLOUR, Disposition.SAY),
        ("整体色调", ["红色", "蓝色", "绿色"] * 4, "zh", Role.COLOUR, Disposition.SAY),
        ("our outlay", ["4.10", "3.20", "9.99"] * 4, "en", Role.MONEY, Disposition.HIDE),
        ("textile outlay", ["4.10", "3.20", "9.99"] * 4, "en", Role.MONEY, Disposition.HIDE),
        ("hue of it", ["https://a.example/1", "https://a.example/2"] * 6, "en", Role.ADDRESS, Disposition.HIDE),
        ("pieces left", ["4", "3", "9"] * 4, "en", Role.NUMBER, Disposition.USE),
        ("zyx of it", WORDS, "en", Role.ATTRIBUTE, Disposition.USE),
        ("zone group", WORDS, "en", Role.ATTRIBUTE, Disposition.USE),
    ],
    ids=[
        "near",
        "near in Chinese",
        "near what is hidden",
        "as near to two",
        "values disagree",
        "a number",
        "nothing",
        "far",
    ],
)
def test_a_name_that_is_not_known(
    tmp_path: Path, name: str, values: list[str], locale: str, role: Role, disposition: Disposition
) -> None:
    column = columns(tmp_path, name, values, Meanings(embed, min_similarity=0.8 if "zone" in name else 0.7), locale)
    if name.startswith("z"):
        column_without = columns(tmp_path, name, values, None, locale)
        assert (column.role, column.disposition) == (column_without.role, column_without.disposition)
    assert (column.role, column.disposition) == (role, disposition)


def test_the_evidence_is_told(tmp_path: Path) -> None:
    column = columns(tmp_path, "hue of it", WORDS, Meanings(embed))
    assert column.evidence[0].startswith("the name is near in meaning (1.00) to colour (")
    assert column.labels["en"] == "Colour"


def test_names_that_are_known_ask_no_encoder(tmp_path: Path) -> None:
    def refuse(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        raise AssertionError(texts)

    assert columns(tmp_path, "colour", WORDS, Meanings(refuse)).role is Role.COLOUR
