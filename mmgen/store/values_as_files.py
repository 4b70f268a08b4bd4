"""Names and bytes of exported files: safe on any file system, and what a person's programs open."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmgen.hashes import sha256_of_json

MAX_STEM_BYTES = 120
"""File systems end names at 255 bytes; the rest is for the hash, the ending, and the programs that append to names."""
MAX_WAV_BYTES = 1024**3
PIXELS = 64 * 64 * 3
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)  # devices of Windows
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_SIGNATURES = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
)


def safe_stem(key: Sequence[str]) -> str:
    """A file name without ending for a row's key, such as ``S00012`` or ``S00012.image``.

    Letters, digits and ``-_.`` of any script stay; everything else becomes ``_``. A name that had to be changed gets a
    hash of the key, so that two keys never become one name.
    """
    wanted = ".".join(key)
    plain = unicodedata.normalize("NFC", wanted)
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "-_." else "_" for c in plain).strip(".")
    kept = f"_{kept[1:]}" if kept.startswith("-") else kept  # programs would take it for an option
    if kept and kept == wanted and len(kept.encode()) <= MAX_STEM_BYTES and not _RESERVED.fullmatch(kept):
        return kept
    return with_hash(kept, key)


def with_hash(stem: str, key: Sequence[str]) -> str:
    """``stem``, shortened to MAX_STEM_BYTES, with ten digits of the key's hash."""
    short = stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore").strip(".")
    return f"{short or 'row'}-{sha256_of_json(list(key))[:10]}"


def as_file(value: bytes, column: str) -> tuple[str, bytes]:
    """The ending and the bytes of a media value's file.

    As stored, but for what few programs open: FLAC becomes WAV (the same samples), raw pixels become PNG. What is of no
    known kind is ``bin``: a shop's file must not become a page or a program by its name.
    """
    if column == "pixels" and len(value) == PIXELS:
        return "png", _png(value)
    kind = kind_of(value)
    if kind == "flac" and (wave := _wav(value)) is not None:
        return "wav", wave
    return kind, value


def kind_of(value: bytes) -> str:
    """The usual ending of a file with this beginning; ``bin`` where it is not known."""
    if value[:4] == b"RIFF":
        return {b"WAVE": "wav", b"WEBP": "webp"}.get(value[8:12], "bin")
    if value[4:8] == b"ftyp":
        return "m4a" if value[8:11] == b"M4A" else "avif" if value[8:12] == b"avif" else "mp4"
    if len(value) > 1 and value[0] == 0xFF and value[1] & 0xE6 == 0xE2:  # an MPEG layer 3 frame's first bits
        return "mp3"
    return next((ending for start, ending in _SIGNATURES if value.startswith(start)), "bin")


def _png(value: bytes) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.frombytes("RGB", (64, 64), value).save(out, "PNG")
    return out.getvalue()


def _wav(value: bytes) -> bytes | None:
    """The samples as WAV; None where they can't be decoded or would fill more than MAX_WAV_BYTES."""
    import soundfile

    out = io.BytesIO()
    try:
        with soundfile.SoundFile(io.BytesIO(value)) as clip:
            if clip.frames * clip.channels * 4 > MAX_WAV_BYTES:
                return None
            with soundfile.SoundFile(out, "w", clip.samplerate, clip.channels, clip.subtype, format="WAV") as file:
                for block in clip.blocks(blocksize=65_536, dtype="int32"):
                    file.write(block)
    except (soundfile.LibsndfileError, ValueError):  # damaged, or of a depth that WAV has not
        return None
    return out.getvalue()


def as_cell(value: Any) -> str:
    """A value as a CSV cell. Lists and maps are JSON, bytes are hexadecimal.

    A text that a spreadsheet would compute gets an apostrophe, which spreadsheets read as "this is text".
    """
    if value is None:
        return ""
    if isinstance(value, str):
        is_formula = value.lstrip().startswith(_FORMULA) or value.startswith(("\t", "\r", "\n"))
        return f"'{value}" if is_formula else value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def put(folder: Path, key: Sequence[str], ending: str, value: bytes) -> str:
    """Write a new file for a key into ``folder`` and return its name.

    Where the file system takes the name for another row's (``a1`` and ``A1``, on some), the key's hash tells them
    apart. Raises FileExistsError where the very same key comes twice.
    """
    stem = safe_stem(key)
    for name in (f"{stem}.{ending}", f"{with_hash(stem, key)}.{ending}"):
        try:
            with (folder / name).open("xb") as file:
                file.write(value)
        except FileExistsError:
            continue
        return name
    raise FileExistsError(f"{stem}.{ending}: the key {'/'.join(key)} stands twice in the dataset")
