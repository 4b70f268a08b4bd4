"""What a catalogue says of its products that a picture may show: its categories and attributes, as classes to learn.

Nothing is known of any shop: levels of the category, the brand and every attribute are taken alike, and what does not
sort products into classes (free text, numbers, single products' own values) falls out by counting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ABSENT = -1
MIN_SHARE = 0.5


@dataclass(frozen=True)
class Label:
    """One thing to predict, such as ``attribute:colour``, and its classes in order."""

    name: str
    classes: tuple[str, ...]


def values_of(row: Mapping[str, Any]) -> dict[str, str]:
    """All that may be a label of a product. ``row``: category (list), brand, attributes (map), any of them None.

    A level of the category is named by the path to it: "Women / Shoes" is not "Men / Shoes".
    """
    path = [str(level).strip() for level in row.get("category") or [] if level]
    found = {f"category:{depth}": " / ".join(path[:depth]) for depth in range(1, len(path) + 1)}
    found |= {f"attribute:{name}": str(value) for name, value in dict(row.get("attributes") or ()).items() if value}
    found |= {"brand": str(row["brand"])} if row.get("brand") else {}
    return {name: value.strip().casefold() for name, value in found.items() if value.strip()}


def discover(rows: Iterable[Mapping[str, str]], min_products: int, max_classes: int) -> list[Label]:
    """The labels worth learning, by name: two classes at least, ``max_classes`` at most, each with ``min_products``.

    ``rows``: ``values_of`` each training product. A name most of whose products have rare values (a model number, a
    sentence) is left out: its few frequent values are accidents.
    """
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        for name, value in row.items():
            counts.setdefault(name, Counter())[value] += 1
    found = []
    for name, counter in sorted(counts.items()):
        classes = sorted(value for value, count in counter.items() if count >= min_products)
        covered = sum(counter[value] for value in classes)
        if 2 <= len(classes) <= max_classes and covered >= MIN_SHARE * counter.total():
            found.append(Label(name, tuple(classes)))
    return found


def class_numbers(rows: Sequence[Mapping[str, str]], labels: Sequence[Label]) -> NDArray[np.int32]:
    """(rows, labels): the class of each product, ABSENT where it has none or a rare one."""
    numbers = [{value: number for number, value in enumerate(label.classes)} for label in labels]
    found = [[known.get(row.get(label.name, ""), ABSENT) for label, known in zip(labels, numbers, strict=True)]
             for row in rows]  # fmt: skip
    return np.array(found, np.int32).reshape(len(rows), len(labels))
