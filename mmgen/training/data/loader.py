"""Reading ``examples`` into batches for torch, with Arrow. Keras' reader is in ``petastorm_reader``, what both share in
``reader``."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow.parquet as pq

from mmgen.training.data.columns import Columns, from_arrow
from mmgen.training.data.reader import Reader
from mmgen.training.data.snapshot import RowGroup

__all__ = ["ArrowReader", "Reader"]


class ArrowReader(Reader):
    """Reads with pyarrow alone, a row group in steps."""

    def _read(self, file: pq.ParquetFile, group: RowGroup, names: list[str], step_rows: int) -> Iterator[Columns]:
        for batch in file.iter_batches(step_rows, row_groups=[group.number], columns=names, use_threads=False):
            yield from_arrow(batch)
