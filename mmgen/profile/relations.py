"""How columns relate: one repeats the title, one is a code of another, one says the same in every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from mmgen.profile.evidence import Evidence, Form

MAX_ROWS = 5000
"""Rows that columns are compared in, the first of the file."""
MAX_TEXTS = 300
"""Rows that are searched for what another column says."""
MIN_SHOP_ROWS = 20
SELDOM = 0.05
"""Of rows: a brand that fewer of them name is the shop's own name."""
MIN_ROWS = 5
MIN_CODES = 5
"""Different codes, below which two columns agree by chance."""
SAME = 0.98
"""Share of rows that have to agree."""
CODES = (Form.CODE, Form.INTEGER)


class Rows:
    """The first rows of a file as one number a value: enough to compare columns with each other."""

    def __init__(self) -> None:
        self._rows: list[dict[str, int]] = []
        self._texts: list[Mapping[str, str]] = []

    def add(self, row: Mapping[str, str]) -> None:
        """Keep what two columns can be compared by."""
        if len(self._texts) < MAX_TEXTS:
            self._texts.append(row)
        if len(self._rows) < MAX_ROWS:
            self._rows.append({name: hash(text.strip().casefold()) for name, text in row.items() if text.strip()})

    def columns(self, names: Sequence[str]) -> dict[str, np.ndarray]:
        """Column -> [rows] int64, 0 where empty."""
        return {name: np.array([row.get(name, 0) for row in self._rows], np.int64) for name in names}

    def share_named(self, name: str, others: Sequence[str]) -> float | None:
        """Share of the rows (0 to 1) that say the value of ``name`` in one of ``others``, too; None for few rows, and
        where more than a tenth of them have another value than the most common one."""
        pairs = [(row[name].strip().casefold(), row) for row in self._texts if row.get(name, "").strip()]
        counts = Counter(value for value, _ in pairs)
        if len(pairs) < MIN_SHOP_ROWS or counts.most_common(1)[0][1] < 0.9 * len(pairs):
            return None
        told = (any(value in row.get(other, "").casefold() for other in others) for value, row in pairs)
        return sum(told) / len(pairs)


def relations_of(rows: Rows, evidence: Mapping[str, Evidence], title: str | None) -> dict[str, list[str]]:
    """Column -> how it relates to others, in words that begin with ``repeats``, ``code of`` or ``constant``."""
    found: dict[str, list[str]] = {name: [] for name in evidence}
    table = rows.columns(list(evidence))
    for name, values in evidence.items():
        if values.num_distinct == 1 and values.num_filled >= MIN_ROWS and values.filled > SAME:
            found[name].append("constant")
        if title is not None and name != title and _is_same(table[name], table[title]):
            found[name].append(f"repeats {title}")
        other = _named_by(name, evidence, table)
        if other is not None:
            found[name].append(f"code of {other}")
    return found


def _is_same(one: np.ndarray, other: np.ndarray) -> bool:
    both = (one != 0) & (other != 0)
    count = int(both.sum())
    return count >= MIN_ROWS and float((one[both] == other[both]).mean()) >= SAME


def _named_by(name: str, evidence: Mapping[str, Evidence], table: Mapping[str, np.ndarray]) -> str | None:
    """The column of words that a column of codes stands for: each code one word, each word one code, both repeated."""
    own = evidence[name]
    if own.share(*CODES) < 0.8 or own.num_distinct < MIN_CODES or own.distinct > 0.5 or own.is_flag():
        return None
    for other, values in evidence.items():
        is_alike = other != name and values.num_distinct == own.num_distinct and values.share(Form.WORDS) >= 0.8
        if is_alike and _is_one_to_one(table[name], table[other]):
            return other
    return None


def _is_one_to_one(one: np.ndarray, other: np.ndarray) -> bool:
    both = (one != 0) & (other != 0)
    if both.sum() < MIN_ROWS or both.sum() < SAME * (one != 0).sum():
        return False
    pairs = np.unique(np.stack([one[both], other[both]]), axis=1).shape[1]
    return bool(pairs == len(np.unique(one[both])) == len(np.unique(other[both])))
