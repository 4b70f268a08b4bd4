"""Counts: of what the jobs' commits record, and of the catalogue as of a date. Reads scalar columns only."""

from __future__ import annotations

from collections import Counter
from functools import reduce
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from mmgen.kinds import KINDS
from mmgen.report.findings import Coverage, DatasetFigures, Products, State
from mmgen.store.contracts import datasets_in_order
from mmgen.store.datasets import Commit, Dataset
from mmgen.store.products import IS_DELETED, has_left, product_ids

BATCH_ROWS = 65_536
DATASETS = tuple(datasets_in_order())
"""The pipeline's datasets, in its order."""


def previous_date(home: Path, ds: str) -> str | None:
    """The newest date before ``ds`` that a run has spoken about, None where there is none."""
    dates: set[str] = set()
    for name in (DATASETS[0], DATASETS[-1]):
        dataset = Dataset(name, home)
        dates |= {p.ds for p in dataset.partitions()} | {c.metadata.get("ds", "") for c in dataset.history()}
    return max((date for date in dates if date and date < ds), default=None)


def dataset_figures(dataset: Dataset, ds: str, previous_ds: str | None) -> DatasetFigures:
    """What the commits say about one dataset's partition, and that of the date before."""
    commits = dataset.history()
    rows = {p.ds: p.num_rows for p in dataset.partitions()}
    last = _about(commits, ds)
    # A run that found everything as it should be checks nothing: the warnings are those of the commit that wrote.
    wrote = next((c for c in _all_about(commits, ds) if c.metadata.get("attempt")), None)
    seen_before = previous_ds is not None and _about(commits, previous_ds) is not None
    return DatasetFigures(
        name=dataset.name,
        version=dataset.version(),
        is_committed=last is not None,
        num_rows=rows.get(ds, 0),
        computed=_whole(last, "computed"),
        reused=_whole(last, "reused"),
        seconds=_real(last, "seconds"),
        rejects=_rejects(dataset, ds, last),
        num_rows_before=rows.get(previous_ds or "", 0) if seen_before else None,
        rejects_before=_rejects(dataset, previous_ds or "", _about(commits, previous_ds or "")),
        warnings=_texts(wrote, "warnings"),
        notes=_texts(last, "notes"),
    )


def _all_about(commits: list[Commit], ds: str) -> list[Commit]:
    return [c for c in commits if c.metadata.get("ds") == ds]


def _about(commits: list[Commit], ds: str) -> Commit | None:
    return next(iter(_all_about(commits, ds)), None)


def _texts(commit: Commit | None, key: str) -> list[str]:
    return [text for text in (commit.metadata.get(key, "") if commit else "").split("; ") if text]


def _real(commit: Commit | None, key: str) -> float | None:
    try:
        return float(commit.metadata[key]) if commit else None
    except (KeyError, ValueError):
        return None


def _whole(commit: Commit | None, key: str) -> int | None:
    value = _real(commit, key)
    return None if value is None else int(value)


def _rejects(dataset: Dataset, ds: str, commit: Commit | None) -> dict[str, int]:
    """Reason -> rows, most first: from the commit, or counted where a commit says nothing of its rows."""
    if commit is not None and "computed" in commit.metadata:
        marked = {k[7:]: int(v) for k, v in commit.metadata.items() if k.startswith("reject.") and v.isdigit()}
    else:
        marked = dict(tally(dataset, dataset.files(ds=[ds]), ["reject_reason"]))
    return dict(sorted(marked.items(), key=lambda item: (-item[1], item[0])))


def tally(dataset: Dataset, files: list[str], columns: list[str]) -> Counter[str]:
    """How often each combination of values comes, values joined by a tab; combinations with a null are left out."""
    counts: Counter[str] = Counter()
    for batch in dataset.batches(files, columns, BATCH_ROWS):
        joined = pc.binary_join_element_wise(*(batch.column(name) for name in columns), "\t")
        for entry in joined.drop_null().value_counts().to_pylist():
            counts[entry["values"]] += entry["counts"]
    return counts


def pairs(dataset: Dataset, ds: str, first: str, second: str) -> dict[str, dict[str, int]]:
    """Of one partition: value of ``first`` -> value of ``second`` -> rows."""
    found: dict[str, dict[str, int]] = {}
    for joined, count in tally(dataset, dataset.files(ds=[ds]), [first, second]).items():
        left, right = joined.split("\t", 1)
        found.setdefault(left, {})[right] = count
    return found


def product_changes(home: Path, ds: str) -> Products:
    """What the shop changed on a date."""
    dataset = Dataset("raw_products", home)
    known = pa.chunked_array([[]], pa.string())
    if earlier := dataset.files(before=ds):
        known = dataset.scan(earlier).to_table(columns=["product_id"]).column(0)
    known = known.unique()
    new = changed = removed = 0
    for batch in dataset.batches(dataset.files(ds=[ds]), ["product_id", IS_DELETED], BATCH_ROWS):
        is_gone = has_left(batch.column(IS_DELETED))
        is_known = pc.is_in(batch.column("product_id"), known)
        gone = pc.sum(is_gone).as_py() or 0
        kept_known = pc.sum(pc.and_(is_known, pc.invert(is_gone))).as_py() or 0
        removed, changed, new = removed + gone, changed + kept_known, new + batch.num_rows - gone - kept_known
    return Products(new, changed, removed)


def state_as_of(home: Path, ds: str) -> State:
    """The catalogue as of a date. Holds the ids and a few flags of all products, no texts and no media."""
    living = product_ids(Dataset("raw_products", home), until=ds)
    content = _of(Dataset("publications", home).newest(["status"], until=ds), living)
    texts = _of(Dataset("descriptions", home).newest(["writer", "reject_reason"], until=ds), living)
    texts = texts.filter(pc.is_null(texts.column("reject_reason")))
    examples = Dataset("examples", home).newest(["locale", "has_image", "has_text"], until=ds)
    by_locale = _coverage(_of(examples, living), content)
    whole = Coverage(sum(c.num_products for c in by_locale.values()), sum(c.num_published for c in by_locale.values()))
    return State(
        num_products=len(living),
        coverage=whole,
        by_locale=by_locale,
        waiting=_counted(_with_status(content, "pending_approval").column("kind")),
        rejected=_counted(_with_status(content, "rejected").column("kind")),
        writers=_counted(texts.column("writer")),
    )


def _of(table: pa.Table, wanted: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table.column("product_id"), wanted))


def _with_status(content: pa.Table, status: str) -> pa.Table:
    return content.filter(pc.equal(content.column("status"), status))


def _counted(values: pa.ChunkedArray) -> dict[str, int]:
    return {e["values"]: e["counts"] for e in values.drop_null().value_counts().to_pylist()}


def _coverage(examples: pa.Table, content: pa.Table) -> dict[str, Coverage]:
    live = _with_status(content, "published")
    ids = examples.column("product_id")
    is_live = [
        pc.is_in(ids, live.filter(pc.equal(live.column("kind"), kind.name)).column("product_id").unique())
        for kind in KINDS.values()
        if kind.is_essential
    ]
    has_all = reduce(pc.and_, is_live)
    has_image, has_text = (pc.fill_null(examples.column(name), False) for name in ("has_image", "has_text"))
    can_have = pc.or_(has_image, has_text)
    locales = pc.fill_null(examples.column("locale"), "und")
    table = pa.table({"locale": locales, "published": pc.cast(has_all, pa.int64())}).filter(can_have)
    grouped = table.group_by("locale").aggregate([("published", "count"), ("published", "sum")]).to_pylist()
    found = {row["locale"]: Coverage(row["published_count"], row["published_sum"]) for row in grouped}
    return dict(sorted(found.items()))
