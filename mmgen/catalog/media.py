"""Reading one media file of a shop: a path comes from a spreadsheet, so it may point anywhere."""

from __future__ import annotations

import errno
import mimetypes
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from mmgen.rejects import RejectReason

_URL = re.compile(r"^\s*([A-Za-z][A-Za-z0-9+.-]+:|//[^/])")  # a scheme has two letters or more: C: is a drive
_BETWEEN = re.compile(r"[,;|\n]")
_DRIVE = re.compile(r"^[A-Za-z]:")
_MISSING = {errno.ENOENT, errno.ENOTDIR}


def read_media(root: str, relative: str, max_bytes: int) -> tuple[bytes | None, RejectReason | None]:
    """Read ``relative`` below ``root``: (bytes, None), or (None, why not). Never raises.

    Backslashes count as separators (exports from Windows). A path is refused with ``media_outside_root`` where it
    is absolute, has a NUL, climbs out with ``..`` (percent-encoded once or more, too) or leaves through a symbolic
    link; a link that stays below ``root`` is followed. A URL is refused: nothing is fetched from the network.
    Only regular files are read, and at most ``max_bytes``.
    """
    try:
        found = _locate(root, relative)
        return (None, found) if isinstance(found, RejectReason) else _read_regular_file(found, max_bytes)
    except OSError as error:
        is_missing = error.errno in _MISSING
        return None, RejectReason.MEDIA_MISSING if is_missing else RejectReason.MEDIA_UNREADABLE
    except (ValueError, TypeError, AttributeError):  # a character no file name can have; a value that is no text
        return None, RejectReason.MEDIA_UNREADABLE


def stat_media(root: str, relative: str) -> str:
    """What tells a changed file without reading it: size and modification time; empty where it cannot be read."""
    try:
        found = _locate(root, relative)
        if isinstance(found, RejectReason):
            return ""
        status = Path(found).stat()
    except (OSError, ValueError, TypeError, AttributeError):
        return ""
    return f"{status.st_size}:{status.st_mtime_ns}"


def pictures_of(cell: str) -> list[str]:
    """The pictures that a cell names, in its order: several where every part is a picture's name, else the whole."""
    parts = _parts(cell)
    return parts if parts and all(map(_is_picture, parts)) else [cell.strip()]


def _parts(cell: str) -> list[str]:
    """The names in a cell: between commas, semicolons, strokes or line breaks, or in brackets as a list of texts."""
    stripped = cell.strip()
    is_list = stripped[:1] == "[" and stripped[-1:] == "]"
    split = _BETWEEN.split(stripped[1:-1] if is_list else stripped)
    return [name for part in split if (name := part.strip().strip("\"'") if is_list else part.strip())]


def _is_picture(name: str) -> bool:
    return (mimetypes.guess_type(name.partition("?")[0])[0] or "").startswith("image/")


def _locate(root: str, relative: str) -> str | RejectReason:
    """The real path of a file below ``root``, or why there is none. Raises what the file system does."""
    reason = _path_reason(relative)
    if reason is not None and not (reason is RejectReason.MEDIA_OUTSIDE_ROOT and _is_below(relative)):
        return reason
    real_root = os.path.realpath(root)
    for name in _names(relative.strip().replace("\\", "/")):
        found = _find(real_root, name) if _path_reason(name) is None else None
        if found is not None:
            return found if os.path.commonpath([real_root, found]) == real_root else RejectReason.MEDIA_OUTSIDE_ROOT
    return reason or RejectReason.MEDIA_MISSING


def _names(slashed: str) -> Iterator[str]:
    """What a cell may mean, likeliest first: the path as it stands, below the root, without a version mark,
    decoded; then the first of several that are set apart."""
    for part in dict.fromkeys((slashed, *_parts(slashed))):
        plain = part.lstrip("/")
        yield plain
        yield plain.partition("?")[0]
        yield unquote(plain.partition("?")[0])


def _path_reason(relative: str) -> RejectReason | None:
    """What is wrong with the path as text, before the file system is asked."""
    if not relative or not relative.strip():
        return RejectReason.MEDIA_MISSING
    if _URL.match(relative):
        return RejectReason.MEDIA_URL_REFUSED
    text = relative.strip()
    for _ in range(4):  # as written, and decoded up to three times: %252e%252e is ".." after two
        slashed = text.replace("\\", "/")
        if "\x00" in slashed or slashed.startswith("/") or _DRIVE.match(slashed) or _climbs(slashed):
            return RejectReason.MEDIA_OUTSIDE_ROOT
        decoded = unquote(text)
        if decoded == text:
            return None
        text = decoded
    return RejectReason.MEDIA_OUTSIDE_ROOT  # still encoded after three times: nobody writes a file name so


def _is_below(relative: str) -> bool:
    """Whether a path is refused for its first slash alone, which a shop's own root may be."""
    plain = relative.strip().replace("\\", "/")
    return plain.startswith("/") and not plain.startswith("//") and _path_reason(plain.lstrip("/")) is None


def _climbs(slashed: str) -> bool:
    """Whether ``..`` leads above the start, at any point on the way."""
    depth = 0
    for part in slashed.split("/"):
        if part == "..":
            depth -= 1
        elif part not in ("", "."):
            depth += 1
        if depth < 0:
            return True
    return False


def _find(real_root: str, slashed: str) -> str | None:
    """The real path of the file, with links resolved; macOS writes decomposed names, other systems composed ones."""
    names = [slashed, unicodedata.normalize("NFC", slashed), unicodedata.normalize("NFD", slashed)]
    for name in dict.fromkeys(names):
        candidate = Path(real_root, name)
        if os.path.lexists(candidate):
            return os.path.realpath(candidate)
    return _find_any_case(Path(real_root, slashed))


def _find_any_case(path: Path) -> str | None:
    """The one file of the same folder whose name differs in case alone."""
    try:
        same = [one for one in path.parent.iterdir() if one.name.casefold() == path.name.casefold()]
    except OSError:
        return None
    return os.path.realpath(same[0]) if len(same) == 1 else None


def _read_regular_file(path: str, max_bytes: int) -> tuple[bytes | None, RejectReason | None]:
    # NOFOLLOW: a link put in place since the path was resolved; NONBLOCK: a named pipe must not hang the run
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None, RejectReason.MEDIA_UNREADABLE
        if status.st_size > max_bytes:
            return None, RejectReason.MEDIA_TOO_LARGE
        data = file.read(max_bytes + 1)
    if not data:
        return None, RejectReason.MEDIA_EMPTY
    if len(data) > max_bytes:
        return None, RejectReason.MEDIA_TOO_LARGE
    return data, None
