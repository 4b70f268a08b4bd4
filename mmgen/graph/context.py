"""What neighbours tell of a product, so that a model can speak for one that has no media of its own.

``graph_features`` has the means over all neighbours. They may not be given to a model that learns a product's photo or
text from them, for three reasons, and so the means are made anew here:

* Two steps lead back: A^2 X holds the product's own vector, and in training a model would find the photo in it. Here no
  path ends at the product, or at another one of its group.
* Near-copies are neighbours. They share a group (``duplicates``), and so a split; of one's own group nobody counts. All
  that a held-out product is told comes from products of other groups, as it does for a new product of a shop.
* Neighbours by photo are chosen by the photo, and those by text by the text. A product without a photo has none of the
  first. Only links that a product has without media count: bought together, and alike in attributes.

Links by attributes are chosen by the attributes: where these are to be told from the neighbours alone, a measurement
has to leave such links out.

Shapes: N products, W width of a vector, E links.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mmgen.engine.inputs import held, require_one_version
from mmgen.graph.vectors import ATTRIBUTES, BASKET, owned_means
from mmgen.hashes import digest_of_bytes

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from mmgen.engine.context import JobContext

Matrix = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
WITHOUT_MEDIA = BASKET | ATTRIBUTES
SCHEMA = pa.schema([
    ("product_id", pa.string()), ("graph_vector", pa.list_(pa.float32())), ("graph_encoder", pa.string()),
    ("graph_hash", pa.string()),
])  # fmt: skip
_AT_ONCE = 4096


def context_frame(ctx: JobContext, folder: Path) -> DataFrame:
    """``SCHEMA`` for each product that has such neighbours, as of the job's date; by way of a file in ``folder``,
    which the executors see, too. ValueError where rows are by several text models."""
    names = ("vector", "neighbours", "neighbour_kinds", "encoder_version")
    table, groups = held(ctx, "graph_features", *names), held(ctx, "duplicates", "group_id")
    file = folder / "context.parquet"
    pq.write_table(context_rows(table, groups), file)
    return ctx.spark.read.parquet(str(file))


def context_rows(graph: pa.Table, groups: pa.Table, kinds: int = WITHOUT_MEDIA) -> pa.Table:
    """``graph``: product_id, vector, neighbours, neighbour_kinds, encoder_version; ``groups``: product_id, group_id.
    ``kinds``: bits of the links that count. Returns rows of ``SCHEMA`` for those that have any."""
    graph = graph.sort_by("product_id").combine_chunks()
    encoders = sorted(set(graph.column("encoder_version").to_pylist()) - {None})
    require_one_version(encoders, "graph_features")
    ids, vectors = graph.column("product_id"), vectors_of(graph.column("vector"))
    owners, others = links_of(graph, kinds)
    group = group_numbers(ids, groups)
    found = contexts(vectors, np.stack([owners, others], axis=1), group)
    rows = np.flatnonzero(found.any(axis=1))
    return pa.table(
        [
            ids.take(pa.array(rows)),
            pa.array(list(found[rows]), SCHEMA.field("graph_vector").type),
            # The image's part is by no fitted model; rows without a text name none
            pa.array([encoders[0] if encoders else None] * len(rows), pa.string()),
            pa.array([digest_of_bytes(row.tobytes()) for row in found[rows]], pa.string()),
        ],
        schema=SCHEMA,
    )


def contexts(vectors: Matrix, links: Places, group: Places) -> Matrix:
    """(N, 2W): the means over the neighbours, and over theirs, of vectors (N, W), half by half over those that have
    the half; zeros where nobody has. ``links`` (E, 2): product and neighbour. ``group`` (N,): whoever shares one's own
    tells nothing."""
    links = links[np.lexsort((links[:, 1], links[:, 0]))]
    apart = links[group[links[:, 0]] != group[links[:, 1]]]
    count, width = vectors.shape
    ends = np.searchsorted(links[:, 0], np.arange(count + 1))
    out = np.zeros((count, 2 * width), np.float32)
    for start in range(0, count, _AT_ONCE):
        stop = min(start + _AT_ONCE, count)
        mine = apart[slice(*np.searchsorted(apart[:, 0], [start, stop]))]
        out[start:stop, :width] = owned_means(mine[:, 0] - start, vectors[mine[:, 1]], stop - start)
        # Each link followed by those of its end
        lengths = np.diff(ends)[mine[:, 1]]
        link = np.repeat(np.arange(len(mine)), lengths)
        within = np.arange(len(link)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        last = links[np.repeat(ends[mine[:, 1]], lengths) + within, 1]
        is_apart = group[last] != group[mine[link, 0]]
        theirs = owned_means(link[is_apart], vectors[last[is_apart]], len(mine))
        out[start:stop, width:] = owned_means(mine[:, 0] - start, theirs, stop - start)
    return out


def links_of(graph: pa.Table, kinds: int) -> tuple[Places, Places]:
    """Places of each product and its neighbours, of links that have one of the ``kinds``. ``graph``: sorted by id; of
    neighbours that are not in it nothing is taken."""
    near, bits = graph.column("neighbours").combine_chunks(), graph.column("neighbour_kinds").combine_chunks()
    lengths = pc.fill_null(pc.list_value_length(near), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    owners = np.repeat(np.arange(len(near)), lengths)
    others = pc.index_in(near.flatten(), value_set=graph.column("product_id").combine_chunks())
    counts = (bits.flatten().to_numpy(zero_copy_only=False) & kinds) > 0
    counts &= np.asarray(others.is_valid())
    return owners[counts], others.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)[counts]


def group_numbers(ids: pa.ChunkedArray, groups: pa.Table) -> Places:
    """(N,): equal numbers for products of one group. One that has none is alone."""
    known = dict(zip(groups.column("product_id").to_pylist(), groups.column("group_id").to_pylist(), strict=True))
    named: Sequence[str] = [known.get(one) or one for one in ids.to_pylist()]
    found: Places = np.unique(np.array(named, dtype=np.str_), return_inverse=True)[1].astype(np.int64)
    return found


def vectors_of(column: pa.ChunkedArray) -> Matrix:
    """(N, W), zeros where there is none."""
    known = np.asarray(column.is_valid())
    flat = column.drop_null().combine_chunks().flatten().to_numpy(zero_copy_only=False)
    made = np.zeros((len(known), len(flat) // max(int(known.sum()), 1)), np.float32)
    made[known] = flat.reshape(int(known.sum()), -1)
    return made
