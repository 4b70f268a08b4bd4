"""Near-copies found in one process: the links that ``mmgen.duplicates.spark`` finds in Spark.

Where one machine holds all signatures, this takes a fraction of what planning the joins does.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mmgen.clean.text.signature import signature_matrix
from mmgen.config.clean import DuplicateParams, NearCopyParams
from mmgen.duplicates.groups import connected
from mmgen.duplicates.minhash import near_copies
from mmgen.duplicates.photos import are_copies, near_hashes

Link = tuple[str, Hashable]
_PAIRS_AT_ONCE = 50_000


def groups_of(ids: Sequence[str], photos: pa.Table, texts: pa.Table, params: DuplicateParams) -> pa.Table:
    """``product_id`` and the columns of ``groups.COLUMNS``: of each of ``ids`` the smallest product among
    its copies. Photos and texts of other products count for nothing."""
    present = pa.array(ids, pa.string())
    by_image = image_links(_sorted_rows(photos, present), params)
    by_text = text_links(_sorted_rows(texts, present), params.texts, params.max_shared)
    links = {"image_group_id": by_image, "text_group_id": by_text, "group_id": [*by_image, *by_text]}
    found = {name: connected(listed) for name, listed in links.items()}
    columns = {"product_id": ids, **{name: [group.get(i, i) for i in ids] for name, group in found.items()}}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _sorted_rows(rows: pa.Table, present: pa.Array) -> pa.Table:
    return rows.filter(pc.is_in(rows.column("product_id"), value_set=present)).sort_by("product_id")


def image_links(photos: pa.Table, params: DuplicateParams) -> list[Link]:
    """Links between products that show the same photo. ``photos``, sorted: product_id, perceptual_hash, thumbnail."""
    columns = [photos.column(name).to_pylist() for name in ("product_id", "perceptual_hash", "thumbnail")]
    signed = [row for row in zip(*columns, strict=True) if row[1] is not None and row[2] is not None]
    ids, hashes, thumbnails = ([row[n] for row in signed] for n in range(3))
    links, firsts = links_of_equal(ids, list(zip(hashes, thumbnails, strict=True)), params.max_shared)
    bits = np.array([int(hashes[place], 16) for place in firsts], np.uint64)
    for ones, others in near_hashes(bits, params.max_hash_bits):
        for start in range(0, len(ones), _PAIRS_AT_ONCE):
            one, other = (side[start : start + _PAIRS_AT_ONCE].tolist() for side in (ones, others))
            links += _copies(ids, thumbnails, [firsts[n] for n in one], [firsts[n] for n in other], params)
    return links


def _copies(
    ids: Sequence[str], thumbnails: Sequence[bytes], ones: list[int], others: list[int], params: DuplicateParams
) -> list[Link]:
    same = are_copies([thumbnails[n] for n in ones], [thumbnails[n] for n in others], params)
    pairs = [(ids[a], ids[b]) for a, b, is_copy in zip(ones, others, same, strict=True) if is_copy]
    return [link for one, other in pairs for link in _linked(one, other)]


def text_links(texts: pa.Table, params: NearCopyParams, max_shared: int) -> list[Link]:
    """Links between products that say nearly the same. ``texts``, sorted: product_id, title_key, signature."""
    ids, titles, marks = (texts.column(name).to_pylist() for name in ("product_id", "title_key", "signature"))
    by_title, _ = links_of_equal(ids, titles, max_shared)
    by_text, firsts = links_of_equal(ids, marks, max_shared)
    one, other, _ = near_copies(signature_matrix([marks[place] for place in firsts], params), params)
    for first, second in zip(one.tolist(), other.tolist(), strict=True):
        by_text += _linked(ids[firsts[first]], ids[firsts[second]])
    return by_title + by_text


def links_of_equal(
    ids: Sequence[str], values: Sequence[Hashable | None], max_shared: int
) -> tuple[list[Link], list[int]]:
    """Links of products whose value is equal and not None, and the place of the first of each value.

    Values that more than ``max_shared`` products have are placeholders: they link nobody, and are not to be compared.
    """
    places: dict[Hashable, list[int]] = {}
    for place, value in enumerate(values):
        if value is not None:
            places.setdefault(value, []).append(place)
    shared = {value: found for value, found in places.items() if len(found) <= max_shared}
    links = [(ids[place], value) for value, found in shared.items() if len(found) > 1 for place in found]
    return links, [found[0] for found in shared.values()]


def _linked(one: str, other: str) -> list[Link]:
    return [(one, (one, other)), (other, (one, other))]
