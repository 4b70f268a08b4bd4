"""Which photos are near-copies of each other.

Two signatures of a photo as it came: the 64-bit perceptual hash (``image_hash``), which finds, and an 8 x 8 thumbnail,
which decides. Within 4 bits of each other lie all copies that were scaled and saved again, and ten times as many
studio photos of different products; the thumbnails tell them apart by brightness and, more strictly, by colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from mmgen.clean.image.hash import THUMBNAIL_PX
from mmgen.config.clean import DuplicateParams
from mmgen.duplicates.buckets import Places, bucket_pairs
from mmgen.vectors import bit_counts

VERSION = 1
HASH_BITS = 64
_CHANNELS = 3


def band_masks(max_bits: int) -> list[int]:
    """Masks of the hash: photos that differ in ``max_bits`` bits or fewer agree under at least one of them.

    The hash is cut into max_bits + 2 bands. Bits that differ spoil ``max_bits`` of them at most, so two bands agree
    (pigeonhole principle; Norouzi et al., "Fast search in Hamming space", 2012), and each mask has two. Single bands,
    of which max_bits + 1 would do, are short: most photos that agree in one are not near, and their number grows with
    the square of the catalogue.
    """
    edges = np.linspace(0, HASH_BITS, max_bits + 3).round().astype(int).tolist()
    parts = [(1 << last) - (1 << first) for first, last in pairwise(edges)]
    return [one | other for one, other in combinations(parts, 2)]


def near_hashes(bits: npt.NDArray[np.uint64], max_bits: int) -> Iterator[tuple[Places, Places]]:
    """Places (one, other), ``one`` the smaller, of hashes that differ in ``max_bits`` bits or fewer: each pair once, a
    few at a time, because thousands of photos may share a hash and differ in colour alone."""
    masks = np.array(band_masks(max_bits), np.uint64)
    for number, mask in enumerate(masks):
        for one, other in bucket_pairs((bits & mask)[:, None]):
            differing = bits[one] ^ bits[other]
            is_met_before = ((differing[:, None] & masks[:number]) == 0).any(axis=1)
            is_new = (bit_counts(differing) <= max_bits) & ~is_met_before
            yield one[is_new], other[is_new]


def are_copies(one: list[bytes | None], other: list[bytes | None], params: DuplicateParams) -> npt.NDArray[np.bool_]:
    """Whether the thumbnails of each pair show the same picture: (N,) bool.

    No cell may differ by more than ``max_luma`` in brightness and ``max_chroma`` in colour: the same shoe in another
    colour differs in a few cells a little, which a mean over all of them would not see.
    """
    size = THUMBNAIL_PX * THUMBNAIL_PX * _CHANNELS
    known = np.array(
        [a is not None and b is not None and len(a) == len(b) == size for a, b in zip(one, other, strict=True)],
        np.bool_,
    )
    blank = bytes(size)
    first, second = (
        np.frombuffer(b"".join(v if ok and v else blank for v, ok in zip(side, known, strict=True)), np.uint8)
        for side in (one, other)
    )
    apart = np.abs(first.astype(np.int16) - second).reshape(len(known), THUMBNAIL_PX**2, _CHANNELS).max(axis=1)
    same: npt.NDArray[np.bool_] = (apart[:, 0] <= params.max_luma) & (apart[:, 1:].max(axis=1) <= params.max_chroma)
    return same & known
