"""Small files of clean photos and clips, for tests of the encoders."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import soundfile as sf

from mmgen.training.data.media_rows import MediaRows

COLOURS = {"red": (40, 40, 200), "blue": (200, 40, 40), "green": (40, 160, 40)}  # BGR
SHAPES = ("disc", "bar")


def photo(number: int, is_on_colour: bool = False) -> bytes:
    """A disc or a bar of one of three colours, somewhere on white: JPEG, 64 x 64 px. Or white, on any colour: what it
    is then shows less than what it lies on."""
    rng = np.random.default_rng(number)
    backdrop = tuple(int(v) for v in rng.integers(0, 200, 3)) if is_on_colour else (245, 245, 245)
    picture = np.full((64, 64, 3), backdrop, np.uint8)
    x, y = (int(v) for v in rng.integers(22, 42, 2))
    colour = (255, 255, 255) if is_on_colour else COLOURS[list(COLOURS)[number % 3]]
    if number % 2:
        cv2.circle(picture, (x, y), 14, colour, -1)
    else:
        cv2.rectangle(picture, (x - 5, y - 20), (x + 5, y + 20), colour, -1)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def clip(number: int) -> bytes:
    """A tone that rises or falls, of its own pitch and length: FLAC, 16 kHz."""
    rng = np.random.default_rng(number)
    time_s = np.arange(int(16_000 * rng.uniform(0.6, 1.4))) / 16_000
    pitch_hz = rng.uniform(200, 2000) * np.exp(np.sin(2 * np.pi * (1 + number % 3) * time_s) * 0.5)
    wave = 0.3 * np.sin(2 * np.pi * np.cumsum(pitch_hz) / 16_000) + 0.005 * rng.normal(size=len(time_s))
    buffer = io.BytesIO()
    sf.write(buffer, wave, 16_000, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()


def write_media(path: Path, column: str, media: dict[str, bytes | None], row_group_size: int = 16) -> str:
    """A file of ``clean_images`` or ``clean_audio``, the columns that the encoders read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {"product_id": pa.array(list(media)), column: pa.array(list(media.values()), pa.binary())}
    pq.write_table(pa.table(columns), path, row_group_size=row_group_size)
    return str(path)


def photo_rows(
    folder: Path, count: int = 48, first: int = 0, with_labels: bool = True, is_on_colour: bool = False
) -> MediaRows:
    """Photos in two files; the second one also has a row that is not wanted, and one that is no picture."""
    media: dict[str, bytes | None] = {f"p{n:03d}": photo(n, is_on_colour) for n in range(first, first + count)}
    ids = list(media)
    half = count // 2
    strange: dict[str, bytes | None] = {"old": photo(1), "broken": b"no picture"}
    one = write_media(folder / "a.parquet", "model_image", {p: media[p] for p in ids[:half]})
    other = write_media(folder / "b.parquet", "model_image", strange | {p: media[p] for p in ids[half:]})
    values: dict[str, dict[str, str]] = {"broken": {}}
    for product_id in ids:
        number = int(product_id[1:])
        said = {"attribute:colour": list(COLOURS)[number % 3], "category:1": SHAPES[number % 2], "brand": product_id}
        values[product_id] = said if with_labels else {}
    files = {one: ids[:half], other: ["broken", *ids[half:]]}
    return MediaRows(files, values, dict.fromkeys([*ids, "broken"], "hash"))


def clip_rows(folder: Path, count: int = 20) -> MediaRows:
    """Clips in one file."""
    media: dict[str, bytes | None] = {f"p{n:03d}": clip(n) for n in range(count)}
    path = write_media(folder / "clips.parquet", "audio", media)
    return MediaRows({path: list(media)}, {p: {} for p in media}, dict.fromkeys(media, "hash"))
