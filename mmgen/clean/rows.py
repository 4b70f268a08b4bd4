"""A batch cleaned row by row: every row comes out, with a reason where it cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from mmgen.rejects import RejectReason

Row = dict[str, Any]
"""Columns of one row; those that are missing are None."""


class RejectedError(Exception):
    """A photo or clip that cannot be used; ``reason`` says why, ``known`` what is known of it nevertheless."""

    def __init__(self, reason: RejectReason, **known: Any) -> None:
        super().__init__(str(reason))
        self.reason, self.known = reason, known


def clean_rows(
    batch: pa.RecordBatch, inputs: Sequence[str], columns: Sequence[str], clean: Callable[..., Row]
) -> dict[str, list[Any]]:
    """A list for each of ``columns``, ``batch.num_rows`` long, of what ``clean`` makes of the values of ``inputs``.

    A row whose ``reject_reason`` is set keeps it, and has None elsewhere; so has one for which ``clean`` raises
    RejectedError, with that reason and the columns that the error knows. Anything else that it raises is a fault of
    ours or of a codec, and goes on to ``mmgen.engine.work.apply_guarded``, which rejects that row alone.
    """
    made: dict[str, list[Any]] = {name: [] for name in columns}
    given = zip(*(batch.column(name) for name in inputs), strict=True)
    for values, reason in zip(given, batch.column("reject_reason").to_pylist(), strict=True):
        row = {"reject_reason": reason} if reason is not None else _cleaned([v.as_py() for v in values], clean)
        for name, column in made.items():
            column.append(row.get(name))
    return made


def clean_media(batch: pa.RecordBatch, columns: Sequence[str], clean: Callable[[bytes], Row]) -> dict[str, list[Any]]:
    """``clean_rows`` of the column ``data``; a row without it is ``media_missing``."""

    def clean_data(data: bytes | None) -> Row:
        if data is None:
            raise RejectedError(RejectReason.MEDIA_MISSING)
        return clean(data)

    return clean_rows(batch, ("data",), columns, clean_data)


def _cleaned(values: Sequence[Any], clean: Callable[..., Row]) -> Row:
    try:
        return clean(*values)
    except RejectedError as error:
        return {**error.known, "reject_reason": error.reason.value}
