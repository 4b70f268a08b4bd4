"""Which products a report shows. The choice is a seeded hash, so a rerun shows the same."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from mmgen.report.findings import STATUSES
from mmgen.report.lookup import by_product, newest_rows
from mmgen.seeds import seed_of
from mmgen.store.datasets import Dataset

DOUBTFUL_SHARE = 1 / 6
"""Of the samples: the borderline ones, and as many rejected ones."""


@dataclass(frozen=True)
class Candidate:
    """A product that may be shown."""

    product_id: str
    status: str
    locale: str
    category: str = ""
    writer: str = ""
    place: int = 0


def place_of(product_id: str, seed: int) -> int:
    """A product's place in the queue of samples."""
    return seed_of("report", product_id, seed)


def choose(home: Path, ds: str, count: int, seed: int) -> list[Candidate]:
    """Up to ``count`` products with content checked on the date: some rejected and borderline, the rest approved.

    Languages take turns, then categories, then writers, so that none hides the others. Where the date wrote less
    than that, earlier content that still stands fills up.
    """
    chosen: list[Candidate] = []
    dataset = Dataset("content_checks", home)
    for files in (dataset.files(ds=[ds]), dataset.files(before=ds)):
        missing = count - len(chosen)
        if missing <= 0:
            break
        taken = {c.product_id for c in chosen}
        chosen += pick([c for c in _candidates(home, files, ds, count, seed) if c.product_id not in taken], missing)
    return sorted(chosen, key=lambda c: STATUSES.index(c.status))


def pick(candidates: Sequence[Candidate], count: int) -> list[Candidate]:
    """The quota of each status, taken in turns over locale, category and writer; what one lacks the others fill."""
    turns = ("locale", "category", "writer")
    queues = {status: interleave([c for c in candidates if c.status == status], turns) for status in STATUSES}
    doubtful = max(1, round(count * DOUBTFUL_SHARE)) if count > 2 else 0
    chosen = queues["rejected"][:doubtful] + queues["borderline"][:doubtful]
    chosen += queues["approved"][: count - len(chosen)]
    rest = [c for status in ("borderline", "rejected") for c in queues[status] if c not in chosen]
    return (chosen + rest)[:count]


def interleave(candidates: Sequence[Candidate], columns: tuple[str, ...]) -> list[Candidate]:
    """Groups by the first column take turns; within each, groups by the next."""
    if not columns:
        return sorted(candidates, key=lambda c: (c.place, c.product_id))
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(getattr(candidate, columns[0]), []).append(candidate)
    queues = sorted((interleave(group, columns[1:]) for group in groups.values()), key=lambda queue: queue[0].place)
    return [candidate for turn in zip_longest(*queues) for candidate in turn if candidate is not None]


def _candidates(home: Path, files: list[str], until: str, count: int, seed: int) -> list[Candidate]:
    """A short list a locale and status, with each product's worst status, its category and its writer."""
    shortlist = _shortlist(Dataset("content_checks", home), files, count, seed)
    ids = {product_id for heap in shortlist.values() for _, product_id in heap}
    checked = newest_rows(Dataset("content_checks", home), ids, ["locale", "status"], until=until)
    worst: dict[str, tuple[str, str]] = {}
    for (product_id, *_), row in checked.items():
        status = row["status"] if row["status"] in STATUSES else "rejected"
        known = worst.get(product_id, ("approved", ""))[0]
        worst[product_id] = (max(known, status, key=STATUSES.index), row["locale"] or "und")
    writers = by_product(newest_rows(Dataset("descriptions", home), ids, ["writer"], until=until))
    paths = by_product(newest_rows(Dataset("examples", home), ids, ["category"], until=until))
    return [
        Candidate(
            product_id, status, locale,
            " / ".join((paths.get(product_id, {}).get("category") or [])[:2]),
            writers.get(product_id, {}).get("writer") or "",
            place_of(product_id, seed),
        )
        for product_id, (status, locale) in sorted(worst.items())
    ]  # fmt: skip


Heaps = dict[tuple[str, str], list[tuple[int, str]]]
"""(locale, status) -> (negative place, product_id): the largest place stands first, to be pushed out."""


def _shortlist(dataset: Dataset, files: list[str], count: int, seed: int) -> Heaps:
    """(locale, status) -> the products with the smallest places; memory is bounded by groups, not by products.

    More are kept than are shown, so that categories have something to take turns with.
    """
    heaps: Heaps = {}
    places: dict[str, int] = {}
    for batch in dataset.batches(files, ["product_id", "locale", "status"], 4096):
        places = {i: places.get(i) or place_of(i, seed) for i in set(batch.column("product_id").to_pylist())}
        for row in batch.to_pylist():
            heap = heaps.setdefault((row["locale"] or "und", row["status"] or "rejected"), [])
            entry = (-places[row["product_id"]], row["product_id"])
            is_full = len(heap) >= 4 * count
            if (is_full and entry <= heap[0]) or entry in heap:
                continue
            (heapq.heappushpop if is_full else heapq.heappush)(heap, entry)
    return heaps
