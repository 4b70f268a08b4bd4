"""report: what a date did -> one MLflow run, with a page for analysts."""

from __future__ import annotations

import logging
from pathlib import Path

from mmgen.engine.context import JobContext
from mmgen.engine.main import main
from mmgen.registry.champions import champion_of
from mmgen.registry.tracker import Tracker
from mmgen.report.collect import collect
from mmgen.report.explain import explanations
from mmgen.report.findings import Explanation
from mmgen.report.log import champion_card, log_report

log = logging.getLogger(__name__)


def run(ctx: JobContext) -> str:
    """One MLflow run a date: counts, rejects, quality, samples, what the model makes of them, data versions, model."""
    tracker = Tracker(ctx.config.tracking_store)
    champion = champion_of(ctx.config, ctx.ds)
    card = champion_card(tracker, champion.version)
    report = collect(ctx.config, ctx.ds, ctx.run_id, card, explained(ctx, champion.folder))
    return log_report(tracker, report)


def explained(ctx: JobContext, folder: str) -> list[Explanation]:
    """What the champion makes of a few products; nothing where it cannot be asked: a report shows what there is."""
    count = ctx.config.report.num_explained
    if not folder or not count:
        return []
    try:
        return explanations(ctx.home, ctx.ds, Path(folder), count, ctx.config.seed)
    except (ValueError, RuntimeError) as error:  # a model of older code, or features of another size
        log.warning("the champion cannot be explained: %s", error)
        return []


if __name__ == "__main__":
    main("report", run)
