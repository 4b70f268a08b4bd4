"""The graph model as a registered one: what it is fitted on, and whether it becomes the champion.

It is judged by links in baskets that neither it nor its hops have seen, held out by a hash of their two ids: how often
the one product is among the 20 best of the other. To become the champion it has to beat, by the whole of its 95%
interval, the better of two rules that need no model: the products with the most links, and the nearest by their hops;
and chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mmgen.catalog.baskets import all_links, baskets_digest
from mmgen.catalog.tables import open_catalog
from mmgen.config.graph import GraphModelParams
from mmgen.engine.inputs import held, held_product_ids
from mmgen.graph.links import BOUGHT, GRAPH_COLUMNS, GraphData, Links, graph_data, hold_out
from mmgen.hashes import digest_of
from mmgen.models.graph.model import GraphModel
from mmgen.registry.fitting import Fitting
from mmgen.registry.promotion import Comparison, Decision, decide, interval
from mmgen.training.graph.loop import VERSION, train
from mmgen.vectors import unit

if TYPE_CHECKING:
    from mmgen.engine.context import JobContext

TOP = 20
FIGURE = Comparison("link_recall_at_20", True)


def prepare(ctx: JobContext) -> Fitting | str:
    """What is to be fitted: on the graph as of the date, and the baskets that the catalogue has now."""
    params, seed = ctx.config.graph_model, ctx.config.seed
    catalogue = open_catalog(ctx.config.catalogue_url)
    bought = all_links(catalogue)
    dataset, live = ctx.dataset("graph_features"), held_product_ids(ctx)
    data, encoder = graph_data(held(ctx, "graph_features", *GRAPH_COLUMNS, only=live.to_pylist()), bought)
    if (found := len(data.links[BOUGHT])) < params.min_links:
        return f"{found} links in baskets, {params.min_links} are needed; there are no related products then"
    kept, out = hold_out(data.links[BOUGHT], data.product_ids, params.held_out_share, seed)
    known = data.with_links(BOUGHT, kept)
    weights = kind_weights(known, params)

    def fit(folder: Path) -> None:
        train(known, params, seed, weights, folder / "checkpoints", encoder=encoder).save(folder)

    def judge(folder: Path, champion: Path | None) -> tuple[Mapping[str, float], Decision]:
        figures = figures_of(GraphModel.load(folder), known, out, params)
        return figures, decide(figures, champion_figures(champion, encoder, known, out, params), [FIGURE], [FIGURE])

    made_for = digest_of(VERSION, params.digest(VERSION), seed, data.fingerprint, encoder)
    versions: dict[str, str | int] = {"graph_features": dataset.version(), "baskets": baskets_digest(catalogue)}
    return Fitting(made_for, versions, fit, judge)


def kind_weights(data: GraphData, params: GraphModelParams) -> dict[str, float]:
    """What a link of each kind counts for; kinds without any are left out."""
    weights = dict.fromkeys(data.links, params.content_weight) | {BOUGHT: 1.0}
    return {kind: weights[kind] for kind in sorted(weights) if weights[kind] and len(data.links[kind])}


def champion_figures(
    champion: Path | None, encoder: str, data: GraphData, out: Links, params: GraphModelParams
) -> dict[str, float] | None:
    """Those of the champion on the same links; None where there is none, or one that knows another text model."""
    if champion is None:
        return None
    model = GraphModel.load(champion)
    return figures_of(model, data, out, params) if model.net.config.encoder == encoder else None


def figures_of(model: GraphModel, data: GraphData, out: Links, params: GraphModelParams) -> dict[str, float]:
    """``link_recall_at_20``: how often the other end of a held-out link is among the 20 best of a product, both ways,
    without the products that it is known to be bought with (with ``_low``, ``_high``; ``baseline_``: of the best
    rule, and each rule's own). Nothing but ``num_links`` where no link was held out."""
    if not len(out):
        return {"num_links": 0.0}
    ends = np.concatenate([out.pairs, out.pairs[:, ::-1]])[: params.max_judged]
    asked, of_asked = np.unique(ends[:, 0], return_inverse=True)
    known = np.zeros((len(asked), len(data.product_ids)), np.bool_)
    basket = data.links[BOUGHT].pairs
    for one, other in (basket.T, basket[:, ::-1].T):
        rows = np.searchsorted(asked, one).clip(max=len(asked) - 1)
        is_asked = asked[rows] == one
        known[rows[is_asked], other[is_asked]] = True
    known[np.arange(len(asked)), asked] = True
    hops = data.hops()
    z, near = model.encode(data.product_ids, hops), unit(hops)
    often = np.bincount(basket.reshape(-1), minlength=len(data.product_ids)).astype(np.float64)
    told = {
        "": model.scores(z[asked], z, BOUGHT),
        "popularity_": np.broadcast_to(often, known.shape),
        "hops_": near[asked] @ near.T,
    }
    hits = {name: _hits(scores, known, of_asked, ends[:, 1]) for name, scores in told.items()}
    rules = {f"{name}{FIGURE.figure}": float(hits[name].mean()) for name in told if name}
    # Where alike products are seldom bought together, both rules are worse than chance
    rules[f"chance_{FIGURE.figure}"] = float(np.minimum(TOP / (~known).sum(axis=1).clip(min=1), 1)[of_asked].mean())
    figures = interval(FIGURE.figure, hits[""]) | rules
    return {"num_links": float(len(out)), **figures, f"baseline_{FIGURE.figure}": max(rules.values())}


def _hits(
    scores: NDArray[Any], known: NDArray[np.bool_], rows: NDArray[np.int64], wanted: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Of each row whether what is wanted stands among the best; as good ones count half."""
    scores = np.where(known, -np.inf, scores)
    own = scores[rows, wanted][:, None]
    rank = (scores[rows] > own).sum(axis=1) + ((scores[rows] == own).sum(axis=1) - 1) / 2
    return (rank < TOP).astype(np.float64)
