"""Baskets for the products of `mmgen sample`, drawn by a rule that is written here and that no method is told.

Members have a language, two colours, a season and a brand that they like. A visit has an occasion: one department, and
within it a few categories that go together. Products are drawn by how often they sell (Zipf), times what the member
likes, times whether they suit the first of the basket (its colour or season). A fifth of all items is bought at random.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

NUM_VISITS = (3, 9)
SIZES, SHARES = (1, 2, 3, 4, 5), (0.1, 0.35, 0.3, 0.15, 0.1)
DAYS = 365
AT_RANDOM = 0.2
LIKED = {"colour": 1.5, "season": 0.7, "brand": 1.0}
SUITS = {"colour": 1.2, "season": 1.0}
ZIPF = 0.7


@dataclass(frozen=True)
class Visit:
    """What one member bought on one day: places among the rows."""

    member: int
    day: int
    items: tuple[int, ...]


def draw(rows: Sequence[Mapping[str, str]], num_members: int, seed: int) -> list[Visit]:
    """The visits of a year, by day. ``rows``: of the sample's ``products.csv``."""
    random = np.random.default_rng(seed)
    columns = {name: np.array([row[name] for row in rows]) for name in ("locale", "department", "category", *LIKED)}
    sells = (1 + random.permutation(len(rows))) ** -ZIPF
    visits: list[Visit] = []
    for member in range(num_members):
        own = columns["locale"] == random.choice(sorted({row["locale"] for row in rows}))
        weights = sells * own * likes(columns, own, random)
        for _ in range(random.integers(*NUM_VISITS)):
            items = basket(columns, weights, own, random)
            visits.append(Visit(member, int(random.integers(DAYS)), tuple(items)))
    return sorted(visits, key=lambda visit: (visit.day, visit.member))


def likes(columns: Mapping[str, np.ndarray], own: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(products,): how much more often a member takes each."""
    logits = np.zeros(len(own))
    for name, strength in LIKED.items():
        values = sorted({value for value in columns[name][own] if value})
        chosen = random.choice(values, 2 if name == "colour" else 1, replace=False)
        logits += strength * np.isin(columns[name], chosen)
    return np.exp(logits)


def basket(
    columns: Mapping[str, np.ndarray], weights: np.ndarray, own: np.ndarray, random: np.random.Generator
) -> list[int]:
    """Places of what goes into one basket, each once."""
    departments = columns["department"]
    occasion = random.choice(sorted(set(departments[own])))
    inside = sorted(set(columns["category"][own & (departments == occasion)]))
    theme = random.choice(inside, min(3, len(inside)), replace=False)
    suited = weights * (departments == occasion) * (1 + 4 * np.isin(columns["category"], theme))
    found: list[int] = []
    for _ in range(random.choice(SIZES, p=SHARES)):
        now = own.astype(float) if random.random() < AT_RANDOM else suited.copy()
        if found:
            same = [SUITS[name] * (columns[name] == columns[name][found[0]]) for name in SUITS]
            now *= np.exp(np.sum(same, axis=0))
        now[found] = 0
        if now.sum() > 0:
            found.append(int(random.choice(len(now), p=now / now.sum())))
    return found
