"""Hashes name what is stored: their values stay what they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen.config.params import Params
from mmgen.hashes import bucket_of, digest_of, fingerprint, sha256, sha256_of, sha256_of_file, sha256_of_json
from mmgen.seeds import seed_of

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # FIPS 180-4
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
FOUND = {
    "no bytes": (sha256_of(b""), EMPTY),
    "bytes": (sha256_of(b"abc"), ABC),
    "text": (sha256_of("abc"), ABC),
    "parts": (digest_of("a", 1, None), "4d4c921084b03999dc84498d0cde9be4"),
    "wide characters": (digest_of("é", "灰"), "df733c9df6bd64e3630e9b1131ad90ad"),
    "seed": (seed_of("encoder rows", "p1", 7), 9168589353842961255),
    "weights": (fingerprint(b=2, a=[1, "é"]), "ec257950d2a56009d62000cb06a0cb639a853fdf1db389de8693ad5cc9cf16f9"),
    "json": (
        sha256_of_json({"b": 2, "a": [1, "é"]}),
        "ec257950d2a56009d62000cb06a0cb639a853fdf1db389de8693ad5cc9cf16f9",
    ),
    "bucket": (bucket_of("colour=grey", 4096), 758),
    "parameters": (Params().digest(3, "v1", 7), "cd59e3b8bb5991b1"),
}


@pytest.mark.parametrize(("found", "expected"), FOUND.values(), ids=FOUND)
def test_values_stay(found: str | int, expected: str | int) -> None:
    assert found == expected


def test_a_file_and_pieces_are_hashed_as_the_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    pieces = sha256()
    for piece in (b"a", b"bc"):
        pieces.update(piece)
    assert sha256_of_file(tmp_path / "file") == pieces.hexdigest() == ABC
