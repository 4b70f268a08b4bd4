"""Every random choice takes its seed from a product id and the run's seed, so a rerun gives the same bytes."""

from __future__ import annotations

from mmgen.hashes import digest_of


def seed_of(*parts: object) -> int:
    """A 63-bit seed from any parts (product id, run seed, purpose): the same parts give the same seed everywhere."""
    return int(digest_of(*parts)[:16], 16) >> 1
