"""publish: checked content -> the catalogue, and a receipt of each piece -> publications."""

from __future__ import annotations

import tempfile
from pathlib import Path

from mmgen.catalog.tables import open_catalog
from mmgen.engine.context import JobContext
from mmgen.engine.main import main
from mmgen.engine.step import Outcome
from mmgen.publishing.needed import needed_content
from mmgen.publishing.publish import catalogue_name, publish_date

VERSION = 1


def run(ctx: JobContext) -> Outcome:
    """Writes approved content into the catalogue, never over a person's text or a newer date's."""
    # Another catalogue has nothing of this yet, so the receipts of one say nothing of another.
    config_hash = ctx.config.publish.digest(VERSION, catalogue_name(ctx.config.catalogue_url))
    engine = open_catalog(ctx.config.catalogue_url)
    with tempfile.TemporaryDirectory(dir=ctx.scratch()) as folder:
        rows = needed_content(ctx, engine, config_hash, Path(folder))
        return publish_date(ctx, engine, rows.toLocalIterator(), config_hash, Path(folder))


if __name__ == "__main__":
    main("publish", run)
