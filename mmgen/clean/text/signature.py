"""MinHash signatures of word pairs: what a text is compared with others by.

A unit is a word, or in scripts without spaces a pair of neighbouring characters; a shingle is two neighbouring units.
So one rule serves English, Chinese and titles that mix them. The similarity of two texts is the Jaccard index of their
sets of shingles; the share of equal numbers in two signatures estimates it with a standard deviation of at most
0.5 / sqrt(num_hashes) (Broder 1997).

Everything is arithmetic on the batch's code points at once; only the minima are taken text by text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from mmgen.clean.text.tokens import matching_form
from mmgen.config.clean import NearCopyParams

VERSION = 1

Signatures = npt.NDArray[np.uint32]

_CHARS_AT_ONCE = 100_000  # fits the processor's cache
_SEPARATOR, _WORD, _SINGLE = 0, 1, 2
# Scripts that are written without spaces: kana, Han and their extensions, Thai to Khmer
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3040, 0x30FF), (0x31F0, 0x31FF),
             (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))  # fmt: skip
_OFFSETS = 64  # a longer word's characters are weighed round again

# Odd constants with well-mixed bits: fractions of the golden ratio and of square roots
GOLDEN, ROOT_2, _ROOT_3 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0x6A09E667F3BCC909), np.uint64(0xBB67AE8584CAA73B)


def signatures(texts: Sequence[str | None], params: NearCopyParams) -> tuple[Signatures, npt.NDArray[np.bool_]]:
    """The signature of each text, [len(texts), num_hashes], and which texts have one.

    A text with fewer than ``params.min_units`` units (None included) has none; its row is zero. The same text gives the
    same signature in any batch, on any machine.
    """
    out = np.zeros((len(texts), params.num_hashes), np.uint32)
    has = np.zeros(len(texts), np.bool_)
    first = 0
    while first < len(texts):
        last, chars = first, 0
        while last < len(texts) and (last == first or chars < _CHARS_AT_ONCE):
            chars += len(texts[last] or "")
            last += 1
        out[first:last], has[first:last] = _chunk([text or "" for text in texts[first:last]], params)
        first = last
    return out, has


def text_signatures(
    titles: Sequence[str | None], descriptions: Sequence[str | None], params: NearCopyParams
) -> list[bytes | None]:
    """The signature of each product's title and description, which count as one text: ``num_hashes`` little-endian
    32-bit numbers as bytes, None for texts that are too short to compare. Never raises for a row."""
    pairs = zip(titles, descriptions, strict=True)
    signature, has = signatures([f"{title or ''}\n{description or ''}" for title, description in pairs], params)
    return [row.astype("<u4").tobytes() if ok else None for row, ok in zip(signature, has, strict=True)]


def signature_matrix(made: Sequence[bytes], params: NearCopyParams) -> Signatures:
    """What ``text_signatures`` made, [len(made), num_hashes]."""
    return np.frombuffer(b"".join(made), "<u4").reshape(len(made), params.num_hashes).astype(np.uint32)


def signature_recipe(params: NearCopyParams) -> str:
    """What a signature rests on but its text: rows of another recipe do not compare."""
    return f"minhash {VERSION}: {params.num_hashes} {params.min_units} {params.seed}"


def _chunk(texts: list[str], params: NearCopyParams) -> tuple[Signatures, npt.NDArray[np.bool_]]:
    shingles, starts, num_units = _shingles([matching_form(text) for text in texts])
    factors, offsets = _functions(params.num_hashes, params.seed)
    out = np.zeros((len(texts), params.num_hashes), np.uint32)
    has = num_units >= params.min_units
    for row in np.flatnonzero(has):
        values = shingles[starts[row] : starts[row + 1], None] * factors
        values += offsets
        values.min(axis=0, out=out[row])
    return out, has


@cache
def _functions(num: int, seed: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Linear permutations of 32 bits, x -> a x + b with odd a; the shingles they order are mixed already."""
    rng = np.random.Generator(np.random.PCG64(seed))
    factors = rng.integers(0, 2**32, num, dtype=np.uint32) | np.uint32(1)
    return factors, rng.integers(0, 2**32, num, dtype=np.uint32)


def _shingles(texts: list[str]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Hashes of all shingles in order, where each text's begin (and the end), and how many units each text has."""
    codes = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = np.cumsum([len(text) + 1 for text in texts])  # of each text, its separator included
    kinds = _kinds()[codes]
    inside = kinds != _SEPARATOR
    is_start = kinds == _SINGLE
    is_start[0] |= inside[0]
    is_start[1:] |= (kinds[1:] == _WORD) & (kinds[:-1] != _WORD)
    starts = np.flatnonzero(is_start)
    if not len(starts):
        return np.empty(0, np.uint32), np.zeros(len(texts) + 1, np.int64), np.zeros(len(texts), np.int64)
    since = np.arange(len(codes)) - starts[np.maximum(np.cumsum(is_start) - 1, 0)]
    weighed = mixed(codes.astype(np.uint64) * GOLDEN) * _weights()[since % _OFFSETS] * inside
    units = mixed(np.add.reduceat(weighed, starts))

    # Neighbouring single characters become pairs, whatever punctuation lies between, for writers differ in it; the
    # last of a run is in the pair before it
    single = kinds[starts] == _SINGLE
    text_of = np.searchsorted(ends, starts, "right")
    beside = np.zeros(len(starts), np.bool_)
    beside[:-1] = single[:-1] & single[1:] & (text_of[:-1] == text_of[1:])
    units[:-1] = np.where(beside[:-1], mixed(units[:-1] * ROOT_2 + units[1:]), units[:-1])
    kept = np.ones(len(starts), np.bool_)
    kept[1:] = ~beside[:-1] | beside[1:]
    units, starts = units[kept], starts[kept]

    bounds = np.concatenate([[0], np.searchsorted(starts, ends)])
    num_units = np.diff(bounds)
    shingles = units.copy()  # a text of one unit is its own shingle
    shingles[:-1] = mixed(units[:-1] * _ROOT_3 + units[1:])
    has_next = np.ones(len(units), np.bool_)
    has_next[bounds[1:][num_units > 1] - 1] = False  # the last unit of a text begins no shingle
    lone = bounds[:-1][num_units == 1]
    shingles[lone] = units[lone]
    num_shingles = np.maximum(num_units - 1, np.minimum(num_units, 1))
    hashes = (shingles[has_next] >> np.uint64(32)).astype(np.uint32)
    return hashes, np.concatenate([[0], np.cumsum(num_shingles)]), num_units


def mixed(values: Any) -> Any:
    """Every bit of a 64-bit number spread over all of it (the finalizer of SplitMix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@cache
def _weights() -> npt.NDArray[np.uint64]:
    return mixed(np.arange(1, _OFFSETS + 1, dtype=np.uint64) * ROOT_2) | np.uint64(1)


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """For each code point: separator, part of a word, or a character that stands for itself."""
    text = np.arange(0x110000, dtype=np.uint32).view("<U1")
    kinds = np.where(np.char.isalnum(text), _WORD, _SEPARATOR).astype(np.uint8)
    kinds[0x0300:0x0370] = kinds[0x0900:0x0E00] = _WORD  # marks belong to their word; so do vowel signs of India
    for low, high in _UNSPACED:
        kinds[low : high + 1][kinds[low : high + 1] == _WORD] = _SINGLE
    return kinds
