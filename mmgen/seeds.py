"""Every random choice takes its seed from a product id and the run's seed, so a rerun gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def seed_of(*parts: object) -> int:
    """A 63-bit seed from any parts (product id, run seed, purpose): the same parts give the same seed everywhere."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def digest_of(*parts: object) -> str:
    """A content hash over text parts, 32 hex digits (128 bits: no collision expected below 10^18 rows)."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:32]


def digest_of_bytes(*parts: bytes) -> str:
    """The same over bytes."""
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()[:32]


def fingerprint(**parts: Any) -> str:
    """Hash of all that decides a model's weights: what a resumed training must share with the one it goes on from."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
