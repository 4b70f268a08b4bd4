"""What the executors do: a transform on a batch, and every input row back, with its lineage or a reason."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mmgen.engine.patience import TooSlowError, patience
from mmgen.hashes import sha256_of
from mmgen.rejects import RejectReason
from mmgen.store.contracts import Contract

ROW_LIMIT_S = 300.0
MORE_S = 2.0
"""How long a row may take, and each further one of its batch: a hundred times what the slowest takes that is sound."""

log = logging.getLogger(__name__)

Transform = Callable[[pa.RecordBatch], Mapping[str, Any]]
"""One entry for each own column of the dataset, as many values as the batch has rows, in order."""


@dataclass(frozen=True)
class Work:
    """The part of a ``Step`` that travels with the task, so that a worker imports what it needs alone."""

    config_hash: str
    transform: Transform
    needs: str | None = None


def derived_hash(input_hash: str, config_hash: str, reject_reason: str | None = None) -> str:
    """Identity of a derived row: a transform is deterministic, so its inputs and its configuration say it all.

    But for the reason: a row that failed for want of memory, say, and succeeds when retried must reach what follows.
    """
    return sha256_of(f"{input_hash}:{config_hash}:{reject_reason or ''}")[:32]


def mapper(work: Work, contract: Contract) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Batches of rows that have been worked on, from batches of rows to work on."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows:
                yield complete(batch, work, contract)

    return run


def complete(batch: pa.RecordBatch, work: Work, contract: Contract) -> pa.RecordBatch:
    """Apply a transform to the usable rows of a batch, and give every input row back.

    A row whose input was rejected becomes ``input_rejected``; one without the needed column stays empty.
    """
    rejected = batch.column("reject_reason").is_valid()
    usable = pc.invert(rejected)
    if work.needs:
        usable = pc.and_(usable, batch.column(work.needs).is_valid())
    rows = pc.indices_nonzero(usable)
    made = apply_guarded(batch.take(rows), work.transform, contract) if len(rows) else {}
    place = pa.array(_places(usable.to_pylist()), pa.int64())
    inputs = batch.column("input_hash").to_pylist()
    # Copied: a column as it came would keep its whole batch in memory, photos and all, for as long as the row is held
    own = pa.array(range(batch.num_rows), pa.int64())
    columns: dict[str, Any] = {name: batch.column(name).take(own) for name in (*contract.keys, "input_hash")}
    columns["config_hash"] = pa.array([work.config_hash] * batch.num_rows, pa.string())
    nothing: list[str | None] = [None] * batch.num_rows
    own_hashes = made["content_hash"].take(place).to_pylist() if "content_hash" in made else nothing
    reasons = [
        str(RejectReason.INPUT_REJECTED) if is_rejected else reason
        for is_rejected, reason in zip(
            rejected.to_pylist(), made["reject_reason"].take(place).to_pylist() if made else nothing, strict=True
        )
    ]
    columns["reject_reason"] = pa.array(reasons, pa.string())
    columns["content_hash"] = pa.array(
        [
            own or derived_hash(source, work.config_hash, reason)
            for own, source, reason in zip(own_hashes, inputs, reasons, strict=True)
        ],
        pa.string(),
    )
    for name in contract.own_columns:
        kind = contract.arrow_schema.field(name).type
        columns[name] = made[name].take(place) if made else pa.nulls(batch.num_rows, kind)
    schema = contract.file_schema
    return pa.RecordBatch.from_arrays(
        [columns[name].cast(schema.field(name).type) for name in schema.names], schema=schema
    )


def _places(usable: list[bool]) -> list[int | None]:
    """For each row, its place among the usable ones (None: not usable)."""
    places: list[int | None] = []
    count = 0
    for flag in usable:
        places.append(count if flag else None)
        count += int(flag)
    return places


def apply_guarded(batch: pa.RecordBatch, transform: Transform, contract: Contract) -> dict[str, pa.Array]:
    """Run a transform; where it raises, run it row by row, and reject the rows that still raise.

    One bad row never fails a batch, and never holds it: a batch that takes longer than ``ROW_LIMIT_S`` and some time a
    row is halved, until a row that takes too long is alone. A transform that raises on every row of every batch is a
    bug, and the error budget of the contract stops it.
    """
    num_rows = batch.num_rows
    try:
        with patience(ROW_LIMIT_S + MORE_S * (num_rows - 1)):
            return as_arrays(transform(batch), num_rows, contract)
    except TooSlowError:
        if num_rows == 1:
            log.warning("%s: one row took longer than %d s; rejected", contract.name, ROW_LIMIT_S)
            return _rejected_row(contract, RejectReason.ROW_TOO_SLOW)
        log.warning("%s: %d rows took too long; in halves now", contract.name, num_rows)
        parts = [batch.slice(0, num_rows // 2), batch.slice(num_rows // 2)]
    except Exception:
        if num_rows == 1:
            log.exception("%s: transform failed on one row; rejected", contract.name)
            return _rejected_row(contract, RejectReason.TRANSFORM_FAILED)
        parts = [batch.slice(i, 1) for i in range(num_rows)]
    return _together([(part.num_rows, apply_guarded(part, transform, contract)) for part in parts])


def _together(parts: list[tuple[int, dict[str, pa.Array]]]) -> dict[str, pa.Array]:
    names = {name for _, part in parts for name in part}
    whole: dict[str, pa.Array] = {}
    for name in names:
        kind = next(part[name].type for _, part in parts if name in part)
        whole[name] = pa.concat_arrays([part.get(name, pa.nulls(rows, kind)) for rows, part in parts])
    return whole


def _rejected_row(contract: Contract, reason: RejectReason) -> dict[str, pa.Array]:
    nulls = {name: pa.nulls(1, contract.arrow_schema.field(name).type) for name in contract.own_columns}
    return {**nulls, "reject_reason": pa.array([str(reason)], pa.string())}


def as_arrays(values: Mapping[str, Any], num_rows: int, contract: Contract) -> dict[str, pa.Array]:
    """A transform's output as Arrow arrays of the contract's types. ValueError where a column is missing or short."""
    arrays: dict[str, pa.Array] = {}
    optional = [name for name in ("content_hash",) if name in values]
    for name in [*contract.own_columns, "reject_reason", *optional]:
        if name not in values:
            raise ValueError(f"{contract.name}: the transform gave no column {name!r}")
        kind = contract.arrow_schema.field(name).type
        array = values[name] if isinstance(values[name], pa.Array) else pa.array(values[name], kind)
        if len(array) != num_rows:
            raise ValueError(f"{contract.name}: column {name!r} has {len(array)} values for {num_rows} rows")
        arrays[name] = array.cast(kind)
    return arrays
