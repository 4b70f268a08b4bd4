"""Near-duplicate photos: which of a catalogue's copies are found, and how many pairs are none. Also: does all decode?

Every photo of the catalogue goes through `clean_images`; its signatures go through the same Spark code as the
`duplicates` job. To the catalogue's own copies (equal bytes) are added copies made here: held-out photos scaled and
saved again, as another supplier would send them. A pair of photos with different origins is counted as unlike;
``--sheet FILE.png`` draws those pairs side by side for a person to judge.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path
from typing import Any

from report import Section, catalogue, options, publish

import cv2
import numpy as np
import pyarrow as pa

import photos
from mmgen.clean.image.rows import clean_images
from mmgen.config.clean import DuplicateParams, ImageParams
from mmgen.duplicates.groups import connected
from mmgen.duplicates.spark import fetched, image_links, near_pairs
from mmgen.engine.spark import session
from mmgen.pipeline import job_environment

IMAGES, DUPLICATES = ImageParams(), DuplicateParams()
SCHEMA = "product_id string, perceptual_hash string, thumbnail binary"
Signature = tuple[str, str, bytes]


def cleaned(named: list[tuple[str, bytes]]) -> tuple[list[Signature], Counter[str]]:
    """Signatures of the photos that decode, and how many were rejected for what."""
    found, reasons = [], Counter()
    for start in range(0, len(named), 64):
        part = named[start : start + 64]
        batch = pa.RecordBatch.from_pydict(
            {"data": [data for _, data in part], "reject_reason": pa.nulls(len(part), pa.string())}
        )
        made = clean_images(batch, IMAGES)
        rows = zip(part, made["perceptual_hash"], made["thumbnail"], made["reject_reason"], strict=True)
        for (name, _), hashed, cells, reason in rows:
            reasons[reason or "clean"] += 1
            if reason is None:
                found.append((name, hashed, cells))
    return found, reasons


def copy_of(data: bytes, rng: np.random.Generator) -> bytes:
    """Scaled by 0.45 to 1.6 and saved at quality 50 to 95."""
    scale, quality = rng.uniform(0.45, 1.6), int(rng.integers(50, 96))
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return photos.save(cv2.resize(photos.load(data), None, fx=scale, fy=scale, interpolation=kind), quality)


def draw(pairs: list[tuple[bytes, bytes]], path: Path) -> None:
    tiles = [np.hstack([cv2.resize(photos.load(data), (160, 160)) for data in pair]) for pair in pairs[:40]]
    tiles += [np.full((160, 320, 3), 255, np.uint8)] * (-len(tiles) % 4)
    cv2.imwrite(str(path), np.vstack([np.hstack(tiles[i : i + 4]) for i in range(0, len(tiles), 4)]))


def others(quick: bool) -> list[list[object]]:
    """Whether all other photos decode."""
    folder = catalogue("grocery")
    rows = []
    for name, below in (("grocery shelf photos", "photos"), ("grocery icons", "dataset")):
        paths = sorted(p for p in (folder / below).rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
        paths = paths[:: 20 if quick else 1]
        _, reasons = cleaned([(str(path), path.read_bytes()) for path in paths])
        rows.append([name, f"{reasons['clean']} of {len(paths)} decode"])
    return rows


def main() -> None:
    args = options(__doc__, ("--sheet", "draw the pairs of unlike origin into this PNG"))
    folder = catalogue("fashion")
    with (folder / "products.csv").open(newline="", encoding="utf-8") as file:
        products: list[dict[str, Any]] = list(csv.DictReader(file))
    products = products[:400] if args.quick else products
    origin = {row["id"]: row["image_md5"] for row in products}
    data = {row["id"]: (folder / row["image"]).read_bytes() for row in products}
    rng = np.random.default_rng(0)
    held_out = [i for i in sorted(data) if int(origin[i][0], 16) % 2 == 0]
    for product_id in held_out[:: max(1, len(held_out) // (40 if args.quick else 1000))]:
        data[f"{product_id}-copy"] = copy_of(data[product_id], rng)
        origin[f"{product_id}-copy"] = origin[product_id]
    signatures, reasons = cleaned(sorted(data.items()))
    os.environ.update(job_environment())
    spark = session("quality_duplicates", 10_000)
    frame = spark.createDataFrame(signatures, SCHEMA).persist()
    own = frame.where("product_id not like '%-copy'")
    groups = connected(fetched(image_links(own, DUPLICATES)))
    group_of = {row["id"]: groups.get(row["id"], row["id"]) for row in products}
    same = [ids for ids in _by_origin(products).values() if len(ids) > 1]
    found = sum(len(ids) - len({group_of[i] for i in ids}) for ids in same)
    pairs = [(r.product_id, r.other_id) for r in near_pairs(frame, DUPLICATES).collect()]
    unlike = sorted(pair for pair in pairs if origin[pair[0]] != origin[pair[1]])
    copies = [i for i in data if i.endswith("-copy")]
    matched = {i for pair in pairs if origin[pair[0]] == origin[pair[1]] for i in pair}
    own_unlike = [pair for pair in unlike if not any(i.endswith("-copy") for i in pair)]
    if args.sheet:
        draw([(data[a], data[b]) for a, b in unlike], Path(args.sheet))
    sizes = Counter(Counter(group_of.values()).values())
    rows = [
        ["fashion photos", f"{reasons['clean']} of {len(data)} decode, {len(copies)} copies made here among them"],
        *others(args.quick),
        ["photos that repeat another byte for byte", sum(len(ids) - 1 for ids in same)],
        ["... in one group with it", found],
        ["copies made here (scaled, saved again)", len(copies)],
        [
            "... found by their photo",
            f"{sum(i in matched for i in copies)} ({np.mean([i in matched for i in copies]):.1%})",
        ],
        ["pairs found, in catalogue and copies", len(pairs)],
        ["... of unlike origin", f"{len(unlike)}, {1000 * len(unlike) / max(1, len(pairs)):.1f} in 1,000"],
        ["pairs of unlike origin in the catalogue alone", "; ".join("/".join(pair) for pair in own_unlike) or "none"],
        [
            "groups in the catalogue by size",
            ", ".join(f"{n} of {size}" for size, n in sorted(sizes.items()) if size > 1),
        ],
    ]
    note = (
        "All photos of the catalogue, cleaned and grouped by the code of the `duplicates` job (hashes within "
        f"{DUPLICATES.max_hash_bits} bits, no thumbnail cell further apart than {DUPLICATES.max_luma} levels of luma "
        f"and {DUPLICATES.max_chroma} of colour). Pairs of unlike origin may still show one product, photographed "
        "twice: `--sheet FILE.png` draws them."
    )
    publish(args, Section("quality_duplicates", "Near-duplicate photos", note, ("what", "outcome"), rows))


def _by_origin(products: list[dict[str, Any]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for row in products:
        groups.setdefault(row["image_md5"], []).append(row["id"])
    return groups


if __name__ == "__main__":
    main()
