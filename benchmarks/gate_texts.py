"""The material of quality_gate.py: products, texts on them with a label, and sentences that real shops wrote.

`gate_faults/` and `gate_faults/second/` have `products.json` and `texts.json`, written for this measurement by two
authors who had not read how the gate judges. A text has one planted fault of a `kind`, or none. Shops' own sentences
are theirs and not kept here: `sentences.json` of another folder (`--sentences`) holds a list of `title`, `fields`,
`sentence`, `lang`, and `true` where nothing in the fields speaks against it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mmgen.facts.fact import Fact
from mmgen.facts.record import facts_of
from mmgen.profile.names import read_name

FIRST = Path(__file__).with_name("gate_faults")
SECOND = FIRST / "second"
_SEED = 0
_BRAND, _KIND = ("brand", "品牌"), ("category", "类别")
_PRICES = ("money", "price")


@dataclass(frozen=True)
class Text:
    """``kind`` of fault, ``""`` of a text in which all is so; ``group``: the texts of one wording, or of one product
    where wordings are not told apart."""

    language: str
    kind: str
    group: str
    text: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Sentence:
    """A shop's own ``text``. ``others``: facts of the product's other columns. ``known``: the same, and its own."""

    language: str
    text: str
    others: tuple[Fact, ...]
    known: tuple[Fact, ...]


def texts(folder: Path) -> list[Text]:
    """All texts, in the order of the file. Raises KeyError for one on no product."""
    products = {str(one["id"]): one for one in _read(folder, "products")}
    facts = {name: tuple(_facts(one)) for name, one in products.items()}
    return [
        Text(
            str(products[str(one["product"])]["locale"]),
            "" if one["label"] == "true" else str(one["kind"]),
            str(one.get("wording", one["product"])),
            str(one["text"]),
            facts[str(one["product"])],
        )
        for one in _read(folder, "texts")
    ]


def split_texts(folder: Path) -> tuple[list[Text], list[Text]]:
    """The texts of a set in two parts, a coin for each product in the order of its file: (read, never read)."""
    coin = random.Random(_SEED)
    is_read = {str(one["id"]): coin.random() < 1 / 2 for one in _read(folder, "products")}
    marks = [is_read[str(one["product"])] for one in _read(folder, "texts")]
    made = list(zip(texts(folder), marks, strict=True))
    return [text for text, mark in made if mark], [text for text, mark in made if not mark]


def sentences(folder: Path) -> list[Sentence]:
    """The sentences that nothing in the product's other fields speaks against; none where there is no file of them."""
    if not (folder / "sentences.json").exists():
        return []
    return [_sentence(one) for one in _read(folder, "sentences") if one["true"]]


def _facts(product: Mapping[str, Any]) -> Iterator[Fact]:
    """The facts of a product as the import would give them, and what the shop keeps to itself."""
    language = str(product["locale"])
    yield Fact("title", "title", str(product["title"]), "title", "title")
    if product.get("category"):
        yield Fact("kind", _KIND[language == "zh"], str(product["category"]), "category", "kind")
    if product.get("brand"):
        yield Fact("brand", _BRAND[language == "zh"], str(product["brand"]), "brand", "brand")
    for number, one in enumerate(product["facts"], 1):
        slot, role = (f"other_{number}", str(one["role"]))
        slot, role = ("price", "price") if role in _PRICES else (slot, role)
        unit = one.get("unit") or None
        value = str(one["value"])
        if unit and value[-1:].isdigit():
            value = f"{value} {unit}"
        yield Fact(slot, str(one["name"]), value, str(one["name"]), role, unit)
    told = {str(one["value"]) for one in product["facts"] if one["role"] == "warning"}
    for number, sentence in enumerate(product.get("sentences") or [], 1):
        role = "warning" if sentence in product.get("warnings", told) else "sentence"
        yield Fact(f"sentence_{number}", role, sentence, "description", role)
    for number, one in enumerate(product.get("hidden") or [], 1):
        yield Fact(f"hidden_{number}", str(one["name"]), str(one["value"]), str(one["name"]), "hidden")


def _sentence(one: Mapping[str, Any]) -> Sentence:
    language = str(one["lang"])
    fields = {str(name): str(value) for name, value in one["fields"].items() if value not in (None, "")}
    record: dict[str, Any] = {"locale": language or None, "title": one.get("title")}
    for name in list(fields):
        if name.lower() in ("brand", "category"):
            value = fields.pop(name)
            record[name.lower()] = [value] if name.lower() == "category" else value
    record["facts"] = [
        {"column": name, "role": _role(name, language), "name": name, "value": value} for name, value in fields.items()
    ]
    others = facts_of(record)
    text = str(one["sentence"])
    return Sentence(language, text, tuple(others), tuple(facts_of({**record, "description": text})))


def _role(name: str, language: str) -> str:
    """What a column's name alone says that it is."""
    best = read_name(name, language or "en").best
    return str(best.concept.role) if best else ""


@cache
def _read(folder: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found
