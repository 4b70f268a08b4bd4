"""Attributes as exports write them: pairs of columns, many in one cell, variants listed by their parent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mmgen.catalog.systems.system import Pairs, column_of

MAX_PAIRS = 40
MAX_LISTED = 2000
_PACKED_AS = re.compile(r"\s*,\s*(?=[^,=]{1,80}=)")


@dataclass(frozen=True)
class NumberedPair:
    """One pair of columns of ``spec``."""

    spec: Pairs
    name: str
    value: str
    visible: str | None

    @property
    def columns(self) -> list[str]:
        """The pair's columns and those of its number that say nothing."""
        return [name for name in (self.name, self.value, self.visible) if name]


def numbered_pairs(spec: Pairs, columns: Sequence[str]) -> list[NumberedPair]:
    """The pairs of columns of ``spec`` that a file has, by number; at most ``MAX_PAIRS``."""
    found = []
    for number in range(1, MAX_PAIRS + 1):
        name, value, visible = (
            column_of((text or "").replace("{n}", str(number)), columns)
            for text in (spec.name, spec.value, spec.visible)
        )
        if name and value:
            found.append(NumberedPair(spec, name, value, visible))
    return found


def values_of(text: str, separator: str | None) -> list[str]:
    """The values in a cell, a line each or parted by the separator; without one by a comma or bar and a space."""
    parts = text.split("\n") if "\n" in text else re.split(r"\s*[,|]\s+" if separator is None else separator, text)
    return [value for part in parts if (value := part.strip())]


def unpacked(text: str, mark: str) -> list[tuple[str, str]]:
    """``color=Red,size=M|L`` or ``Colour:Red:1,Material:Wool:2`` as pairs."""
    parts = _PACKED_AS.split(text) if mark == "=" else text.split(",")
    pairs = []
    for part in parts:
        fields = part.split(mark)
        if len(fields) >= 2 and fields[0].strip() and fields[1].strip():
            value = mark.join(fields[1:]) if mark == "=" else _detail(fields)
            name = fields[0] if mark == "=" else _detail_name(fields)
            pairs.append((name.strip(), value.strip().strip('"').replace("|", ", ")))
    return pairs


def _detail(fields: list[str]) -> str:
    """Of ``name:value:position`` the value, of ``section:name:value`` the last."""
    return fields[1] if len(fields) == 2 or fields[-1].strip().isdigit() else fields[-1]


def _detail_name(fields: list[str]) -> str:
    return fields[0] if len(fields) == 2 or fields[-1].strip().isdigit() else fields[-2]


def listed_variants(text: str) -> list[dict[str, str]]:
    """``sku=A-1,color=Red|sku=A-2,color=Blue`` as a list of variants."""
    return [dict(unpacked(part, "=")) for part in text.split("|") if "=" in part][:MAX_LISTED]
