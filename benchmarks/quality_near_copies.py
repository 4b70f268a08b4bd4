"""Which near-copies of texts MinHash finds, of those that were planted and of all that exact comparison finds.

Paragraphs of 40 to 120 words of faker's in English and Chinese; every second has a near-copy, made by one edit of
seven: one word in 8 to 25 inserted, deleted or replaced, neighbours swapped, halves reordered, the end cut off, case
and punctuation changed. Similar means an exact Jaccard index of the sets of shingles, computed a second way. Beside
it: all pairs of the real fashion titles, most of them short and made to one pattern. Nothing was tuned on any of them.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence

from report import CATALOGUE, Interval, Section, bootstrap, options, publish

from near_copy_texts import EDITS, alike, planted

from mmgen.clean.text.signature import signatures
from mmgen.config.clean import NearCopyParams
from mmgen.duplicates.minhash import near_copies

PARAMS = NearCopyParams()
MIN_RECALL = 0.95
FLOOR = 0.75  # the least similarity of a pair that has to be found
BINS = ((0.7, 0.8), (0.8, 0.9), (0.9, 1.01))


def found_pairs(texts: Sequence[str]) -> set[tuple[int, int]]:
    """(smaller, larger) of each pair of ``near_copies``; equal texts are paired with the first of them alone."""
    signature, has = signatures(texts, PARAMS)
    kept = has.nonzero()[0]
    first, second, _ = near_copies(signature[kept], PARAMS)
    return {(int(kept[a]), int(kept[b])) for a, b in zip(first, second, strict=True)}


def share(hits: Sequence[bool]) -> Interval | str:
    """The share of hits with its interval."""
    return bootstrap([float(hit) for hit in hits]) if len(hits) else "-"


def rows_of(name: str, texts: list[str]) -> list[list[object]]:
    """Recall by similarity and precision, over all pairs of the texts."""
    found, exact = found_pairs(texts), alike(texts, 0.6)
    rows: list[list[object]] = []
    for low, high in BINS:
        pairs = [pair for pair, index in exact.items() if low <= index < high]
        rows.append([name, f"similarity {low} to {min(high, 1)}", len(pairs), share([p in found for p in pairs])])
    for least in (0.7, 0.6):
        right = share([exact.get(pair, 0.0) >= least for pair in found])
        rows.append([name, f"found: of them similar by {least} or more", len(found), right])
    return rows


def fashion_titles(limit: int) -> list[str]:
    """Distinct titles of the real catalogue; equal ones are trivial, and would hide the others."""
    path = CATALOGUE / "fashion" / "products.csv"
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(dict.fromkeys(row["productDisplayName"] for row in csv.DictReader(file)))[:limit]


def main() -> int:
    """Count, print, write the section; 1 where a planted kind or the whole is found too seldom."""
    args = options(__doc__)
    texts, copies = planted(700 if args.quick else 2800, seed=11)
    found, exact = found_pairs(texts), alike(texts, 0.0)
    rows: list[list[object]] = []
    near = [copy for copy in copies if exact.get((copy.original, copy.copy), 0) >= FLOOR]
    for edit in EDITS:
        of_edit = [copy for copy in near if copy.edit == edit]
        rows.append(["planted", edit, len(of_edit), share([(c.original, c.copy) in found for c in of_edit])])
    whole = share([(copy.original, copy.copy) in found for copy in near])
    rows.append(["planted", "all", len(near), whole])
    rows += rows_of("planted, all pairs", texts)
    if titles := fashion_titles(1000 if args.quick else 10_000):
        rows += rows_of(f"{len(titles)} real titles", titles)
    lowest = min(exact[c.original, c.copy] for c in near)
    note = (
        f"{(__doc__ or '').partition(chr(10))[2].strip()} {len(near)} of {len(copies)} planted copies are similar "
        f"by at least {FLOOR} ({lowest:.2f} to 1) and count. Floor of their recall: {MIN_RECALL}."
    )
    columns = ["texts", "pairs", "number", "share"]
    publish(args, Section("quality_near_copies", "Near-copies among texts", note, columns, rows))
    return int(not isinstance(whole, Interval) or whole.value < MIN_RECALL)


if __name__ == "__main__":
    sys.exit(main())
