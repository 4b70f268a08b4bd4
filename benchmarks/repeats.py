"""A shop of any size, made of the real catalogue's: fresh products, not the same ones again.

Each product has a real one's record, under an id and a title of its own. Its photo is cropped, mirrored, lit and
compressed anew, and its clip is spoken and mixed anew, all by the product's number: no two products share a
content hash, so nothing is reused. Beyond the catalogue's own size each real product comes again, and many of its
variants are near-copies of each other.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from report import catalogue

import cv2
import numpy as np
import numpy.typing as npt
import soundfile as sf

SPOKEN = 0.15
"""Share of the products with a clip."""
WRITTEN = 0.5
"""Share of the products with a description of their own."""
LINES = (
    "Made for {usage} days in the {season} of {year}.",
    "<p>{articleType} in {baseColour} &amp; more, from our {subCategory} range</p>",
    "Wash at 30 degrees, dry in the shade, iron inside out.",
    "Questions? Write to shop{number}@example.com or call 555-01{two:02d}.",
    "The cut follows the body without being tight; the seams are double.",
    "A gift for {gender} who like {baseColour}.",
)
MAP = """\
name = "repeats"
locale = "en"
ignore = ["image_md5"]

[columns]
product_id = "id"
title = "productDisplayName"
description = "description"
category = ["masterCategory", "subCategory", "articleType"]
image = "image"
audio = "audio"
"""


def write_shop(folder: Path, num_products: int) -> Path:
    """Write ``products.csv``, ``map.toml`` and the media of ``num_products`` products; returns the file's path."""
    for name in ("images", "audio"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "map.toml").write_text(MAP, encoding="utf-8")
    rows = list(_rows(folder, range(num_products), salt=0))
    return _save(folder / "products.csv", rows)


def change_shop(products_csv: Path, every: int) -> Path:
    """The same shop on the next day: one product in ``every`` has another title, photo and, where it had one, clip."""
    folder = products_csv.parent
    with products_csv.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    numbers = range(every // 2, len(rows), every)
    for number, row in zip(numbers, _rows(folder, numbers, salt=1), strict=True):
        rows[number] = row
    return _save(folder / "products_2.csv", rows)


def _save(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _rows(folder: Path, numbers: range, salt: int) -> Iterator[dict[str, str]]:
    source = catalogue("fashion")
    with (source / "products.csv").open(encoding="utf-8", newline="") as stream:
        products = list(csv.DictReader(stream))
    digits, noises = _sounds()
    for number in numbers:
        row = products[number % len(products)]
        rng = np.random.default_rng([number, salt])
        name = f"{number:07d}"
        photo = _photo(cv2.imread(str(source / row["image"])), rng)
        (folder / "images" / f"{name}.jpg").write_bytes(photo)
        letters = "".join(chr(65 + n) for n in rng.integers(0, 26, 3))
        made = row | {
            "id": name,
            "image": f"images/{name}.jpg",
            "productDisplayName": f"{row['productDisplayName']} {letters}{rng.integers(1000, 9999)}",
            "description": _description(row, rng, number) if _share(number, 2) < WRITTEN else "",
            "audio": "",
        }
        if _share(number, 3) < SPOKEN:
            made["audio"] = f"audio/{name}.wav"
            sf.write(folder / made["audio"], _clip(digits, noises, rng), 8000)
        yield made


def _share(number: int, salt: int) -> float:
    return float(np.random.default_rng([number, 99, salt]).random())


def _photo(image: npt.NDArray[Any], rng: np.random.Generator) -> bytes:
    height, width = image.shape[:2]
    top, left = (int(rng.integers(0, 1 + size // 10)) for size in (height, width))
    bottom, right = (size - int(rng.integers(0, 1 + size // 10)) for size in (height, width))
    cut = image[top:bottom, left:right]
    cut = cut[:, ::-1] if rng.random() < 0.5 else cut
    light = rng.uniform(0.85, 1.15) * rng.uniform(0.95, 1.05, 3)
    lit = np.clip(cut * light, 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", lit, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(88, 96))])[1].tobytes()


def _description(row: dict[str, str], rng: np.random.Generator, number: int) -> str:
    lines = rng.choice(LINES, size=int(rng.integers(2, 5)), replace=False)
    return " ".join(str(line).format(**row, number=number, two=number % 100) for line in lines)


def _sounds() -> tuple[list[npt.NDArray[Any]], list[npt.NDArray[Any]]]:
    root = catalogue("audio")
    digits = [sf.read(file)[0] for file in sorted((root / "fsdd").glob("*.wav"))[::5]]
    noises = [sf.read(file)[0][::5] for file in sorted((root / "esc10").glob("*/*.ogg"))[::6]]
    return digits, [noise if noise.ndim == 1 else noise.mean(axis=1) for noise in noises]


def _clip(digits: list[Any], noises: list[Any], rng: np.random.Generator) -> npt.NDArray[Any]:
    spoken = np.concatenate([digits[n] for n in rng.integers(0, len(digits), 4)])
    noise = np.roll(noises[int(rng.integers(0, len(noises)))], int(rng.integers(0, 8000)))
    noise = np.resize(noise, len(spoken))
    gain = np.sqrt((spoken**2).mean() / max((noise**2).mean(), 1e-9)) * 10 ** (-rng.choice([5, 10, 15]) / 20)
    mixed = spoken + gain * noise
    return np.asarray(rng.uniform(0.3, 0.9) * mixed / max(np.abs(mixed).max(), 1e-9))
