"""How much personal data the masks find in generated texts, and how much else they mask.

A find counts where all of its letters and digits are masked; a mask is right where at least half of it is labelled
personal. Intervals are over texts. The masks were written from the development half's misses, which
`--failures development` lists. The held-out half was counted after each change, and its misses were not read; templates
and masks have one author, the values are faker's. The counts here are of values drawn after the last change (a seed of
their own). The telephone numbers of twelve countries that no development text has were only counted, and so were the
masks in the real shops' texts, which have no personal data.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence

import report
from report import Interval, Section, bootstrap, options, publish

import numpy as np
from pii_texts import DEVELOPMENT, HELD_OUT, Find, Text, texts

from mmgen.clean.text.pii.mask import find_personal_data

SEED = 2027
MIN_RECALL, MIN_PRECISION = 0.99, 0.98
Span = tuple[int, int, str]
Count = tuple[int, int]  # right, of how many


def covered(find: Find, text: str, spans: Sequence[Span]) -> bool:
    """Whether no letter or digit of the find is left to be read."""
    return all(
        any(start <= i < end for start, end, _ in spans) for i in range(find.start, find.end) if text[i].isalnum()
    )


def is_right(span: Span, finds: Iterable[Find]) -> bool:
    """Whether at least half of what is masked is labelled personal."""
    inside = sum(max(0, min(span[1], f.end) - max(span[0], f.start)) for f in finds)
    return 2 * inside >= span[1] - span[0]


def score(made: Sequence[Text]) -> dict[str, list[tuple[Count, Count]]]:
    """For each kind and "all": a (found, personal) and (right, masked) a text; a wrong mask counts by its own name."""
    scores: dict[str, list[tuple[Count, Count]]] = defaultdict(list)
    for item in made:
        spans = find_personal_data(item.text)
        found = [(f.kind, covered(f, item.text, spans)) for f in item.finds]
        right = [(_kind(span, item.finds), is_right(span, item.finds)) for span in spans]
        for kind in {"all", *(kind for kind, _ in found), *(kind for kind, _ in right)}:
            ours = [ok for name, ok in found if kind in ("all", name)]
            theirs = [ok for name, ok in right if kind in ("all", name)]
            scores[kind].append(((sum(ours), len(ours)), (sum(theirs), len(theirs))))
    return scores


def _kind(span: Span, finds: Iterable[Find]) -> str:
    inside = [f.kind for f in finds if f.start < span[1] and span[0] < f.end]
    return inside[0] if inside else span[2].strip("[]")


def share(counts: Sequence[Count]) -> Interval | None:
    """Right over all, and its interval by a bootstrap over texts."""
    array = np.array(counts, float)
    if not array[:, 1].sum():
        return None
    return bootstrap(array, lambda rows: float(rows[:, 0].sum() / max(rows[:, 1].sum(), 1)))


def table_of(made: Sequence[Text], part: str, kinds: Sequence[str] = ()) -> list[list[object]]:
    """One row a kind: how many, recall, how many masks, precision."""
    scores = score(made)
    rows: list[list[object]] = []
    for kind in kinds or ["all", *sorted(scores.keys() - {"all"})]:
        found, right = [a for a, _ in scores[kind]], [b for _, b in scores[kind]]
        recall, precision = share(found), share(right)
        rows.append([part, kind, sum(n for _, n in found), recall or "-", sum(n for _, n in right), precision or "-"])
    return rows


def print_failures(made: Sequence[Text]) -> None:
    """What was missed and what was masked without need, in the development half alone."""
    for item in made:
        if item.half != DEVELOPMENT:
            continue
        spans = find_personal_data(item.text)
        for find in item.finds:
            if not covered(find, item.text, spans):
                print("missed", find.kind, repr(item.text[find.start : find.end]), "in", repr(item.text))
        for span in spans:
            if not is_right(span, item.finds):
                print("masked", span[2], repr(item.text[span[0] : span[1]]), "in", repr(item.text))


def real_texts() -> list[str]:
    """Titles and descriptions of the real catalogue; none where there is no catalogue."""
    found: list[str] = []
    for shop, columns in (("fashion", ("productDisplayName",)), ("grocery", ("name", "description"))):
        path = report.CATALOGUE / shop / "products.csv"
        if path.exists():
            with path.open(newline="") as file:
                found += [row[name] for row in csv.DictReader(file) for name in columns if row.get(name)]
    return found


def main() -> int:
    """Count, print, write the section; 1 where the held-out half or the whole misses a floor."""
    args: argparse.Namespace = options(__doc__, ("--failures", "development: list what that half gets wrong, and stop"))
    made = texts(400 if args.quick else 2000, SEED)
    if args.failures:
        if args.failures != DEVELOPMENT:
            raise SystemExit("only the development half's failures may be looked at: --failures development")
        print_failures(made)
        return 0
    held_out = [item for item in made if item.half == HELD_OUT]
    rows = table_of(held_out, HELD_OUT)
    for language in ("en", "zh"):
        rows += table_of([item for item in held_out if item.language == language], f"{HELD_OUT}, {language}", ["all"])
    rows += table_of([item for item in made if item.half == DEVELOPMENT], DEVELOPMENT, ["all"])
    rows += table_of(made, "whole", ["all"])
    if real := real_texts():
        num_masks = sum(len(find_personal_data(text)) for text in real)
        rows.append([f"{len(real)} real texts", "all", 0, "-", num_masks, "-"])
    rows += table_of(texts(len(made) // 4, SEED + 1, elsewhere=True), "other countries", ["phone"])
    note = f"{len(made)} texts. {(__doc__ or '').partition(chr(10))[2].strip()} Floors: {MIN_RECALL}, {MIN_PRECISION}."
    publish(
        args,
        Section(
            "quality_pii", "Personal data", note, ["texts", "kind", "personal", "recall", "masks", "precision"], rows
        ),
    )
    judged = [row for row in rows if row[1] == "all" and row[0] in (HELD_OUT, "whole")]
    return int(any(_value(row[3]) < MIN_RECALL or _value(row[5]) < MIN_PRECISION for row in judged))


def _value(cell: object) -> float:
    return cell.value if isinstance(cell, Interval) else 1.0


if __name__ == "__main__":
    sys.exit(main())
