"""Quality figures of what a date wrote: sums over scalar columns, and scores of a seeded sample of texts and photos."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mmgen.clean.image.decode import decode_image
from mmgen.clean.image.frame import fit
from mmgen.clean.image.quality import SHOWN_SIDE_PX, measure
from mmgen.clean.text.language import UNKNOWN, base_of
from mmgen.config.clean import ImageParams
from mmgen.facts.stated import coverage
from mmgen.metrics.text import distinct_n, self_bleu
from mmgen.report.counts import BATCH_ROWS
from mmgen.report.findings import Figure
from mmgen.report.lookup import by_product, newest_rows
from mmgen.report.samples import facts_from
from mmgen.report.sampling import place_of
from mmgen.store.datasets import Dataset

MAX_TEXTS = 500
"""Texts a language that are scored: distinct-n falls with their number, so equal samples are compared."""
MAX_PHOTOS = 32
MIN_TEXTS = 2


def quality(home: Path, ds: str, previous_ds: str | None, image: ImageParams, seed: int) -> list[Figure]:
    """The figures of a date's partitions beside those of the previous date's."""
    now = _figures(home, ds, seed)
    earlier = {f.name: f.value for f in _figures(home, previous_ds, seed)} if previous_ds else {}
    compared = [replace(figure, before=earlier.get(figure.name)) for figure in now]
    return compared + enhanced_photos(home, ds, image, seed)


def _figures(home: Path, ds: str, seed: int) -> list[Figure]:
    return (
        _texts(Dataset("descriptions", home), ds, seed)
        + _languages(home, ds)
        + _photos(Dataset("clean_images", home), ds)
        + _clips(Dataset("clean_audio", home), ds)
    )


def means(dataset: Dataset, ds: str, columns: list[str]) -> dict[str, tuple[float, int]]:
    """Column -> (mean, number of values) over a partition's values; a boolean's mean is its share of true."""
    sums = dict.fromkeys(columns, 0.0)
    counts = dict.fromkeys(columns, 0)
    for batch in dataset.batches(dataset.files(ds=[ds]), columns, BATCH_ROWS):
        for name in columns:
            values = pc.cast(batch.column(name), pa.float64())
            finite = values.filter(pc.fill_null(pc.is_finite(values), False))
            sums[name] += pc.sum(finite).as_py() or 0.0
            counts[name] += len(finite)
    return {name: (sums[name] / counts[name], counts[name]) for name in columns if counts[name]}


def _texts(dataset: Dataset, ds: str, seed: int) -> list[Figure]:
    found = means(dataset, ds, ["score", "num_candidates"])
    figures: list[Figure] = []
    if "score" in found:
        meaning = "mean of fact coverage, likelihood and closeness to the length aimed at, 0 to 1"
        figures.append(Figure("text_score", "Score of the texts", *found["score"], "", "up", meaning))
    for locale, rows in sample_texts(dataset, ds, seed).items():
        figures += _scores(locale, rows)
    return figures


def _languages(home: Path, ds: str) -> list[Figure]:
    """Of the date's cleaned texts whose language can be told, the share that is in the language of their locale."""
    clean = Dataset("clean_texts", home)
    told: dict[str, str] = {}
    for batch in clean.batches(clean.files(ds=[ds]), ["product_id", "language"], BATCH_ROWS):
        told |= dict(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    told = {product_id: language for product_id, language in told.items() if language not in (None, UNKNOWN)}
    products = Dataset("raw_products", home).newest(["locale"], until=ds, only=told)
    same = [told[row["product_id"]] == base_of(row["locale"]) for row in products.to_pylist() if row["locale"]]
    if not same:
        return []
    meaning = "shop's texts in the language of their locale: the others are described in the locale's"
    share = sum(same) / len(same)
    return [Figure("text_language", "Texts in their locale's language", share, len(same), "share", "up", meaning)]


def sample_texts(dataset: Dataset, ds: str, seed: int) -> dict[str, list[tuple[str, str]]]:
    """Locale -> up to MAX_TEXTS (description, facts): those with the smallest seeded hash."""
    heaps: dict[str, list[tuple[int, str, str, str]]] = {}
    columns = ["product_id", "locale", "description", "facts"]
    for batch in dataset.batches(dataset.files(ds=[ds]), columns, 4096):
        for row in batch.to_pylist():
            if not row["description"]:
                continue
            heap = heaps.setdefault(row["locale"] or "und", [])
            entry = (-place_of(row["product_id"], seed), row["product_id"], row["description"], row["facts"] or "[]")
            (heapq.heappush if len(heap) < MAX_TEXTS else heapq.heappushpop)(heap, entry)
    return {name: [(e[2], e[3]) for e in sorted(heap, reverse=True)] for name, heap in sorted(heaps.items())}


def _scores(locale: str, rows: list[tuple[str, str]]) -> list[Figure]:
    texts = [text for text, _ in rows]
    shares = [coverage(text, facts_from(facts)) for text, facts in rows]

    def figure(name: str, label: str, value: float, is_better: str, meaning: str, unit: str = "") -> Figure:
        return Figure(f"{name}.{locale}", f"{label} ({locale})", value, len(texts), unit, is_better, meaning)

    stated = "share of the known facts that the description states"
    figures = [figure("fact_coverage", "Facts covered", sum(shares) / len(shares), "up", stated, "share")]
    if len(texts) < MIN_TEXTS:
        return figures
    varied = "different word pairs over all word pairs: more is more varied"
    figures.append(figure("distinct_2", "Distinct-2", distinct_n(texts, 2), "up", varied))
    try:
        alike = "likeness of the texts to one another, 0 to 100: less is more varied"
        figures.append(figure("self_bleu", "Self-BLEU", self_bleu(texts), "down", alike))
    except ModuleNotFoundError:  # sacrebleu measures; a machine that only runs the nights may go without
        pass
    return figures


def _photos(dataset: Dataset, ds: str) -> list[Figure]:
    found = means(dataset, ds, ["blur_px", "brightness", "contrast", "background_share", "is_enhanced"])
    labels = {
        "blur_px": ("Blur as received", "px", "of the sharpest edges, as shown at 448 px; none is 0 to 0.6"),
        "brightness": ("Brightness as received", "", "mean luma, 0 black to 1 white"),
        "contrast": ("Contrast as received", "", "luma range from the 1st to the 99th percentile"),
        "background_share": ("Plain ground", "share", "share of pixels of the border's colour"),
        "is_enhanced": ("Photos enhanced", "share", "photos that were dark, washed out or blurred"),
    }
    return [
        Figure(f"image_{name}", label, *found[name], unit, "", meaning)
        for name, (label, unit, meaning) in labels.items()
        if name in found
    ]


def _clips(dataset: Dataset, ds: str) -> list[Figure]:
    found = means(dataset, ds, ["snr_before_db", "is_denoised", "is_clipped", "loudness_lufs", "duration_s"])
    labels = {
        "snr_before_db": ("Clip SNR as received", "dB", "", "estimated ratio of signal to noise"),
        "is_denoised": ("Clips denoised", "share", "", "clips whose noise was reduced"),
        "is_clipped": ("Clips clipped", "share", "down", "clips recorded too loud"),
        "loudness_lufs": ("Loudness after cleaning", "LUFS", "", "integrated loudness"),
        "duration_s": ("Clip length", "s", "", "mean duration"),
    }
    return [
        Figure(f"audio_{name}", label, *found[name], unit, is_better, meaning)
        for name, (label, unit, is_better, meaning) in labels.items()
        if name in found
    ]


def enhanced_photos(home: Path, ds: str, params: ImageParams, seed: int) -> list[Figure]:
    """Before and after of up to MAX_PHOTOS enhanced photos: ``before`` is the photo as received, not another date."""
    dataset = Dataset("clean_images", home)
    heap: list[tuple[int, str]] = []
    for batch in dataset.batches(dataset.files(ds=[ds]), ["product_id", "is_enhanced"], BATCH_ROWS):
        is_enhanced = pc.fill_null(batch.column("is_enhanced"), False)
        for product_id in batch.column("product_id").filter(is_enhanced).to_pylist():
            entry = (-place_of(product_id, seed), product_id)
            (heapq.heappush if len(heap) < MAX_PHOTOS else heapq.heappushpop)(heap, entry)
    columns = ["master", "blur_px", "brightness", "contrast"]
    rows = list(by_product(newest_rows(dataset, [e[1] for e in heap], columns, until=ds)).values())
    rows = [row for row in rows if row["master"]]
    return _before_and_after(rows, params) if rows else []


def _before_and_after(rows: list[dict[str, Any]], params: ImageParams) -> list[Figure]:
    # Measured at the size that the photos were measured at as they came, or the two could not be compared
    after = [_measured(row["master"], params) for row in rows]
    labels = {
        "blur_px": ("Blur", "px", "down"), "brightness": ("Brightness", "", "up"), "contrast": ("Contrast", "", "up")
    }  # fmt: skip
    meaning = "the enhanced photos of the date: received, then cleaned"
    return [
        Figure(
            f"enhanced_{name}", f"{label} of enhanced photos", _mean(v[i] for v in after), len(rows), unit, is_better,
            meaning, _mean(row[name] for row in rows),
        )
        for i, (name, (label, unit, is_better)) in enumerate(labels.items())
    ]  # fmt: skip


def _measured(master: bytes, params: ImageParams) -> tuple[float, float, float]:
    pixels = decode_image(master, params, max(SHOWN_SIDE_PX, params.model_side_px)).pixels
    found = measure(pixels, fit(pixels, params.model_side_px))
    return found.blur_px, found.brightness, found.contrast


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
