"""Pictures of every format for the tests of images, made on the spot, and the way through ``clean_images``."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image, ImageCms

from mmgen.clean.image.decode import cv2
from mmgen.clean.image.rows import COLUMNS, clean_images
from mmgen.config.clean import ImageParams

PARAMS = ImageParams()


def scene(width: int = 320, height: int = 240) -> Image.Image:
    """A red disc on white with a dark stripe at the top: up, left and colour can be told."""
    y, x = np.mgrid[0:height, 0:width]
    picture = np.full((height, width, 3), 250, np.uint8)
    picture[(x - width * 0.4) ** 2 + (y - height * 0.5) ** 2 < (min(width, height) * 0.3) ** 2] = (200, 30, 40)
    picture[: height // 10, : width // 2] = 15
    return Image.fromarray(picture)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def batch(*data: bytes | None, reasons: list[str | None] | None = None) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(
        {
            "product_id": [str(i) for i in range(len(data))],
            "data": pa.array(data, pa.binary()),
            "reject_reason": pa.array(reasons or [None] * len(data), pa.string()),
        }
    )


def clean(data: bytes | None, params: ImageParams = PARAMS) -> dict[str, Any]:
    columns = clean_images(batch(data), params)
    assert set(columns) == set(COLUMNS)
    return {name: values[0] for name, values in columns.items()}


def pixels_of(jpeg: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(jpeg))
    assert image.format == "JPEG" and image.mode == "RGB"
    return np.asarray(image)


def photo() -> np.ndarray:
    """A textured subject with full range, (600, 600, 3)."""
    rng = np.random.default_rng(7)
    blocks = cv2.resize(rng.integers(20, 230, (24, 24, 3), np.uint8), (400, 400), interpolation=cv2.INTER_NEAREST)
    picture = np.full((600, 600, 3), 252, np.uint8)
    picture[100:500, 100:500] = blocks
    return picture


def sixteen_bit() -> bytes:
    grey = (np.asarray(scene().convert("L")).astype(np.uint16) * 257)[..., None].repeat(3, axis=2)
    return bytes(cv2.imencode(".png", grey)[1])


def display_p3() -> bytes:
    """Any profile that does not call itself sRGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


PRIMARIES = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))  # of sRGB under D50


def icc_profile(name: str, primaries: Sequence[Sequence[float]], curve: Sequence[float]) -> bytes:
    """An RGB profile (ICC v2) of three colorants (XYZ under D50) and one curve: its values at even steps, 0 to 1."""

    def fixed(*values: float) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    def xyz(*values: float) -> bytes:
        return b"XYZ " + bytes(4) + fixed(*values)

    steps = b"".join(struct.pack(">H", round(value * 65535)) for value in curve)
    described = name.encode() + b"\0"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(described)) + described + bytes(78),
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        **{colour + b"XYZ": xyz(*at) for colour, at in zip((b"r", b"g", b"b"), primaries, strict=True)},
        **{
            colour + b"TRC": b"curv" + bytes(4) + struct.pack(">I", len(curve)) + steps for colour in (b"r", b"g", b"b")
        },
    }
    table, body = struct.pack(">I", len(tags)), b""
    for key, tag in tags.items():
        table += key + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    head = bytes(4) + b"lcms" + struct.pack(">I", 0x02100000) + b"mntrRGB XYZ " + bytes(12) + b"acsp"
    head = head.ljust(68, b"\0") + fixed(0.9642, 1.0, 0.8249)
    return struct.pack(">I", 128 + len(table) + len(body)) + head.ljust(128, b"\0")[4:] + table + body


SWAPPED = icc_profile("camera", PRIMARIES[::-1], [x**2.2 for x in np.linspace(0, 1, 256)])
"""A camera's profile that says red is blue."""


GREY = np.asarray(scene().convert("L"))
READABLE = {
    "jpeg": saved(scene(), "JPEG", quality=95),
    "progressive jpeg": saved(scene(), "JPEG", progressive=True),
    "grey jpeg": saved(scene().convert("L"), "JPEG"),
    "cmyk jpeg": saved(scene().convert("CMYK"), "JPEG", quality=95),
    "jpeg, junk behind its end": saved(scene(), "JPEG") + b"trailing junk" * 20,
    "jpeg with a broken profile": saved(scene(), "JPEG", icc_profile=b"not a profile"),
    "jpeg with an unusable profile": saved(scene(), "JPEG", icc_profile=display_p3()),
    "png": saved(scene(), "PNG"),
    "16-bit grey png": saved(Image.fromarray(GREY.astype(np.uint16) * 257), "PNG"),
    "16-bit rgb png": sixteen_bit(),
    "palette png": saved(scene().quantize(16), "PNG"),
    "palette png with transparency": saved(scene().quantize(16), "PNG", transparency=0),
    "1-bit png": saved(scene().convert("1"), "PNG"),
    "grey and alpha png": saved(scene().convert("LA"), "PNG"),
    "gif": saved(scene(), "GIF"),
    "animated gif": saved(scene(), "GIF", save_all=True, append_images=[Image.new("RGB", (320, 240), "blue")]),
    "webp": saved(scene(), "WEBP"),
    "bmp": saved(scene(), "BMP"),
    "tiff": saved(scene(), "TIFF"),
    "float tiff": saved(Image.fromarray(GREY.astype(np.float32) / 255), "TIFF"),
    "16-bit tiff": saved(Image.fromarray(GREY.astype(np.uint16) * 257), "TIFF"),
    "cmyk tiff": saved(scene().convert("CMYK"), "TIFF"),
    "avif": saved(scene(), "AVIF"),
    "jpeg 2000": saved(scene(), "JPEG2000"),
}
