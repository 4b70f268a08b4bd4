"""Which rows of the ``examples`` files count: the newest of each product, of one split, and none that is rejected.

A product that changed has a row in each date's partition; training on all of them would weigh it by how often it
changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mmgen.models.examples import ExampleArrays, columns_of_models, concat, encoder_columns, value_columns
from mmgen.models.modalities.arrays import Floats
from mmgen.models.modalities.registry import Modality
from mmgen.store.as_of import by_row_group, newest_places


@dataclass(frozen=True)
class RowGroup:
    """Rows of one row group that count, by their place in it."""

    path: str
    number: int
    rows: NDArray[np.int64]

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Those of ``columns`` that the file has. A file's ``ds`` is in its path, never in its columns."""
        file = pq.ParquetFile(self.path)
        names = [name for name in columns if name in file.schema_arrow.names]
        return file.read_row_group(self.number, columns=names, use_threads=False).take(self.rows)


@dataclass(frozen=True)
class Snapshot:
    """The rows of one split, in the order of paths and row groups."""

    split: str
    groups: tuple[RowGroup, ...]
    encoders: dict[str, str] = field(default_factory=dict)
    """Column -> the one fitted model that all rows' features are by; none where no row has such features."""

    def size_of(self, modality: Modality) -> int:
        """Length of a modality's lists of numbers, by the first one; what it takes otherwise where there is none."""
        otherwise = cast(Floats, modality.reading).otherwise
        for group in self.groups:
            found = group.read([modality.column])
            for value in found.column(modality.column) if found.num_columns else ():
                if there := value.as_py():
                    return len(there)
        return otherwise

    @property
    def num_rows(self) -> int:
        return sum(len(group.rows) for group in self.groups)

    def read(self, limit: int) -> ExampleArrays | None:
        """The first ``limit`` rows as arrays, or None where there is none."""
        parts: list[ExampleArrays] = []
        for group in self.groups:
            room = limit - sum(map(len, parts))
            if room > 0:
                parts += [
                    ExampleArrays.from_batch(b) for b in group.read(columns_of_models()).slice(0, room).to_batches()
                ]
        return concat(parts) if parts else None

    def read_texts(self) -> Iterator[dict[str, object]]:
        """Each row without pixels and embeddings, as a dict; ``attributes`` as a mapping."""
        wide = value_columns()
        for group in self.groups:
            names = [name for name in pq.ParquetFile(group.path).schema_arrow.names if name not in wide]
            for row in group.read(names).to_pylist():
                # pyarrow hands a map over as pairs.
                yield row | {"attributes": dict(row.get("attributes") or ())}


def take_snapshots(
    files: Sequence[str], splits: Sequence[str], live: Collection[str] | None = None
) -> dict[str, Snapshot]:
    """A snapshot of each split. Reads the id, the split, the encoders and the reject reason of every row, nothing else.

    ``live``: the products that the shop still has; rows of others are as old as the day when they left. Raises
    ValueError where there is no file, one is absent, a folder holds a pickle (see ``check_files``), or the features of
    one modality are by several fitted models: their numbers mean different things.
    """
    check_files(files)
    newest = newest_places(sorted(files), ["product_id"], live)
    said = [(group, row) for path, rows in newest.items() for group, row in _accepted(path, rows)]
    encoders = {
        name: version for name in encoder_columns() if (version := _only_encoder(name, [row for _, row in said]))
    }
    places: dict[str, dict[tuple[str, int], list[int]]] = {split: {} for split in splits}
    for group, row in said:
        if row["split"] in places:
            places[row["split"]].setdefault(group, []).append(row["row"])
    return {split: Snapshot(split, tuple(RowGroup(path, number, np.array(sorted(rows), np.int64))
                                         for (path, number), rows in sorted(found.items())), encoders)
            for split, found in places.items()}  # fmt: skip


def _only_encoder(name: str, said: Sequence[Mapping[str, Any]]) -> str:
    """The fitted model that all rows name; "" where none does. ValueError where there are several."""
    counts = Counter(value for values in said if (value := values.get(name)))
    if len(counts) > 1:
        found = ", ".join(f"{version} ({count} products)" for version, count in sorted(counts.items()))
        raise ValueError(
            f"the examples mix features of several fitted models in {name}: {found}. Make them by one, then train: "
            "mmgen run --ds DATE --from image_encoder --to examples"
        )
    return next(iter(counts), "")


def whole_files(files: Sequence[str]) -> Snapshot:
    """All rows of files of any table, in the order of the files. Raises as ``check_files`` does."""
    check_files(files)
    groups = []
    for path in files:
        meta = pq.read_metadata(path)
        sizes = [meta.row_group(number).num_rows for number in range(meta.num_row_groups)]
        groups += [RowGroup(path, number, np.arange(size)) for number, size in enumerate(sizes) if size]
    return Snapshot("", tuple(groups))


def check_files(files: Sequence[str]) -> None:
    """Raise ValueError where there is no file, one is absent, or a folder holds a pickle that petastorm would load."""
    if not files:
        raise ValueError("no examples to read: run the examples job for this date first")
    for path in map(Path, files):
        if not path.is_file():
            raise ValueError(f"{path} is not there: list the dataset's files again, it may have been rewritten")
        for folder in path.absolute().parents:
            for name in ("_common_metadata", "_metadata"):
                if (folder / name).exists():
                    raise ValueError(
                        f"{folder} has a {name} file, which petastorm unpickles (it can run code). mmgen never writes "
                        "one: find out where it comes from and delete it"
                    )


def _accepted(path: str, rows: NDArray[np.int64]) -> Iterator[tuple[tuple[str, int], dict[str, Any]]]:
    """Of these rows of a file those that are not rejected: the path and the row group, and the row's place in it
    (``row``), its split and its encoders."""
    with pq.ParquetFile(path) as file:
        names = [name for name in ("split", "reject_reason", *encoder_columns()) if name in file.schema_arrow.names]
        for group, here in by_row_group(file, rows):
            if not len(here):
                continue
            table = file.read_row_group(group, columns=names, use_threads=False).take(here)
            for row, values in zip(here.tolist(), table.to_pylist(), strict=True):
                if not values.get("reject_reason"):
                    yield (path, group), {"row": row, **values}
