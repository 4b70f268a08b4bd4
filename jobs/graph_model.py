"""graph_model: graph_features and the catalogue's baskets -> a registered graph model, champion where it is good
enough."""

from __future__ import annotations

from mmgen.engine.context import JobContext
from mmgen.engine.main import main


def run(ctx: JobContext) -> str:
    """Trains the graph model where there is no champion yet, or always with --force; otherwise it does nothing."""
    from mmgen.registry.fitting import fit_where_needed
    from mmgen.training.graph.champion import prepare

    return fit_where_needed(ctx, "graph", lambda: prepare(ctx))


if __name__ == "__main__":
    main("graph_model", run)
