"""What the gate finds of planted faults, and what it holds against sound texts and the shops' own sentences.

A text counts as stopped where a claim of it fails. Recall is over texts with a fault, precision over texts stopped,
with intervals by a bootstrap over products. The values planted come from published lists: CSS and Shopify's taxonomy
for colours and materials, CLDR for countries and units, Google's feed for audiences. The frames around them,
certificates, promises, sizes and brands are by the gate's author, who had also seen Shopify's English names: this is
not yet the wording of somebody who had not read the rules, on which recall may be lower. The first run, on seed 2031
and before any change, gave recall 0.967 (0.960 to 0.974) and precision 0.921 (0.909 to 0.934). Its misses, and those
of seed 2032, were read; words that the lists have were added, and countries are now CLDR's on both sides, so origins
are found by construction. The seed here is a third, of the same lists and frames: it shows that nothing else broke,
not how the gate does on new wording.

The shops' own sentences (the grocery's descriptions, the fashion shop's titles) are judged twice: as at night, where
they are facts themselves and so pass nearly by definition, and against the other fields alone, where what a sentence
adds is true but in no fact: those are stopped as unsupported, which is how far the gate is from judging truth.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from gate_texts import Text, texts

import report
from mmgen.content_checks.judge import judge
from mmgen.facts.fact import Fact
from mmgen.facts.record import facts_of
from mmgen.facts.sentences import sentences_of
from report import Interval, Section, bootstrap, options, publish

SEED = 2033
MIN_RECALL, MIN_PRECISION, MIN_PASSED = 0.97, 0.95, 0.95


def is_stopped(text: str, facts: Sequence[Fact], language: str) -> bool:
    return any(verdict.fails for verdict in judge(text, facts, language))


def row_of(name: str, made: Sequence[Text], stopped: Sequence[bool]) -> list[object]:
    """Faults, recall, stopped, precision: with intervals over products."""
    groups: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for item, is_out in zip(made, stopped, strict=True):
        counts = groups[item.group]
        counts[0] += bool(item.kind) and is_out
        counts[1] += bool(item.kind)
        counts[2] += is_out
    array = np.array(list(groups.values()), float)
    recall = bootstrap(array, lambda rows: float(rows[:, 0].sum() / max(rows[:, 1].sum(), 1)))
    precision = bootstrap(array, lambda rows: float(rows[:, 0].sum() / max(rows[:, 2].sum(), 1)))
    sums = array.sum(0)
    return [name, len(made), int(sums[1]), recall, int(sums[2]), precision]


def own_sentences(limit: int, is_known: bool) -> list[tuple[str, list[Fact]]]:
    """Sentences of the real grocery's descriptions and fashion's titles, each with the facts of its product; the
    sentence itself among them where ``is_known``."""
    found: list[tuple[str, list[Fact]]] = []
    for row in _rows("grocery"):
        record = {"locale": "en", "title": row["name"].replace("-", " "), "category": [row["coarse_class"]]}
        facts = facts_of({**record, "description": row["description"] if is_known else None})
        found += [(sentence, facts) for sentence in sentences_of(row["description"], "en")]
    for row in _rows("fashion")[: max(0, limit - len(found))]:
        title, kinds = row["productDisplayName"], [row["masterCategory"], row["articleType"]]
        fields = {"colour": row["baseColour"], "gender": row["gender"], "year": row["year"]}
        record = {"locale": "en", "title": title if is_known else None, "category": kinds, "attributes": fields}
        found.append((title, facts_of(record)))
    return found[:limit]


def _rows(shop: str) -> list[dict[str, str]]:
    path = report.CATALOGUE / shop / "products.csv"
    if not path.exists():
        print(f"no sentences of {shop}: there is no {path}; set MMGEN_CATALOGUE")
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _shops(limit: int) -> list[list[object]]:
    rows: list[list[object]] = []
    for name, is_known in (("as at night", True), ("against the other fields", False)):
        if sentences := own_sentences(limit, is_known):
            marks = np.array([not _fails(text, facts) for text, facts in sentences], float)
            passed = bootstrap(marks)
            rows.append([f"the shops' own, {name}: passed", len(sentences), 0, passed, int((1 - marks).sum()), "-"])
    return rows


def _fails(text: str, facts: Sequence[Fact]) -> bool:
    return any(verdict.fails for verdict in judge(text, facts, "en", whole=False))


def main() -> int:
    """Judge, print, write the section; 1 where a figure misses its floor."""
    args = options(__doc__, ("--failures", "yes: list the texts judged wrongly, and stop"))
    made = texts(8 if args.quick else 60, SEED)
    stopped = [is_stopped(item.text, item.facts, item.language) for item in made]
    if args.failures:
        for item, is_out in zip(made, stopped, strict=True):
            if bool(item.kind) != is_out:
                fails = [f"{v.kind}: {v.words}" for v in judge(item.text, item.facts, item.language) if v.fails]
                print(item.kind or "sound", "|", item.text, "|", fails)
        return 0
    rows = [row_of("all", made, stopped)]
    for name in ("en", "zh"):
        part = [at for at, item in enumerate(made) if item.language == name]
        rows.append(row_of(name, [made[at] for at in part], [stopped[at] for at in part]))
    for kind in sorted({item.kind for item in made} - {""}):
        part = [at for at, item in enumerate(made) if item.kind == kind]
        row = row_of(kind, [made[at] for at in part], [stopped[at] for at in part])
        rows.append([*row[:5], "-"])
    figures = [cell for row in rows[:3] for cell in (row[3], row[5])]
    rows += _shops(50 if args.quick else 500)
    note = (__doc__ or "").partition("\n")[2].strip()
    note += f" Floors: recall {MIN_RECALL}, precision {MIN_PRECISION}, of the shops' sentences {MIN_PASSED} pass."
    columns = ["texts", "number", "with a fault", "recall", "stopped", "precision"]
    publish(args, Section("quality_gate", "The gate on planted faults", note, columns, rows))
    floors = [MIN_RECALL, MIN_PRECISION] * 3
    return int(any(isinstance(f, Interval) and f.value < low for f, low in zip(figures, floors, strict=True)))


if __name__ == "__main__":
    raise SystemExit(main())
