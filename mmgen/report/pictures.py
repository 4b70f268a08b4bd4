"""Small JPEGs for a page that has to stay small."""

from __future__ import annotations

import base64
import io

from PIL import Image, UnidentifiedImageError

from mmgen.report.findings import Picture

MAX_PAGE_BYTES = 4_000_000
PICTURE_BYTES = 2_600_000
"""What all pictures of a page may take; in a data URI they take a third more."""
ATTEMPTS = ((1.0, 82), (0.8, 78), (0.6, 72), (0.45, 62), (0.3, 50), (0.2, 40))
"""Scale and JPEG quality, tried in this order until a picture fits."""


def budget_per_picture(count: int) -> int:
    """Bytes that each of ``count`` pictures may take."""
    return min(60_000, PICTURE_BYTES // max(count, 1))


def picture_of(data: bytes | None, side_px: int, max_bytes: int) -> Picture | None:
    """A JPEG of at most ``side_px`` a side and ``max_bytes``, without metadata; None where there is nothing to show."""
    if not data:
        return None
    try:
        with Image.open(io.BytesIO(data)) as opened:
            opened.draft("RGB", (side_px, side_px))
            source = opened.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    for scale, quality in ATTEMPTS:
        small = source.copy()
        small.thumbnail((max(16, round(side_px * scale)),) * 2, Image.Resampling.LANCZOS)
        sink = io.BytesIO()
        small.save(sink, "JPEG", quality=quality, optimize=True, progressive=True)
        if sink.tell() <= max_bytes:
            break
    return Picture(sink.getvalue(), small.width, small.height) if sink.tell() <= max_bytes else None


def data_uri(picture: Picture) -> str:
    """The picture as an ``src`` that asks nobody for anything."""
    return f"data:image/jpeg;base64,{base64.b64encode(picture.data).decode('ascii')}"
