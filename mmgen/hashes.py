"""Every way in which mmgen hashes. Hashes name what is stored for years, so none of these ever gives other values."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Protocol


class Hash(Protocol):
    """A hash of what comes piece by piece."""

    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


def sha256() -> Hash:
    """The SHA-256 of what is still to come."""
    return hashlib.sha256()


def sha256_of(data: bytes | str) -> str:
    """The SHA-256 of bytes, or of a text in UTF-8: 64 hex digits."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def sha256_of_file(path: Path) -> str:
    """The SHA-256 of a file, 64 hex digits; it is never in memory as a whole."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of_json(value: Any) -> str:
    """The SHA-256 of a value as JSON, 64 hex digits: the order of its keys counts for nothing."""
    return sha256_of(json.dumps(value, sort_keys=True, default=str))


def digest_of(*parts: object) -> str:
    """A content hash over text parts, 32 hex digits (128 bits: no collision expected below 10^18 rows)."""
    return sha256_of("\x1f".join(map(str, parts)))[:32]


def digest_of_bytes(*parts: bytes) -> str:
    """The same over bytes; where one part ends and the next begins counts."""
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()[:32]


def fingerprint(**parts: Any) -> str:
    """Hash of all that decides a model's weights: what a resumed training must share with the one it goes on from."""
    return sha256_of_json(parts)


def bucket_of(text: str, num_buckets: int) -> int:
    """A number from 0 to ``num_buckets`` - 1 that stands for a text (hashing trick, Weinberger et al. 2009)."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big") % num_buckets
