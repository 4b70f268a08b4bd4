"""A batch of examples as arrays: what the models read. No path, no Spark, no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mmgen.models.modalities.registry import MODALITIES

_KEYS = ("product_id", "locale", "group_id")


def value_columns() -> tuple[str, ...]:
    """The columns of ``examples`` with the values of a modality."""
    return tuple(modality.column for modality in MODALITIES.values())


def encoder_columns() -> tuple[str, ...]:
    """The columns that name the fitted model which a modality's values are by."""
    return tuple(modality.fitted_by for modality in MODALITIES.values() if modality.fitted_by)


def columns_of_models() -> tuple[str, ...]:
    """All columns of ``examples`` that ``ExampleArrays`` are made of."""
    return (*_KEYS, *value_columns(), *encoder_columns())


@dataclass(frozen=True)
class ExampleArrays:
    """B examples.

    ``product_id``, ``locale``, ``group_id``: B strings. By the name of a modality (see ``MODALITIES``): its ``values``
    (B, ...), zeros where absent, whether each row has it, ``present`` (B,), and where these are by a fitted model,
    which one, ``fitted_by``: B strings.
    """

    product_id: list[str]
    locale: list[str]
    group_id: list[str]
    values: dict[str, NDArray[Any]]
    present: dict[str, NDArray[np.bool_]]
    fitted_by: dict[str, list[str]]

    def __len__(self) -> int:
        return len(self.product_id)

    @classmethod
    def from_batch(cls, batch: pa.RecordBatch) -> Self:
        """From rows of ``examples``. Needs product_id; a modality whose column is not there is absent.

        ``locale`` and ``group_id`` default to ``""`` and the product's own id. Raises ValueError where a value has the
        wrong size, naming the column and the product.
        """
        wide = set(value_columns())
        names = [name for name in columns_of_models() if name in batch.schema.names]
        return cls.from_columns(
            {name: (_lists if name in wide else pa.Array.to_pylist)(batch.column(name)) for name in names}
        )

    @classmethod
    def from_columns(cls, columns: Mapping[str, Sequence[Any]]) -> Self:
        """From columns of Python or numpy values, None where the modality is absent (see ``from_batch``)."""
        ids = [str(value) for value in columns["product_id"]]
        nothing = [None] * len(ids)
        found = {
            name: modality.reading.read(modality.column, ids, columns.get(modality.column, nothing))
            for name, modality in MODALITIES.items()
        }
        return cls(
            ids,
            [str(v or "") for v in columns.get("locale", nothing)],
            [str(v) for v in columns.get("group_id", ids)],
            {name: values for name, (values, _) in found.items()},
            {name: present for name, (_, present) in found.items()},
            {
                name: [str(v or "") for v in columns.get(modality.fitted_by, nothing)]
                for name, modality in MODALITIES.items()
                if modality.fitted_by
            },
        )

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> Self:
        """The given rows, in the given order; a row may be taken more than once."""
        index = np.asarray(rows, np.int64)
        return type(self)(
            [self.product_id[i] for i in index],
            [self.locale[i] for i in index],
            [self.group_id[i] for i in index],
            {name: values[index] for name, values in self.values.items()},
            {name: present[index] for name, present in self.present.items()},
            {name: [said[i] for i in index] for name, said in self.fitted_by.items()},
        )

    def sized(self, sizes: Mapping[str, int]) -> Self:
        """The same rows for a model of these sizes, by modality; values of another size are hidden."""
        values, present = dict(self.values), dict(self.present)
        for name, size in sizes.items():
            if values[name].shape[1] != size:
                values[name] = np.zeros((len(self), size), values[name].dtype)
                present[name] = np.zeros(len(self), np.bool_)
        return replace(self, values=values, present=present)

    def made_by(self, fitted_by: Mapping[str, str]) -> Self:
        """The same rows with the values of all other fitted models hidden: they say other things."""
        present = dict(self.present)
        for name, said in self.fitted_by.items():
            present[name] = present[name] & np.array([one == fitted_by.get(name, "") for one in said], np.bool_)
        return replace(self, present=present)

    def only(self, *modalities: str) -> Self:
        """The same rows with all modalities but these hidden from the encoders."""
        present = {name: found if name in modalities else found & False for name, found in self.present.items()}
        return replace(self, present=present)


def concat(parts: Sequence[ExampleArrays]) -> ExampleArrays:
    """Batches one after the other. Raises ValueError where there are none."""
    if not parts:
        raise ValueError("no examples to join: the files have no row of this split")
    sizes = {name: _common_size(parts, name) for name, found in parts[0].values.items() if found.ndim == 2}
    parts = [part.sized(sizes) for part in parts]
    first = parts[0]
    return ExampleArrays(
        [*chain(*(part.product_id for part in parts))],
        [*chain(*(part.locale for part in parts))],
        [*chain(*(part.group_id for part in parts))],
        {name: np.concatenate([part.values[name] for part in parts]) for name in first.values},
        {name: np.concatenate([part.present[name] for part in parts]) for name in first.present},
        {name: [*chain(*(part.fitted_by[name] for part in parts))] for name in first.fitted_by},
    )


def _common_size(parts: Sequence[ExampleArrays], name: str) -> int:
    """The size of a modality's values in the parts that have any. ValueError where they differ."""
    sizes = {part.values[name].shape[1] for part in parts if part.present[name].any()}
    if len(sizes) > 1:
        raise ValueError(f"{name} features of {' and '.join(map(str, sorted(sizes)))} values: build examples again")
    return int(next(iter(sizes), parts[0].values[name].shape[1]))


def _lists(column: pa.Array) -> list[Any]:
    """Values of a binary or list column as bytes or numpy views, without a Python object for each number."""
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return column.to_pylist()
    return [item.values.to_numpy(zero_copy_only=False) if item.is_valid else None for item in column]
