"""What an image file says of itself in its first bytes, read without decoding a pixel.

The size is known before any memory is taken for it (a 109 KB PNG can ask for 5 GB), and a plain JPEG is recognised,
so that it can be kept byte for byte. Sources: ITU-T T.81 (JPEG), Exif 2.32, W3C PNG, the RIFF container of WebP.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from mmgen.clean.image.profile import is_srgb
from mmgen.clean.rows import RejectedError
from mmgen.rejects import RejectReason

_SOF = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_IN_SCAN = re.compile(rb"\xff+([\xc4\xcc\xd9-\xdd\xe0-\xef\xfe])")  # what may end or part scans; FF00 is data


@dataclass(frozen=True)
class JpegHeader:
    """The frame header of a JPEG, and the segments that carry colour and orientation."""

    width_px: int
    height_px: int
    num_components: int
    precision_bits: int
    process: int  # the SOF marker: 0xC0 baseline, 0xC1 extended, 0xC2 progressive; the rest is rare
    orientation: int  # Exif, 1 (upright) to 8
    icc: bytes  # the embedded profile, joined; empty where there is none
    adobe_transform: int | None  # APP14: 0 RGB or CMYK, 1 YCbCr, 2 YCCK
    scan_offset: int  # where the first scan's header begins
    end_offset: int  # one past the end-of-image marker
    metadata: tuple[tuple[int, int], ...]  # segments without a bearing on pixels: Exif, XMP, comments, thumbnails

    @property
    def is_plain(self) -> bool:
        """Eight-bit YCbCr, upright, sRGB: any decoder shows it alike, so its bytes can be kept."""
        return (
            self.process in (0xC0, 0xC1, 0xC2)
            and self.precision_bits == 8
            and self.num_components == 3
            and self.orientation == 1
            and self.adobe_transform in (None, 1)
            and is_srgb(self.icc)
        )


def is_cut_short(data: bytes, kind: str) -> bool:
    """Whether the container (not JPEG) states or implies more bytes than there are."""
    if kind == "png":
        return b"IEND" not in data[-64:] and b"IEND" not in data
    if kind == "webp":
        return len(data) < 8 + struct.unpack_from("<I", data, 4)[0]
    if kind == "bmp":
        return len(data) < struct.unpack_from("<I", data, 2)[0]
    return False


def read_jpeg_header(data: bytes) -> JpegHeader:
    """Walk the segments up to the first scan. Raises RejectedError where the file ends before its image does."""
    found = _Segments()
    offset = 2
    while True:
        marker, offset = _next_marker(data, offset)
        if marker in _STANDALONE:
            continue
        if offset + 2 > len(data):
            raise RejectedError(RejectReason.IMAGE_TRUNCATED)
        length = int.from_bytes(data[offset : offset + 2], "big")
        if length < 2:
            raise RejectedError(RejectReason.IMAGE_UNDECODABLE)
        if marker == 0xDA:
            break
        _note_segment(found, marker, data[offset + 2 : offset + length], (offset - 2, offset + length))
        offset += length
    if found.frame is None:
        raise RejectedError(RejectReason.IMAGE_UNDECODABLE)
    end = _end_of_image(found, data, offset)
    process, precision, height, width, components = found.frame
    icc = b"".join(found.icc_parts[key] for key in sorted(found.icc_parts))
    kept = (found.orientation, icc, found.adobe, offset, end, tuple(found.metadata))
    return JpegHeader(width, height, components, precision, process, *kept)


def _end_of_image(found: _Segments, data: bytes, offset: int) -> int:
    """One past the picture's end mark, from the header of its first scan, whose length stands at ``offset``.

    Goes from scan to scan: a progressive file has several, with tables (and comments) between them. What hangs behind
    the end mark (the film of a motion photo, a gain map, a depth map) is another picture, with an end mark of its own.
    """
    while True:
        offset += int.from_bytes(data[offset : offset + 2], "big")
        mark = _IN_SCAN.search(data, offset)
        if mark is None:
            raise RejectedError(RejectReason.IMAGE_TRUNCATED)
        marker, offset = mark[1][0], mark.end()
        if marker == 0xD9:
            return offset
        length = int.from_bytes(data[offset : offset + 2], "big")
        if length < 2:
            raise RejectedError(RejectReason.IMAGE_TRUNCATED)
        if marker >= 0xE0:
            found.metadata.append((offset - 2, offset + length))


@dataclass
class _Segments:
    """What the segments before the first scan say."""

    frame: tuple[int, int, int, int, int] | None = None
    orientation: int = 1
    adobe: int | None = None
    icc_parts: dict[int, bytes] = field(default_factory=dict)
    metadata: list[tuple[int, int]] = field(default_factory=list)


def _note_segment(found: _Segments, marker: int, body: bytes, place: tuple[int, int]) -> None:
    if marker in _SOF and len(body) >= 6:
        found.frame = (marker, body[0], *struct.unpack_from(">HH", body, 1), body[5])
    elif marker == 0xE1:
        if body.startswith(b"Exif\0\0"):
            found.orientation = _exif_orientation(body[6:])
        found.metadata.append(place)
    elif marker == 0xE2 and body.startswith(b"ICC_PROFILE\0") and len(body) > 14:
        found.icc_parts[body[12]] = body[14:]
    elif marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
        found.adobe = body[11]
    elif 0xE2 <= marker <= 0xEF or marker == 0xFE:
        found.metadata.append(place)


def without_metadata(data: bytes, header: JpegHeader) -> bytes:
    """The same JPEG without Exif (it may hold a GPS position), XMP, comments and whatever hangs behind its end."""
    if not header.metadata:
        return data if header.end_offset == len(data) else data[: header.end_offset]
    parts, offset = [], 0
    for start, end in header.metadata:
        parts.append(data[offset:start])
        offset = end
    return b"".join([*parts, data[offset : header.end_offset]])


def _next_marker(data: bytes, offset: int) -> tuple[int, int]:
    """The next marker and the offset behind it; fill bytes are skipped."""
    at = data.find(b"\xff", offset)
    while 0 <= at < len(data) - 1 and data[at + 1] in (0x00, 0xFF):
        at = data.find(b"\xff", at + 1)
    if at < 0 or at >= len(data) - 1 or data[at + 1] == 0xD9:
        raise RejectedError(RejectReason.IMAGE_TRUNCATED)
    return data[at + 1], at + 2


def _exif_orientation(tiff: bytes) -> int:
    """Tag 0x0112 of the first directory; 1 where it is missing or nonsense."""
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, first)
        for entry in range(min(count, 512)):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, first + 2 + 12 * entry)
            if tag == 0x0112 and kind == 3:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
