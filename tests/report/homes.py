"""A small home of committed datasets, made without Spark: what the jobs would have left behind."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from mmgen.store.datasets import Dataset

DAY, NEXT = "2026-11-01", "2026-11-02"
KINDS = ("description", "ad_copy", "creative")
LINEAGE = {"input_hash": "i", "config_hash": "c", "content_hash": "h"}


def commit(home: Path, name: str, ds: str, rows: Iterable[Mapping[str, Any]], **metadata: Any) -> None:
    """Commit a partition; columns that a row leaves out are null. ``metadata`` overrides the counts of a full run."""
    dataset = Dataset(name, home)
    attempt = dataset.stage(ds)
    table = pa.Table.from_pylist([{**LINEAGE, **row} for row in rows], schema=dataset.contract.file_schema)
    pq.write_table(table, attempt / "part-0.parquet", row_group_size=7)
    reasons = [r for r in table.column("reject_reason").to_pylist() if r]
    counts = {"computed": table.num_rows, "reused": 0, "seconds": 1.5, "warnings": ""}
    counts |= {f"reject.{reason}": reasons.count(reason) for reason in set(reasons)} | metadata
    dataset.commit(ds, attempt, {key: str(value) for key, value in counts.items()})


def jpeg(colour: tuple[int, int, int], side_px: int = 64) -> bytes:
    """A picture of one colour with a darker half, so that it is not blank."""
    image = Image.new("RGB", (side_px, side_px), colour)
    image.paste((20, 30, 40), (0, 0, side_px // 2, side_px))
    sink = io.BytesIO()
    image.save(sink, "JPEG")
    return sink.getvalue()


def product(number: int, **changes: Any) -> dict[str, Any]:
    """One product as the datasets see it. Every third is Chinese, every fifth waits, every seventh is rejected."""
    is_chinese = number % 3 == 0
    status = "rejected" if number % 7 == 6 else "borderline" if number % 5 == 4 else "approved"
    colour, category = ("红色", ["服装", "上衣"]) if is_chinese else ("Red", ["Apparel", "Topwear"])
    title = f"红色棉质上衣 {number}" if is_chinese else f"Red Cotton Shirt {number}"
    facts = [
        {"slot": "colour", "name": "colour", "value": colour, "source": "colour"},
        {"slot": "material", "name": "material", "value": "棉" if is_chinese else "Cotton", "source": "title"},
        {"slot": "price", "name": "price", "value": "12", "source": "price"},
    ]
    description = f"这款红色上衣第 {number} 号。" if is_chinese else f"A red shirt, number {number}."
    return {
        "product_id": f"p{number:03d}", "locale": "zh" if is_chinese else "en", "title": title, "category": category,
        "description": description, "ad_copy": "红色上衣" if is_chinese else "A red shirt", "facts": json.dumps(facts),
        "writer": "model" if number % 2 else "composer", "score": 0.5, "status": status, "has_image": True,
        "alt_text": f"Creative {number}",
        "language": {1: "de", 2: "und"}.get(number, "zh" if is_chinese else "en"), **changes,
    }  # fmt: skip


def products(count: int) -> list[dict[str, Any]]:
    """Products 0 to ``count`` - 1."""
    return [product(number) for number in range(count)]


def checks_of(status: str) -> str:
    """The JSON that a content check leaves."""
    failed = {"rejected": ("faithful", "fail", "silk"), "borderline": ("length_aim", "warn", "99 characters")}
    lines = [{"name": "not_empty", "severity": "fail", "passed": True, "detail": ""}]
    if status in failed:
        name, severity, detail = failed[status]
        lines.append({"name": name, "severity": severity, "passed": False, "detail": detail})
    return json.dumps(lines)


def write_night(
    home: Path, ds: str, rows: list[dict[str, Any]], skip: Iterable[str] = (), action: str = "inserted", **metadata: Any
) -> None:
    """Commit what a night leaves behind; ``skip`` names datasets whose job has not run."""
    made = {
        "raw_products": [_pick(r, "product_id", "locale", "title", "category") | {"is_deleted": False} for r in rows],
        "raw_media": [{"product_id": r["product_id"], "modality": "image", "path": "x.jpg"} for r in rows],
        "clean_images": [_photo(r) for r in rows],
        "clean_texts": [_pick(r, "product_id", "title", "language") for r in rows],
        "clean_audio": [{"product_id": r["product_id"], "snr_before_db": 12.0, "is_denoised": True} for r in rows],
        "image_features": [_pick(r, "product_id") for r in rows],
        "text_features": [_pick(r, "product_id") for r in rows],
        "audio_features": [_pick(r, "product_id") for r in rows],
        "graph_features": [_pick(r, "product_id") | {"degree": 1} for r in rows],
        "examples": [_pick(r, "product_id", "locale", "title", "category", "has_image") for r in rows],
        "descriptions": [
            _pick(r, "product_id", "locale", "description", "ad_copy", "writer", "facts", "score") for r in rows
        ],
        "creatives": [_creative(r) for r in rows],
        "content_checks": [_checked(r, kind) for r in rows for kind in KINDS],
        "publications": [_published(r, kind, action) for r in rows for kind in KINDS],
    }
    for name, content in made.items():
        if name not in skip:
            commit(home, name, ds, content, **metadata)


def _pick(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _photo(row: Mapping[str, Any]) -> dict[str, Any]:
    if not row["has_image"]:
        return {"product_id": row["product_id"], "reject_reason": "image_truncated"}
    picture = row.get("photo") or jpeg((200, 40, 40))
    measures = {"blur_px": 1.5, "brightness": 0.4, "contrast": 0.5, "background_share": 0.6, "is_enhanced": True}
    return {"product_id": row["product_id"], "master": picture, "model_image": picture, **measures}


def _creative(row: Mapping[str, Any]) -> dict[str, Any]:
    image = row.get("creative") or jpeg((40, 120, 200), 128)
    words = {"headline": row["ad_copy"], "alt_text": row["alt_text"], "layout": "photo", "backdrop": "palette"}
    return {**_pick(row, "product_id", "locale"), "image": image, **words}


def _checked(row: Mapping[str, Any], kind: str) -> dict[str, Any]:
    status = row["status"] if kind == "description" else "approved"
    reason = "content_rejected" if status == "rejected" else None
    found = {"kind": kind, "status": status, "checks": checks_of(status), "reject_reason": reason}
    return {**_pick(row, "product_id", "locale"), **found}


def _published(row: Mapping[str, Any], kind: str, action: str) -> dict[str, Any]:
    status = row["status"] if kind == "description" else "approved"
    done, stands = {
        "approved": (action, "published"), "borderline": ("held", "pending_approval"), "rejected": ("rejected",) * 2,
    }[status]  # fmt: skip
    return {**_pick(row, "product_id", "locale"), "kind": kind, "action": done, "status": stands}
