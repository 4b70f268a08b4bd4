"""report: what a date did -> one MLflow run, with a page for analysts."""

from __future__ import annotations

from mmgen.engine.context import JobContext
from mmgen.engine.main import main
from mmgen.registry.tracker import Tracker
from mmgen.report.collect import collect
from mmgen.report.log import champion_card, log_report


def run(ctx: JobContext) -> str:
    """One MLflow run a date: counts, rejects, quality, samples, data versions, model."""
    tracker = Tracker(ctx.config.tracking_store)
    report = collect(ctx.config, ctx.ds, ctx.run_id, champion_card(tracker))
    return log_report(tracker, report)


if __name__ == "__main__":
    main("report", run)
