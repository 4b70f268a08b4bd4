"""Reading into batches for Keras, by petastorm and ``tf.data``.

The only file that imports petastorm, and only the Keras trainings import it: it needs the encoders' environment. With
the same files, seed and ranks it gives the batches that ``ArrowReader`` gives; they differ in who decodes a row group.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mmgen.models.modalities.registry import MODALITIES
from mmgen.training.data.columns import Columns, is_number_list, num_rows, objects, take
from mmgen.training.data.reader import Reader, num_bytes
from mmgen.training.data.snapshot import RowGroup

if TYPE_CHECKING:
    import pandas as pd
    import tensorflow as tf

__all__ = ["PetastormReader", "tf_dataset"]


class PetastormReader(Reader):
    """Reads through petastorm's ``make_batch_reader``: what Keras trains on.

    petastorm decodes a row group at once, so one larger than ``shuffle_bytes`` is refused. It has no way to ask for one
    row group; as many shards as the file has row groups, without a seed, are one row group each.
    """

    def _read(self, file: pq.ParquetFile, group: RowGroup, names: list[str], step_rows: int) -> Iterator[Columns]:
        size = num_bytes(file, group.number, names)
        if size > self.shuffle_bytes:
            raise ValueError(
                f"row group {group.number} of {group.path} has {size:,} bytes, and petastorm reads it at once: raise "
                f"shuffle_bytes ({self.shuffle_bytes:,}) or use the arrow reader"
            )
        rows = _petastorm_rows(file, group, names)
        for start in range(0, num_rows(rows), step_rows):
            yield take(rows, slice(start, start + step_rows))


def _petastorm_rows(file: pq.ParquetFile, group: RowGroup, names: list[str]) -> Columns:
    """All rows of a row group. What petastorm would change on the way (absent texts become ``None`` in letters, lists
    of unequal length fail) travels as bytes."""
    make_batch_reader, TransformSpec = _petastorm()
    types = {name: file.schema_arrow.field(name).type for name in names}
    packed = [name for name, kind in types.items() if is_number_list(kind) or pa.types.is_string(kind)]

    def pack(frame: pd.DataFrame) -> pd.DataFrame:
        for name in packed:
            is_list = is_number_list(types[name])
            frame[name] = [None if v is None else v.tobytes() if is_list else v.encode() for v in frame[name]]
        return frame

    reader = make_batch_reader(
        _petastorm_url(Path(group.path)),
        schema_fields=[f"^{re.escape(name)}$" for name in names],
        transform_spec=TransformSpec(pack, edit_fields=[(name, np.bytes_, (), True) for name in packed]),
        reader_pool_type="dummy",  # no threads and no processes: nothing is left running
        shuffle_row_groups=False,
        cur_shard=group.number,
        shard_count=file.num_row_groups,
    )
    try:
        # The pool can take the row group for read just before it is handed over; then it is there at the second call.
        found = (next(reader, None) or next(reader))._asdict()
    finally:
        reader.stop()
        reader.join()
    return {name: _unpacked(found[name], kind) for name, kind in types.items()}


@cache
def _petastorm() -> tuple[Any, Any]:
    """petastorm's two names. It warns of its own old ways, and of map columns, at each row group."""
    for category, module in ((FutureWarning, "petastorm"), (UserWarning, "petastorm.unischema")):
        warnings.filterwarnings("ignore", category=category, module=re.escape(module))
    from petastorm import TransformSpec, make_batch_reader

    return make_batch_reader, TransformSpec


def _petastorm_url(path: Path) -> str:
    """A file as petastorm wants it named: it parses a URL and takes its path as it stands (``ds%3D`` is no ``ds=``)."""
    name = str(path.resolve())
    if {"?", "#"} & set(name):
        raise ValueError(f"{name}: petastorm cannot read below a folder with ? or # in its name; move MMGEN_HOME")
    return f"file://{name}"


def _unpacked(values: NDArray[Any], kind: pa.DataType) -> NDArray[Any]:
    """A column as ``from_arrow`` would give it."""
    if is_number_list(kind):
        dtype = kind.value_type.to_pandas_dtype()
        lists: list[Any] = [None if value is None else np.frombuffer(value, dtype) for value in values]
        sizes = {-1 if value is None else len(value) for value in lists}
        return np.stack(lists) if len(sizes) == 1 and min(sizes) > 0 else objects(lists, len(lists))
    if pa.types.is_string(kind):
        return objects((None if value is None else value.decode() for value in values), len(values))
    if pa.types.is_integer(kind) and values.dtype.kind == "f":  # pandas' way to say that some are absent
        return objects((None if np.isnan(value) else int(value) for value in values), len(values))
    return values


def tf_dataset(reader: Reader, first_epoch: int = 0, num_epochs: int = 1) -> tf.data.Dataset:
    """The batches of ``num_epochs`` epochs as a ``tf.data.Dataset`` for Keras: ``model.fit(tf_dataset(reader, ...))``.

    Elements are dicts of tensors, B rows each (B varies by one row): ``product_id`` (B,) string, by the name of each
    modality its values (B, ...), and as ``has_NAME`` (B,) bool whether a row has it; see ``ExampleArrays``. ``reader``
    decides the order; for Keras it is the petastorm one. Runs eagerly and in Keras' own loop; has no state of its own,
    so another dataset from the same reader gives the same batches.
    """
    import tensorflow as tf  # seconds to import, and reading alone needs none of it

    shapes = {name: (one.reading.shape, tf.as_dtype(one.reading.dtype)) for name, one in MODALITIES.items()}
    shapes |= {f"has_{name}": ((), tf.bool) for name in MODALITIES}

    def batches() -> Iterator[dict[str, Any]]:
        for epoch in range(first_epoch, first_epoch + num_epochs):
            for batch in reader.batches(epoch):
                ids = np.array([product_id.encode() for product_id in batch.product_id], np.object_)
                has = {f"has_{name}": present for name, present in batch.present.items()}
                yield {"product_id": ids, **batch.values, **has}

    signature = {name: tf.TensorSpec((None, *shape), dtype) for name, (shape, dtype) in shapes.items()}
    signature["product_id"] = tf.TensorSpec((None,), tf.string)
    rows = tf.data.Dataset.from_generator(batches, output_signature=signature)
    return rows.apply(tf.data.experimental.assert_cardinality(num_epochs * reader.num_batches))
