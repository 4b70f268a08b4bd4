"""What goes wrong in a real shop's export, planted on purpose, with what the pipeline is expected to make of it.

``KEPT`` means that the pipeline repairs the row or takes it as it is; anything else is a ``RejectReason``.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mmgen.rejects import RejectReason
from mmgen.sample.voice import encode

KEPT = "kept"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass
class Draft:
    """One product before it is written: its row, its files (relative path -> bytes) and its undamaged media."""

    row: dict[str, str]
    picture: NDArray[Any]  # RGB uint8 (height, width, 3)
    files: dict[str, bytes] = field(default_factory=dict)
    extra_row: dict[str, str] | None = None

    def put(self, column: str, suffix: str, data: bytes) -> None:
        """Replace the image or the audio file of this product."""
        self.files.pop(self.row[column], None)
        folder = "images" if column == "image" else "audio"
        self.row[column] = f"media/{folder}/{self.row['id']}.{suffix}"
        self.files[self.row[column]] = data


@dataclass(frozen=True)
class Fault:
    """``modality`` is image, audio, text or row: the product is drawn so that it has it."""

    name: str
    modality: str
    expected: str
    plant: Callable[[Draft], None]


def png(array: NDArray[Any]) -> bytes:
    """PNG bytes of an RGB, RGBA or grey array, uint8 or uint16; zlib level 1."""
    flipped = array[..., [2, 1, 0, *range(3, array.shape[-1])]] if array.ndim == 3 else array
    return cv2.imencode(".png", flipped, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def jpeg(array: NDArray[Any], quality: int) -> bytes:
    """JPEG bytes of an RGB uint8 array."""
    return cv2.imencode(".jpg", array[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def palette_png(array: NDArray[Any]) -> bytes:
    """An 8-bit palette PNG of 216 web colours: OpenCV cannot write one."""
    levels = (array.astype(np.uint16) * 5 + 127) // 255
    index = (levels[..., 0] * 36 + levels[..., 1] * 6 + levels[..., 2]).astype(np.uint8)
    table = bytes(v * 51 for i in range(216) for v in (i // 36, i // 6 % 6, i % 6))
    height, width = index.shape
    lines = b"".join(b"\0" + row.tobytes() for row in index)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    data = zlib.compress(lines, 6)
    chunks = ((b"IHDR", header), (b"PLTE", table), (b"IDAT", data), (b"IEND", b""))
    return PNG_SIGNATURE + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def huge_png() -> bytes:
    """A few hundred bytes that claim 30,000 x 30,000 pixels: 2.7 GB once decoded."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    start = zlib.compress(bytes(90_001))
    return PNG_SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", start) + _chunk(b"IEND", b"")


def cmyk_jpeg(array: NDArray[Any]) -> bytes:
    """A print file: four inks instead of three colours."""
    buffer = io.BytesIO()
    Image.fromarray(array).convert("CMYK").save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def turned_jpeg(array: NDArray[Any]) -> bytes:
    """Lying on its side, with the EXIF note that stands it up again."""
    lying = jpeg(np.ascontiguousarray(np.rot90(array)), 88)
    orientation = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    tiff = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + orientation + struct.pack("<I", 0)
    body = b"Exif\0\0" + tiff
    return lying[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + lying[2:]


def _truncate(draft: Draft) -> None:
    whole = jpeg(draft.picture, 90)
    draft.put("image", "jpg", whole[: len(whole) * 2 // 5])


def _alpha(draft: Draft) -> None:
    """The backdrop cut out: fully transparent where the picture is near its corner's colour."""
    away = np.abs(draft.picture.astype(np.int16) - draft.picture[0, 0].astype(np.int16)).max(axis=2)
    draft.put("image", "png", png(np.dstack([draft.picture, (away > 24) * np.uint8(255)])))


def _path(value: str) -> Callable[[Draft], None]:
    def plant(draft: Draft) -> None:
        draft.files.pop(draft.row["image"], None)
        draft.row["image"] = value.format(id=draft.row["id"])

    return plant


def _file(column: str, suffix: str, data: bytes) -> Callable[[Draft], None]:
    return lambda draft: draft.put(column, suffix, data)


def _picture(suffix: str, encoder: Callable[[NDArray[Any]], bytes]) -> Callable[[Draft], None]:
    return lambda draft: draft.put("image", suffix, encoder(draft.picture))


def _texts(en: tuple[str, str], zh: tuple[str, str] | None = None) -> Callable[[Draft], None]:
    """Set (title, description); ``{title}`` and ``{description}`` stand for what was there."""

    def plant(draft: Draft) -> None:
        title, description = zh if zh and draft.row["locale"] == "zh" else en
        old = dict(draft.row)
        draft.row["name"] = title.format(title=old["name"], description=old["description"])
        draft.row["description"] = description.format(title=old["name"], description=old["description"])

    return plant


def _mojibake(draft: Draft) -> None:
    """UTF-8 read as Latin-1 and saved again, which happens when an export is opened with the wrong setting."""
    note = " The maker’s own café – crème, brûlée and all." if draft.row["locale"] == "en" else ""
    draft.row["description"] = (draft.row["description"] + note).encode().decode("latin-1")


def _same_id(draft: Draft) -> None:
    price = draft.row["price"]
    draft.extra_row = draft.row | {"price": f"{float(price) * 0.9:.2f}", "updated": "2025-05-01T00:00:00Z"}


SILENT_WAV = encode(np.zeros(16_000), 16_000, "wav", 0)
SHORT_WAV = encode(np.sin(np.arange(80) * 0.3) * 0.3, 8000, "wav", 0)
BLANK = np.full((400, 400, 3), 255, np.uint8)
TINY = np.arange(6 * 6 * 3, dtype=np.uint8).reshape(6, 6, 3)
NOT_MEDIA = b"<html><body><h1>404 Not Found</h1></body></html>\n"
PII = (
    ("{title}", "{description} Questions? Write to anna.berg@example.com or call +46 70 123 45 67."),
    ("{title}", "{description}如有疑问请联系 service@example.cn 或致电 13812345678。"),
)
HTML = '<div class="d"><p>{description}</p><br/><ul><li>{title}</li></ul>&nbsp;&amp;<script>track("x")</script></div>'
R = RejectReason

FAULTS: tuple[Fault, ...] = (
    Fault("truncated_jpeg", "image", R.IMAGE_TRUNCATED, _truncate),
    Fault("text_named_jpg", "image", R.IMAGE_NOT_AN_IMAGE, _file("image", "jpg", NOT_MEDIA)),
    Fault("zero_byte_wav", "audio", R.MEDIA_EMPTY, _file("audio", "wav", b"")),
    Fault("missing_file", "image", R.MEDIA_MISSING, _path("media/images/{id}-lost.jpg")),
    Fault("path_outside", "image", R.MEDIA_OUTSIDE_ROOT, _path("../outside.jpg")),
    Fault("empty_title", "text", R.TITLE_EMPTY, _texts(("", ""))),
    Fault("emoji_only", "text", R.TEXT_NO_LETTERS, _texts(("🔥🔥😍", ""))),
    Fault("same_id_twice", "row", R.DUPLICATE_ID, _same_id),
    Fault("mojibake", "text", KEPT, _mojibake),
    Fault("html_description", "text", KEPT, _texts(("{title}", HTML))),
    Fault("pii_description", "text", KEPT, _texts(*PII)),
    Fault("silent_clip", "audio", R.AUDIO_SILENT, _file("audio", "wav", SILENT_WAV)),
    Fault("cmyk_jpeg", "image", KEPT, _picture("jpg", cmyk_jpeg)),
    Fault("png_16_bit", "image", KEPT, _picture("png", lambda image: png(image.astype(np.uint16) * 257))),
    Fault("png_palette", "image", KEPT, _picture("png", palette_png)),
    Fault("png_alpha", "image", KEPT, _alpha),
    Fault("turned_jpeg", "image", KEPT, _picture("jpg", turned_jpeg)),
    Fault("blank_picture", "image", R.IMAGE_BLANK, _file("image", "png", png(BLANK))),
    Fault("tiny_picture", "image", R.IMAGE_TOO_SMALL, _file("image", "png", png(TINY))),
    Fault("huge_png", "image", R.IMAGE_TOO_MANY_PIXELS, _file("image", "png", huge_png())),
    Fault("zero_byte_jpg", "image", R.MEDIA_EMPTY, _file("image", "jpg", b"")),
    Fault("text_named_wav", "audio", R.AUDIO_NOT_AUDIO, _file("audio", "wav", NOT_MEDIA)),
    Fault("short_clip", "audio", R.AUDIO_TOO_SHORT, _file("audio", "wav", SHORT_WAV)),
    Fault("lost_characters", "text", R.TEXT_UNREADABLE, _texts(("T��� ����� b�����", "�� ����l� ���� ��"))),
    Fault("control_characters", "text", KEPT, _texts(("\u200b{title}\x07", "\ufeff{description}\x01"))),
)
