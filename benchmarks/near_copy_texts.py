"""Texts with planted near-copies, in English and Chinese, for `bench_minhash.py` and `quality_near_copies.py`."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import report  # noqa: F401  puts what benchmarks install on the path

from faker import Faker
from scipy.sparse import csr_array

from mmgen.clean.text.tokens import matching_form

Edit = Callable[[list[str], random.Random], list[str]]


@dataclass(frozen=True)
class Planted:
    """``texts[copy]`` was made of ``texts[original]`` by ``edit``."""

    original: int
    copy: int
    edit: str


def _swapped(words: list[str], rng: random.Random) -> list[str]:
    made = list(words)
    for _ in range(max(1, len(made) // (2 * rng.randint(8, 25)))):
        i = rng.randrange(len(made) - 1)
        made[i], made[i + 1] = made[i + 1], made[i]
    return made


def _inserted(words: list[str], rng: random.Random) -> list[str]:
    made = list(words)
    for _ in range(max(1, len(words) // rng.randint(8, 25))):
        made.insert(rng.randrange(len(made)), rng.choice(words))
    return made


def _deleted(words: list[str], rng: random.Random) -> list[str]:
    gone = set(rng.sample(range(len(words)), max(1, len(words) // rng.randint(8, 25))))
    return [word for i, word in enumerate(words) if i not in gone]


def _replaced(words: list[str], rng: random.Random) -> list[str]:
    made = list(words)
    for i in rng.sample(range(len(words)), max(1, len(words) // rng.randint(8, 25))):
        made[i] = rng.choice(words)
    return made


def _reordered(words: list[str], rng: random.Random) -> list[str]:
    cut = rng.randrange(len(words) // 4, 3 * len(words) // 4)
    return words[cut:] + words[:cut]


def _restyled(words: list[str], rng: random.Random) -> list[str]:
    return [word.upper() + rng.choice(("", "", "!", ",", " -")) for word in words]


def _cut_off(words: list[str], rng: random.Random) -> list[str]:
    return words[: len(words) - max(1, len(words) // rng.randint(5, 15))]


EDITS: dict[str, Edit] = {
    "words swapped": _swapped, "words inserted": _inserted, "words deleted": _deleted, "words replaced": _replaced,
    "halves reordered": _reordered, "case and punctuation": _restyled, "end cut off": _cut_off,
}  # fmt: skip


def planted(num_originals: int, seed: int) -> tuple[list[str], list[Planted]]:
    """Paragraphs of 40 to 120 words, half in each language, and a near-copy of every second, by each edit in turn."""
    rng = random.Random(seed)
    originals = []
    for i in range(num_originals):
        fake = _faker(("en_US", "zh_CN")[i % 2], seed)
        originals.append(fake.words(rng.randrange(40, 120)))
    texts = [_joined(words, i) for i, words in enumerate(originals)]
    copies = []
    for number, i in enumerate(i for i in range(num_originals) if i % 4 < 2):
        edit = list(EDITS)[number // 2 % len(EDITS)]
        copies.append(Planted(i, len(texts), edit))
        texts.append(_joined(EDITS[edit](originals[i], rng), i))
    return texts, copies


_FAKERS: dict[str, Faker] = {}


def _faker(locale: str, seed: int) -> Faker:
    if locale not in _FAKERS:
        _FAKERS[locale] = Faker(locale)
        _FAKERS[locale].seed_instance(seed)
    return _FAKERS[locale]


def _joined(words: list[str], number: int) -> str:
    return (" " if number % 2 == 0 else "").join(words)


_UNIT = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff_]+")


def shingles(text: str) -> set[str]:
    """The text's shingles by their definition (minhash.py), written a second time: without arithmetic, with sets."""
    units: list[str] = []
    for is_han, run in itertools.groupby(
        _UNIT.findall(matching_form(text)), lambda unit: "\u3400" <= unit[0] <= "\u9fff"
    ):
        parts = list(run)
        units += ["".join(pair) for pair in itertools.pairwise(parts)] if is_han and len(parts) > 1 else parts
    return {f"{one} {other}" for one, other in itertools.pairwise(units)} or set(units)


def alike(texts: list[str], floor: float) -> dict[tuple[int, int], float]:
    """Every pair of texts whose exact Jaccard index is at least ``floor``: (smaller, larger) -> index."""
    sets = [shingles(text) for text in texts]
    names: dict[str, int] = {}
    columns = [names.setdefault(shingle, len(names)) for each in sets for shingle in sorted(each)]
    starts = [0]
    for each in sets:
        starts.append(starts[-1] + len(each))
    incidence = csr_array(([1] * len(columns), columns, starts), shape=(len(sets), len(names)))
    common = (incidence @ incidence.T).tocoo()
    found = {}
    for i, j, shared in zip(common.row, common.col, common.data, strict=True):
        if i < j:
            index = shared / (len(sets[i]) + len(sets[j]) - shared)
            if index >= floor:
                found[int(i), int(j)] = float(index)
    return found
