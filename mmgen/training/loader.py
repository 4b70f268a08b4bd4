"""Reading ``examples`` into batches: a plain Arrow scan by default, or petastorm, behind one interface.

The only file that imports petastorm, and only where it is asked for. The order of rows is a function of seed and epoch
alone, and every rank gets the same number of batches of the same size, so no rank waits for another at an epoch's end.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa

from mmgen.models.arrays import (
    AUDIO_SIZE,
    IMAGE_PX,
    MODALITIES,
    NUM_ATTRIBUTES,
    TEXT_SIZE,
    ExampleArrays,
    concat,
)
from mmgen.seeds import seed_of
from mmgen.training.distributed import Ranks
from mmgen.training.snapshot import COLUMNS, Snapshot

if TYPE_CHECKING:
    import pandas as pd
    import tensorflow as tf

__all__ = ["READERS", "ArrowReader", "ExampleArrays", "PetastormReader", "Reader", "tf_dataset"]


class Reader(Protocol):
    """Batches of a rank, epoch after epoch."""

    num_rows: int
    num_batches: int

    def batches(self, epoch: int, skip: int = 0) -> Iterator[ExampleArrays]:
        """``num_batches - skip`` batches of ``batch_rows`` rows each, the first ``skip`` left out."""


class ArrowReader:
    """Reads row groups in a seeded order through a shuffle buffer; keeps the rows where they all fit in it."""

    def __init__(self, train: Snapshot, batch_rows: int, seed: int, ranks: Ranks, shuffle_rows: int):
        self.num_rows = train.num_rows
        if not self.num_rows:
            raise ValueError("no row of the examples is in split 'train': nothing to train on")
        self.train, self.batch_rows, self.seed, self.ranks = train, batch_rows, seed, ranks
        self.shuffle_rows = shuffle_rows
        self.num_batches = max(1, self.num_rows // (batch_rows * ranks.world_size))
        self._kept: pa.Table | None = None

    def batches(self, epoch: int, skip: int = 0) -> Iterator[ExampleArrays]:
        """See ``Reader``. Fewer rows than one batch for each rank are gone through again, in another order."""
        parts: list[pa.Table] = []
        held = num_done = 0
        for block in self._own_rows(epoch):
            parts.append(block)
            held += block.num_rows
            while held >= self.batch_rows:
                table = pa.concat_tables(parts)
                batch, rest = table.slice(0, self.batch_rows), table.slice(self.batch_rows)
                parts, held = [rest], rest.num_rows
                if num_done >= skip:
                    yield ExampleArrays.from_batch(batch.combine_chunks().to_batches()[0])
                num_done += 1
                if num_done == self.num_batches:
                    return

    def _own_rows(self, epoch: int) -> Iterator[pa.Table]:
        """This rank's rows, endlessly: every world_size-th row of an order that all ranks share."""
        num_seen = lap = 0
        while True:
            generator = np.random.default_rng(seed_of("shuffle", self.seed, epoch, lap))
            for block in self._blocks(generator):
                first = (self.ranks.rank - num_seen) % self.ranks.world_size
                own = generator.permutation(block.num_rows)[first :: self.ranks.world_size]
                num_seen += block.num_rows
                for start in range(0, len(own), 4 * self.batch_rows):
                    yield block.take(own[start : start + 4 * self.batch_rows])
            lap += 1

    def _blocks(self, generator: np.random.Generator) -> Iterator[pa.Table]:
        """The rows in blocks of at least ``shuffle_rows`` (the last one smaller), row groups in a drawn order."""
        if self.num_rows <= self.shuffle_rows:
            if self._kept is None:
                self._kept = pa.concat_tables([group.read(COLUMNS) for group in self.train.groups])
            yield self._kept
            return
        parts: list[pa.Table] = []
        held = 0
        for index in generator.permutation(len(self.train.groups)):
            parts.append(self.train.groups[index].read(COLUMNS))
            held += parts[-1].num_rows
            if held >= self.shuffle_rows:
                yield pa.concat_tables(parts)
                parts, held = [], 0
        if held:
            yield pa.concat_tables(parts)


class PetastormReader:
    """The same through petastorm's ``make_batch_reader``, for shops whose training already reads with it.

    Slower than the Arrow reader (measured 0.2 to 0.4 million rows of 128 floats a second, against 1.2 to 1.7), and it
    holds the training rows in memory: petastorm's own shuffle can't be gone on from in the middle of an epoch.
    """

    def __init__(self, train: Snapshot, batch_rows: int, seed: int, ranks: Ranks, shuffle_rows: int):
        self.num_rows = train.num_rows
        if not 0 < self.num_rows <= shuffle_rows:
            raise ValueError(
                f"the petastorm reader holds 1 to shuffle_rows={shuffle_rows} rows, there are {self.num_rows}: "
                "raise shuffle_rows or use the arrow reader"
            )
        self.batch_rows, self.seed, self.ranks = batch_rows, seed, ranks
        self.num_batches = max(1, self.num_rows // (batch_rows * ranks.world_size))
        self._rows = concat([_petastorm_arrays(path, train) for path in sorted({g.path for g in train.groups})])

    def batches(self, epoch: int, skip: int = 0) -> Iterator[ExampleArrays]:
        """See ``Reader``."""
        wanted = self.num_batches * self.batch_rows * self.ranks.world_size
        order: list[int] = []
        for lap in range(-(-wanted // self.num_rows)):
            generator = np.random.default_rng(seed_of("shuffle", self.seed, epoch, lap))
            order += generator.permutation(self.num_rows).tolist()
        own = order[self.ranks.rank : wanted : self.ranks.world_size]
        for k in range(skip, self.num_batches):
            yield self._rows.take(own[k * self.batch_rows : (k + 1) * self.batch_rows])


READERS: dict[str, type[ArrowReader] | type[PetastormReader]] = {"arrow": ArrowReader, "petastorm": PetastormReader}


def tf_dataset(reader: Reader, first_epoch: int = 0, num_epochs: int = 1) -> tf.data.Dataset:
    """The batches of ``num_epochs`` epochs as a ``tf.data.Dataset`` for Keras: ``model.fit(tf_dataset(reader, ...))``.

    Elements are dicts of tensors, B rows each (B varies by one row): ``product_id`` (B,) string, ``pixels``
    (B, 64, 64, 3) uint8, ``text`` (B, 256) and ``audio`` (B, 128) float32, ``attributes`` (B, 4096) uint8, ``masks``
    (B, 4) bool; see ``ExampleArrays``. ``reader`` decides the order; for Keras it is the petastorm one. Runs eagerly
    and in Keras' own loop; has no state of its own, so another dataset from the same reader gives the same batches.
    """
    import tensorflow as tf  # seconds to import, and torch's trainings need none of it

    shapes = {
        "pixels": ((IMAGE_PX, IMAGE_PX, 3), tf.uint8),
        "text": ((TEXT_SIZE,), tf.float32),
        "audio": ((AUDIO_SIZE,), tf.float32),
        "attributes": ((NUM_ATTRIBUTES,), tf.uint8),
        "masks": ((len(MODALITIES),), tf.bool),
    }

    def batches() -> Iterator[dict[str, Any]]:
        for epoch in range(first_epoch, first_epoch + num_epochs):
            for batch in reader.batches(epoch):
                ids = np.array([product_id.encode() for product_id in batch.product_id], np.object_)
                yield {"product_id": ids, **{name: getattr(batch, name) for name in shapes}}

    signature = {name: tf.TensorSpec((None, *shape), dtype) for name, (shape, dtype) in shapes.items()}
    signature["product_id"] = tf.TensorSpec((None,), tf.string)
    rows = tf.data.Dataset.from_generator(batches, output_signature=signature)
    return rows.apply(tf.data.experimental.assert_cardinality(num_epochs * reader.num_batches))


_LISTS = {"text_embedding": np.float32, "audio_embedding": np.float32, "attribute_ids": np.int64}


def _lists_to_bytes(frame: pd.DataFrame) -> pd.DataFrame:
    """Each list as bytes. petastorm stacks lists into a matrix, so absent ones and ragged ones break it; bytes pass."""
    for name, dtype in _LISTS.items():
        frame[name] = [None if value is None else np.asarray(value, dtype).tobytes() for value in frame[name]]
    return frame


def _petastorm_arrays(path: str, train: Snapshot) -> ExampleArrays:
    """The rows of one file that count, in the file's order. A file has each product once, so ids tell them apart."""
    from petastorm import TransformSpec, make_batch_reader

    groups = [group.read(("product_id",)) for group in train.groups if group.path == path]
    wanted = {str(value) for table in groups for value in table.column("product_id").to_pylist()}
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that it leaves out the map column, which isn't asked for
        reader = make_batch_reader(
            Path(path).resolve().as_uri(),
            schema_fields=[f"^{name}$" for name in COLUMNS],
            transform_spec=TransformSpec(_lists_to_bytes, edit_fields=[(name, np.bytes_, (), True) for name in _LISTS]),
            reader_pool_type="dummy",  # no threads and no processes: rows come in order and nothing is left running
            shuffle_row_groups=False,
            num_epochs=1,
        )
    with reader:
        for batch in reader:
            for name, values in columns.items():
                values.extend(getattr(batch, name))
    for name, dtype in _LISTS.items():
        columns[name] = [None if value is None else np.frombuffer(value, dtype) for value in columns[name]]
    rows = [i for i, product_id in enumerate(columns["product_id"]) if str(product_id) in wanted]
    return ExampleArrays.from_columns({name: [values[i] for i in rows] for name, values in columns.items()})
