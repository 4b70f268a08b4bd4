"""publish: checked content -> the catalogue, and a receipt of each piece -> publications."""

from __future__ import annotations

from pyspark.sql import functions as F

from mmgen.derive import Outcome, needed_keys
from mmgen.inputs import current
from mmgen.job import JobContext, main
from mmgen.publishing.contents import contents
from mmgen.publishing.nightly import catalogue_name, publish_date

VERSION = 1


def run(ctx: JobContext) -> Outcome:
    """Writes approved content into the catalogue, never over a person's text or a newer date's."""
    # Another catalogue has nothing of this yet, so the receipts of one say nothing of another.
    config_hash = ctx.config.publish.digest(VERSION, catalogue_name(ctx.config.catalogue_url))
    checked = current(ctx, "content_checks").select(
        "product_id", "kind", F.col("content_hash").alias("input_hash"), "status"
    )
    need = needed_keys(ctx, checked, ctx.dataset("publications"), config_hash)
    values = contents(ctx).drop("input_hash", "reject_reason", "facts")
    rows = checked.join(need, ["product_id", "kind", "input_hash"]).join(values, ["product_id", "kind"])
    return publish_date(ctx, rows.orderBy("product_id", "kind").toLocalIterator(), config_hash)


if __name__ == "__main__":
    main("publish", run)
