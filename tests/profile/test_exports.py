"""The role of each column of real exports' headers; and that nothing is said that should be hidden."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mmgen.catalog.opening import open_products, unmapped
from mmgen.profile.column import Profile
from mmgen.profile.roles import Disposition
from tests.profile.exports import EXPORTS

LOCALES = {
    "german shop": "de",
    "french shop": "fr",
    "chinese shop": "zh-CN",
    "japanese shop": "ja",
    "russian shop": "ru",
}
RIGHT = 0.95
NUM_ROWS = 24


def table_of(name: str) -> list[list[str]]:
    lines = [line for line in EXPORTS[name].strip().splitlines() if line.strip()]
    return [[field.strip() for field in line.split(" | ")] for line in map(_spaced, lines)]


def _spaced(line: str) -> str:
    """``a | | b`` with its empty field kept."""
    while "| |" in line:
        line = line.replace("| |", "|  |")
    return line.removesuffix(" |") + (" | " if line.endswith(" |") else "")


def profile_of_export(name: str, folder: Path) -> tuple[Profile, dict[str, tuple[str, str]]]:
    table = table_of(name)
    ids = {row[0] for row in table if len(row) > 3 and row[3].startswith("identifier")}
    written = [row for row in table if not (len(row) > 3 and not row[1] and not row[2] and row[0] in _made(name))]
    path = folder / "export.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([row[0] for row in written])
        for number in range(NUM_ROWS):
            values = [row[1 + number % 2] if len(row) > 1 + number % 2 else "" for row in written]
            numbered = [f"{v}{number}" if v and row[0] in ids else v for v, row in zip(values, written, strict=True)]
            writer.writerow(numbered)
    expected = {row[0]: tuple(part.strip() for part in row[3].split(",")) for row in table
                if len(row) > 3 and "," in row[3]}  # fmt: skip
    return open_products(path, unmapped(path, LOCALES.get(name, "en"))).profile, expected


def _made(name: str) -> set[str]:
    """Columns that only the reading makes: an attribute's own name, without a value in the file."""
    lines = table_of(name)
    empty = [row[0] for row in lines if len(row) > 3 and not row[1] and not row[2]]
    others = " ".join(value for row in lines for value in [*row[1:3], *([row[0]] if len(row) < 4 else [])])
    return {column for column in empty if column in others or column == "price (currency)"}


@pytest.mark.parametrize("name", EXPORTS)
def test_columns_are_what_they_are(name: str, tmp_path: Path) -> None:
    profile, expected = profile_of_export(name, tmp_path)
    wrong = {}
    for column, (role, does) in expected.items():
        found = profile.columns.get(column)
        is_right = found is not None and role in ("*", found.role) and does in ("*", found.disposition)
        if not is_right:
            wrong[column] = f"{found.role}, {found.disposition}" if found else "missing"
    assert len(wrong) <= (1 - RIGHT) * len(expected), wrong


@pytest.mark.parametrize("name", EXPORTS)
def test_what_is_hidden_is_not_said(name: str, tmp_path: Path) -> None:
    profile, expected = profile_of_export(name, tmp_path)
    said = profile.named(Disposition.SAY)
    assert [column for column in said if expected.get(column, ("", "say"))[1] in ("hide", "use")] == []
    assert [column for column in said if column not in expected] == []
