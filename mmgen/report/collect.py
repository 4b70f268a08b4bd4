"""Collects what a date's report says. Reads committed datasets only, as of the date; computes and changes nothing."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from pathlib import Path

from mmgen import __version__
from mmgen.config.config import Config
from mmgen.hashes import sha256_of_json
from mmgen.registry.promotion import collapse_of
from mmgen.rejects import RejectReason
from mmgen.report.counts import DATASETS, dataset_figures, pairs, previous_date, product_changes, state_as_of
from mmgen.report.findings import Attention, DatasetFigures, Explanation, ModelCard, Report, State, Waiting
from mmgen.report.lookup import newest_rows
from mmgen.report.quality import quality
from mmgen.report.samples import piece_of, samples
from mmgen.store.datasets import Dataset
from mmgen.store.products import shop_id

MAX_WAITING = 20
WANTED_SHARE = 0.98
"""Of the products with a photo or a text, those that should have a published description and creative."""
NOT_OF_THE_NIGHT = {"home", "catalogue", "spark", "tracking", "report"}
"""Parts of the configuration that say where things are and not what is computed; some hold addresses."""


class NothingToReportError(ValueError):
    """No dataset has anything at or before the date."""


def config_hash(config: Config) -> str:
    """Hash of all parameters that content depends on, 16 hex digits."""
    values = config.model_dump(mode="json", exclude=NOT_OF_THE_NIGHT)
    return sha256_of_json(values)[:16]


def collect(
    config: Config, ds: str, run_id: str, model: ModelCard | None, explained: Sequence[Explanation] = ()
) -> Report:
    """Everything that the report of a date says. NothingToReportError where the date has nothing to tell of."""
    home, seed = config.home, config.seed
    previous_ds = previous_date(home, ds)
    datasets = [dataset_figures(Dataset(name, home), ds, previous_ds) for name in DATASETS]
    if previous_ds is None and not any(d.is_committed for d in datasets):
        raise NothingToReportError(
            f"no dataset has a partition at or before {ds}; run the night first: mmgen run --ds {ds}"
        )
    state = state_as_of(home, ds)
    state_before = state_as_of(home, previous_ds) if previous_ds else None
    publications = Dataset("publications", home)
    return Report(
        ds=ds,
        run_id=run_id,
        code_version=__version__,
        config_hash=config_hash(config),
        seed=seed,
        previous_ds=previous_ds,
        datasets=datasets,
        products=product_changes(home, ds),
        products_before=product_changes(home, previous_ds) if previous_ds else None,
        state=state,
        state_before=state_before,
        actions=pairs(publications, ds, "kind", "action"),
        actions_before=pairs(publications, previous_ds, "kind", "action") if previous_ds else {},
        quality=quality(home, ds, previous_ds, config.clean.image, seed),
        samples=samples(home, ds, config.report.num_samples, seed),
        waiting=waiting(home, ds),
        model=model,
        attention=attention(ds, datasets, state, state_before, model),
        explained=list(explained),
    )


def waiting(home: Path, ds: str) -> list[Waiting]:
    """The pieces that wait for a person as of the date, longest first, at most MAX_WAITING of them."""
    publications = Dataset("publications", home)
    table = publications.newest(["status", "locale"], until=ds)
    heap: list[tuple[str, str, str, str]] = []
    for batch in table.to_batches(4096):
        for row in batch.to_pylist():
            if row["status"] == "pending_approval":
                heap.append((row["ds"], row["product_id"], row["kind"], row["locale"] or "und"))
        heap = heapq.nsmallest(MAX_WAITING, heap)
    checked = newest_rows(Dataset("content_checks", home), [e[1] for e in heap], _CHECK_COLUMNS, until=ds)
    return [
        Waiting(shop_id(product_id, locale), kind, locale, since, _reasons(kind, checked.get((product_id, kind))))
        for since, product_id, kind, locale in heap
    ]


_CHECK_COLUMNS = ["status", "checks", "reject_reason"]


def _reasons(kind: str, checked: dict[str, str | None] | None) -> list[str]:
    if checked is None:
        return []
    failed = [f"{c.name}: {c.detail}" if c.detail else c.name for c in piece_of(kind, checked, {}).failed]
    return failed or ["an earlier text of it was rejected by a person"]


def attention(
    ds: str, datasets: list[DatasetFigures], state: State, before: State | None, model: ModelCard | None
) -> list[Attention]:
    """What an analyst should not miss, worst first."""
    notes = [
        Attention("bad", f"{d.name} has no commit for {ds}: its job did not finish, or has not run yet.")
        for d in datasets
        if not d.is_committed
    ]
    share = state.coverage.share
    if share is not None and share < WANTED_SHARE:
        missing = state.coverage.num_products - state.coverage.num_published
        notes.append(
            Attention(
                "warn",
                f"{missing:,} products with a photo or a text have no published description and creative "
                f"({share:.1%} have both; {WANTED_SHARE:.0%} are wanted).",
            )
        )
    if before is not None and share is not None and before.coverage.share is not None:
        lost = before.coverage.share - share
        if lost > 0.01:
            notes.append(Attention("warn", f"The share published fell by {100 * lost:.1f} points."))
    for d in datasets:
        notes += [Attention("warn", f"{d.name}: check {warning} does not hold.") for warning in d.warnings]
        notes += [Attention("info", f"{d.name}: {note}.") for note in d.notes]
        notes += _risen(d)
    if state.num_waiting:
        word = "piece" if state.num_waiting == 1 else "pieces"
        notes.append(Attention("info", f"{state.num_waiting:,} {word} of content wait for a person."))
    if model is None:
        notes.append(
            Attention("warn", "There is no champion model, and descriptions and creatives need one: run train.")
        )
    elif collapse := collapse_of(model.figures):
        notes.append(Attention("warn", f"The champion has a {collapse}."))
    return notes


def _risen(d: DatasetFigures) -> list[Attention]:
    """A share of rejects that has doubled and risen by more than two points; echoes of earlier rejects do not count."""
    echo = str(RejectReason.INPUT_REJECTED)
    if d.num_rows < 50 or not d.num_rows_before or d.num_rows_before < 50:
        return []
    now = (d.num_rejects - d.rejects.get(echo, 0)) / d.num_rows
    then = (sum(d.rejects_before.values()) - d.rejects_before.get(echo, 0)) / d.num_rows_before
    if now > 2 * then and now - then > 0.02:
        return [Attention("warn", f"{d.name}: {now:.1%} of the rows are rejected, {then:.1%} on the date before.")]
    return []
