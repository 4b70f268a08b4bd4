"""A catalogue of its own: a few hundred drawn products in English and Chinese with the faults of a real export.

A fixture for a fresh machine and for tests. The same arguments give the same bytes.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from mmgen.rejects import RejectReason
from mmgen.sample.faults import FAULTS, KEPT, Draft, Fault, jpeg, png
from mmgen.sample.scenes import photograph
from mmgen.sample.texts import Facts, write_description, write_title
from mmgen.sample.voice import RATES_HZ, add_noise, encode, speak
from mmgen.sample.words import BRANDS, CATEGORIES, COLOURS, LOCALES, PATTERNS, SEASONS
from mmgen.seeds import seed_of

COLUMNS = (
    "id", "name", "description", "department", "category", "locale", "brand", "price", "currency", "updated", "url",
    "image", "audio", "colour", "material", "size", "pattern", "season", "audio_snr_db", "fault",
)  # fmt: skip
GAPS = {"colour": 0.05, "material": 0.08, "pattern": 0.15, "season": 0.2, "brand": 0.05, "price": 0.03}
NO_IMAGE, NO_TITLE, WITH_DESCRIPTION, WITH_AUDIO, SAME_AGAIN = 0.1, 0.02, 0.6, 0.25, 0.04
FAULT_SHARE = 0.12
MIN_PRODUCTS = 2 * len(FAULTS)
YUAN_PER_DOLLAR = 7
MARKER = "faults.csv"


@dataclass(frozen=True)
class SampleSummary:
    """What was written. ``faults``: product_id -> the expected reject reason, or ``kept`` where it is repaired.

    A product whose id comes twice (``duplicate_id``) is kept once; the second row is the one rejected.
    """

    products_csv: Path
    num_products: int
    num_rows: int
    num_images: int
    num_audio: int
    num_descriptions: int
    num_bytes: int
    faults: dict[str, str]


def write_sample(out: Path, products: int = 300, seed: int = 7, locales: Sequence[str] = ("en", "zh")) -> SampleSummary:
    """Write ``products.csv``, ``media/`` and ``faults.csv`` (product_id, fault, modality, expected) into ``out``.

    ``products`` counts ids; ids that come twice add rows. Raises ValueError for too few products, an unknown locale,
    or a folder that holds something else.
    """
    out = Path(out)
    _check(out, products, locales)
    planted = _plan_faults(products, seed)
    drafts: list[Draft] = []
    out.mkdir(parents=True, exist_ok=True)
    for number in range(products):
        draft = _draft(number, seed, locales[number % len(locales)], planted.get(number), drafts)
        for path, data in draft.files.items():
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_bytes(data)
        drafts.append(draft)
    rows = _rows(drafts, seed)
    _write_csv(out / "products.csv", COLUMNS, rows)
    faults = _fault_rows(drafts)
    _write_csv(out / MARKER, ("product_id", "fault", "modality", "expected"), faults)
    return SampleSummary(
        products_csv=out / "products.csv",
        num_products=products,
        num_rows=len(rows),
        num_images=sum(path.startswith("media/images/") for draft in drafts for path in draft.files),
        num_audio=sum(path.startswith("media/audio/") for draft in drafts for path in draft.files),
        num_descriptions=sum(bool(row["description"]) for row in rows),
        num_bytes=sum(len(data) for draft in drafts for data in draft.files.values()),
        faults={row["product_id"]: row["expected"] for row in faults},
    )


def _check(out: Path, products: int, locales: Sequence[str]) -> None:
    if products < MIN_PRODUCTS:
        raise ValueError(f"products={products}: at least {MIN_PRODUCTS} are needed to hold every kind of fault once")
    if not locales or set(locales) - set(LOCALES):
        raise ValueError(f"locales={list(locales)}: choose from {', '.join(LOCALES)}")
    if out.exists() and any(out.iterdir()):
        if not (out / MARKER).exists():
            raise ValueError(f"{out} holds something else than a sample: name an empty or a new folder")
        shutil.rmtree(out / "media", ignore_errors=True)


def _plan_faults(products: int, seed: int) -> dict[int, Fault]:
    """Which product carries which fault: every kind at least once, about 12% of the products."""
    order = np.random.default_rng(seed_of("sample faults", seed)).permutation(products)
    num = max(len(FAULTS), round(products * FAULT_SHARE))
    return {int(number): FAULTS[i % len(FAULTS)] for i, number in enumerate(order[:num])}


def _draft(number: int, seed: int, locale: str, fault: Fault | None, earlier: list[Draft]) -> Draft:
    """One product: invented, or an earlier one listed again under a new id, then damaged if a fault is due."""
    rng = np.random.default_rng(seed_of("sample product", seed, number))
    same = [d for d in earlier if not d.row["fault"] and d.row["image"] and d.row["name"] and d.row["locale"] == locale]
    if fault is None and same and rng.random() < SAME_AGAIN:
        return _listed_again(number, same[int(rng.integers(len(same)))], rng)
    draft = _invent(number, locale, fault, rng)
    if fault is not None:
        draft.row["fault"] = fault.name
        fault.plant(draft)
    return draft


def _invent(number: int, locale: str, fault: Fault | None, rng: np.random.Generator) -> Draft:
    lang, modality = LOCALES[locale], fault.modality if fault else ""
    kind = CATEGORIES[int(rng.integers(len(CATEGORIES)))]
    colour, rgb = COLOURS[int(rng.integers(len(COLOURS)))]
    look = int(rng.choice(3, p=[0.6, 0.22, 0.18])) if kind.is_patterned else 0
    facts = Facts(
        category=kind, locale=locale, name=kind.names[int(rng.integers(len(kind.names)))][lang],
        brand=BRANDS[lang][int(rng.integers(len(BRANDS[lang])))], colour=colour[lang],
        material=kind.materials[int(rng.integers(len(kind.materials)))][lang],
        size=kind.sizes[int(rng.integers(len(kind.sizes)))][lang] if kind.sizes else "",
        pattern=PATTERNS[look][1][lang], season=SEASONS[int(rng.integers(len(SEASONS)))][lang], is_plain=look == 0,
    )  # fmt: skip
    picture = photograph(kind.shape, rgb, PATTERNS[look][0], rng)
    draft = Draft(_row(number, facts, rng), picture)
    draft.row["name"], draft.row["description"] = write_title(facts, rng), write_description(facts, rng)
    _leave_gaps(draft, modality, rng)
    if modality == "image" or rng.random() >= NO_IMAGE:
        is_png, quality = rng.random() < 0.25, int(rng.integers(78, 96))
        draft.put("image", "png" if is_png else "jpg", png(picture) if is_png else jpeg(picture, quality))
    if modality == "audio" or rng.random() < WITH_AUDIO:
        _record(draft, rng)
    return draft


def _row(number: int, facts: Facts, rng: np.random.Generator) -> dict[str, str]:
    low, high = facts.category.price
    lang = LOCALES[facts.locale]
    dollars = low + (high - low) * float(rng.beta(1.5, 3))
    price = f"{int(dollars)}.{('00', '50', '90', '99')[int(rng.integers(4))]}" if lang == 0 else ""
    product_id = f"S{number + 1:05d}"
    return dict.fromkeys(COLUMNS, "") | {
        "id": product_id,
        "department": facts.category.parent[lang],
        "category": facts.category.leaf[lang],
        "locale": facts.locale,
        "brand": facts.brand,
        "price": price or f"{round(dollars * YUAN_PER_DOLLAR)}.00",
        "currency": ("USD", "CNY")[lang],
        "updated": f"2025-{1 + number % 4:02d}-{1 + number % 28:02d}T{number % 24:02d}:00:00Z",
        "url": f"https://shop.example/{facts.locale}/{product_id.lower()}",
        "colour": facts.colour,
        "material": facts.material,
        "size": facts.size,
        "pattern": facts.pattern,
        "season": facts.season,
    }


def _leave_gaps(draft: Draft, modality: str, rng: np.random.Generator) -> None:
    """Empty some fields as a shop would. A product that carries a fault keeps what the fault needs."""
    for name, share in GAPS.items():
        if rng.random() < share and modality != "row":
            draft.row[name] = ""
    has_description, has_title = rng.random() < WITH_DESCRIPTION, rng.random() >= NO_TITLE
    if not (has_description or modality == "text"):
        draft.row["description"] = ""
    if not (has_title or modality):
        draft.row |= {"name": "", "description": "", "fault": "no_title"}


def _record(draft: Draft, rng: np.random.Generator) -> None:
    rate_hz = int(rng.choice(RATES_HZ, p=[0.4, 0.4, 0.2]))
    wave = speak(rate_hz, rng)
    if rng.random() < 0.5:
        snr_db = float(rng.integers(4, 20))
        wave = add_noise(wave, snr_db, rng)
        draft.row["audio_snr_db"] = f"{snr_db:.0f}"
    suffix = str(rng.choice(["wav", "flac", "ogg"], p=[0.6, 0.25, 0.15]))
    draft.put("audio", suffix, encode(wave, rate_hz, suffix, seed_of(draft.row["id"])))


def _listed_again(number: int, donor: Draft, rng: np.random.Generator) -> Draft:
    """The same thing under a second id: the very same picture, or a near copy (scaled and saved again)."""
    product_id = f"S{number + 1:05d}"
    is_exact = rng.random() < 0.5
    name = "same_picture" if is_exact else "near_copy"
    row = donor.row | {"id": product_id, "audio": "", "audio_snr_db": "", "fault": name}
    draft = Draft(row | {"url": donor.row["url"].replace(donor.row["id"].lower(), product_id.lower())}, donor.picture)
    source = donor.row["image"]
    if is_exact:
        draft.put("image", source.rsplit(".", 1)[1], donor.files[source])
    else:
        smaller = cv2.resize(donor.picture, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
        draft.put("image", "jpg", jpeg(smaller, 70))
    return draft


def _rows(drafts: list[Draft], seed: int) -> list[dict[str, str]]:
    """All rows in the file's order: as invented, with second rows of one id somewhere below the first."""
    rows = [draft.row for draft in drafts]
    rng = np.random.default_rng(seed_of("sample order", seed))
    for position, draft in enumerate(drafts):
        if draft.extra_row is not None:
            rows.insert(int(rng.integers(position + 1, len(drafts) + 1)), draft.extra_row)
    return rows


def _fault_rows(drafts: list[Draft]) -> list[dict[str, str]]:
    known = {fault.name: (fault.modality, str(fault.expected)) for fault in FAULTS} | {
        "no_title": ("text", str(RejectReason.TITLE_EMPTY)),
        "same_picture": ("image", KEPT),
        "near_copy": ("image", KEPT),
    }
    named = [(draft.row["id"], draft.row["fault"]) for draft in drafts if draft.row["fault"]]
    return [
        {"product_id": product_id, "fault": name, "modality": known[name][0], "expected": known[name][1]}
        for product_id, name in named
    ]


def _write_csv(path: Path, columns: Sequence[str], rows: list[dict[str, str]]) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(buffer.getvalue().encode())
