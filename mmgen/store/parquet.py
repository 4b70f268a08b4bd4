"""Opening a Parquet file to read it bit by bit, in memory that does not grow with its row groups."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

FILE_BUFFER = 1024**2


def open_parquet(path: str | Path) -> pq.ParquetFile:
    """A local file for ``iter_batches``. By itself Arrow loads a column of a row group whole: it reads ahead
    (``pre_buffer``), and does not read in parts unless it is given a buffer."""
    return pq.ParquetFile(path, buffer_size=FILE_BUFFER, pre_buffer=False)
