"""The readers by name; petastorm's needs the encoders' environment, and skips elsewhere."""

from __future__ import annotations

import pytest

from mmgen.training.data.loader import ArrowReader, Reader

READERS = ("arrow", "petastorm")


def reader_class(name: str) -> type[Reader]:
    if name == "arrow":
        return ArrowReader
    pytest.importorskip("petastorm", reason="petastorm is in the encoders' environment", exc_type=ImportError)
    from mmgen.training.data.petastorm_reader import PetastormReader

    return PetastormReader
