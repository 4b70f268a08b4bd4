"""Related products: whom the graph model expects in one basket with a product, and how sure it is."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from mmgen.graph.links import BOUGHT, GraphData, graph_data
from mmgen.hashes import digest_of
from mmgen.models.graph.model import GraphModel

VERSION = 1
COLUMNS = ("related", "scores", "num_related")
SCHEMA = pa.schema([
    ("product_id", pa.string()), ("related", pa.list_(pa.string())), ("scores", pa.list_(pa.float32())),
    ("num_related", pa.int32()), ("input_hash", pa.string()),
])  # fmt: skip
_AT_ONCE = 1024
_DECIMALS = 4

log = logging.getLogger(__name__)


def related_rows(
    graph: pa.Table, bought: Iterable[Mapping[str, Any]], groups: Mapping[str, str], folder: str, count: int
) -> pa.Table:
    """``SCHEMA`` for each product of ``graph`` (rows of ``graph_features``): the ``count`` likeliest others, best
    first, with the probability of a link against a pair drawn by chance, 0 to 1.

    ``bought``: what ``all_links`` has. ``groups``: product -> its group; of near-copies (the product's own group) none
    is named. ``folder``: the model's; empty lists without one, or with one that knows vectors of another text model.
    """
    data, encoder = graph_data(graph, bought)
    model = _model_for(encoder, folder)
    if model is None or len(data.product_ids) < 2:
        found: list[list[tuple[int, float]]] = [[] for _ in data.product_ids]
    else:
        found = _best(model, data, groups, count)
    related = [[data.product_ids[place] for place, _ in row] for row in found]
    scores = [[score for _, score in row] for row in found]
    hashes = [digest_of(*names, *told) for names, told in zip(related, scores, strict=True)]
    columns = [data.product_ids, related, scores, [len(row) for row in found], hashes]
    return pa.table([pa.array(x, field.type) for x, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def keep_related(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """The transform of ``related``: its columns as they are, for they were found over all products at once."""
    return {**{name: batch.column(name) for name in COLUMNS}, "reject_reason": pa.nulls(batch.num_rows, pa.string())}


def _model_for(encoder: str, folder: str) -> GraphModel | None:
    if not folder:
        return None
    model = GraphModel.load(Path(folder))
    if encoder not in ("", model.net.config.encoder):
        log.warning("no related products: the graph model knows %s, the graph %s", model.net.config.encoder, encoder)
        return None
    return model


def _best(model: GraphModel, data: GraphData, groups: Mapping[str, str], count: int) -> list[list[tuple[int, float]]]:
    """(place, score) of each product's likeliest others."""
    ids = data.product_ids
    z = model.encode(ids, data.hops())
    group = np.unique([groups.get(one) or one for one in ids], return_inverse=True)[1]
    found = []
    for start in range(0, len(ids), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        odds = model.scores(z[rows], z, BOUGHT).astype(np.float64)
        odds[group[rows, None] == group] = -np.inf
        order = np.argsort(-odds, axis=1, kind="stable")[:, :count]
        chance = 1 / (1 + np.exp(-np.take_along_axis(odds, order, axis=1)))
        for places, told in zip(order.tolist(), chance.round(_DECIMALS).tolist(), strict=True):
            found.append([(place, score) for place, score in zip(places, told, strict=True) if score > 0])
    return found
