"""``mmgen export``: names, bytes, the index, as-of, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile
from PIL import Image

from mmgen.store.datasets import Dataset
from mmgen.store.values_as_files import MAX_STEM_BYTES, as_cell, as_file, kind_of, put, safe_stem
from tests.cli.conftest import DAY1, DAY2, Put, Run


def picture(kind: str, colour: int = 7) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), (colour, 90, 200)).save(out, kind)
    return out.getvalue()


def clip(kind: str = "FLAC", subtype: str = "PCM_16") -> bytes:
    out = io.BytesIO()
    samples = np.sin(np.arange(1600) / 9) * 0.5
    soundfile.write(out, samples, 16_000, format=kind, subtype=subtype)
    return out.getvalue()


def index_of(out: Path) -> list[dict[str, str]]:
    with (out / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def files_of(out: Path) -> list[str]:
    return sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())


NAMES = {
    "plain": (["S00012"], "S00012"),
    "two keys": (["S00012", "image"], "S00012.image"),
    "chinese": (["外套-7"], "外套-7"),
    "dots inside": (["a.b"], "a.b"),
    "path": (["../../etc/passwd"], "_.._etc_passwd-"),
    "absolute": (["/etc/passwd"], "_etc_passwd-"),
    "windows path": (["..\\x"], "_x-"),
    "hidden": ([".bashrc"], "bashrc-"),
    "an option": (["-rf"], "_rf-"),
    "drive": (["C:"], "C_-"),
    "device": (["NUL"], "NUL-"),
    "device with ending": (["con.jpg"], "con.jpg-"),
    "nul byte": (["a\0b"], "a_b-"),
    "line break": (["a\nb"], "a_b-"),
    "text direction": (["a\u202egpj"], "a_gpj-"),
    "emoji": (["🎉"], "_-"),
    "only dots": ([".."], "row-"),
    "empty": ([""], "row-"),
    "decomposed": (["e\u0301"], "é-"),
    "long": (["x" * 5000], "x" * MAX_STEM_BYTES + "-"),
    "long chinese": (["衣" * 5000], "衣" * (MAX_STEM_BYTES // 3) + "-"),
}


@pytest.mark.parametrize(("key", "expected"), NAMES.values(), ids=NAMES)
def test_safe_stems(key: list[str], expected: str, tmp_path: Path) -> None:
    stem = safe_stem(key)
    start, hashed = stem[: len(expected)], stem[len(expected) :]
    assert start == expected and len(hashed) == (10 if expected.endswith("-") else 0)
    assert len(f"{stem}.flac".encode()) < 255 and Path(stem).name == stem
    assert put(tmp_path, key, "jpg", b"x") == f"{stem}.jpg"
    assert (tmp_path / f"{stem}.jpg").resolve().parent == tmp_path.resolve()


def test_keys_that_look_alike_get_names_of_their_own(tmp_path: Path) -> None:
    keys = [["a/b"], ["a:b"], ["a_b"], ["a", "b.c"], ["a.b", "c"], ["x" * 300], ["x" * 301]]
    names = [put(tmp_path, key, "jpg", str(key).encode()) for key in keys]
    assert len(set(names)) == len(keys)
    assert [(tmp_path / name).read_bytes().decode() for name in names] == [str(key) for key in keys]
    with pytest.raises(FileExistsError, match="stands twice"):
        for _ in range(2):
            put(tmp_path, ["a", "b.c"], "jpg", b"again")


KINDS = {
    "jpeg": (picture("JPEG"), "jpg"),
    "png": (picture("PNG"), "png"),
    "webp": (picture("WEBP"), "webp"),
    "gif": (picture("GIF"), "gif"),
    "bmp": (picture("BMP"), "bmp"),
    "tiff": (picture("TIFF"), "tiff"),
    "wav": (clip("WAV"), "wav"),
    "flac": (clip(), "flac"),
    "ogg": (clip("OGG", "VORBIS"), "ogg"),
    "mp3": (clip("MP3", "MPEG_LAYER_III"), "mp3"),
    "page": (b"<html><script>alert(1)</script>", "bin"),
    "program": (b"#!/bin/sh\nrm -rf /", "bin"),
    "nothing": (b"", "bin"),
}


@pytest.mark.parametrize(("value", "expected"), KINDS.values(), ids=KINDS)
def test_kinds_by_content(value: bytes, expected: str) -> None:
    assert kind_of(value) == expected


def test_flac_becomes_the_same_samples_as_wav_and_pixels_a_picture() -> None:
    ending, wave = as_file(clip(), "audio")
    assert ending == "wav" and kind_of(wave) == "wav"
    (before, rate), (after, rate_after) = (soundfile.read(io.BytesIO(v), dtype="int16") for v in (clip(), wave))
    np.testing.assert_array_equal(before, after)
    assert rate == rate_after == 16_000
    assert as_file(damaged := clip()[:60], "audio") == ("flac", damaged)
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    ending, png = as_file(pixels.tobytes(), "pixels")
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png))), pixels)


CELLS = {
    "text": ("A warm coat.", "A warm coat."),
    "formula": ("=HYPERLINK('http://x')", "'=HYPERLINK('http://x')"),
    "plus": ("+1", "'+1"),
    "minus": ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
    "at": ("@SUM(A1)", "'@SUM(A1)"),
    "tab": ("\t=1", "'\t=1"),
    "blank before": (" =1", "' =1"),
    "full width": ("＝1", "'＝1"),
    "a number is a number": (-1.5, "-1.5"),
    "absent": (None, ""),
    "flag": (True, "true"),
    "bytes that are no file": (b"\x00\xff=", "00ff3d"),
    "list": (["=1", "é"], '["=1", "é"]'),
    "map": ([("colour", "red")], '[["colour", "red"]]'),
}


@pytest.mark.parametrize(("value", "expected"), CELLS.values(), ids=CELLS)
def test_cells(value: Any, expected: str) -> None:
    assert as_cell(value) == expected


@pytest.fixture
def media(put: Put) -> None:
    """Two dates: p1's clip and photo are new on the second; p3 is rejected."""
    audio = [{"product_id": f"p{n}", "audio": clip(), "duration_s": 0.1} for n in (1, 2)]
    put("clean_audio", DAY1, [*audio, {"product_id": "p3", "reject_reason": "audio_silent"}, {"product_id": "=4"}])
    put("clean_audio", DAY2, [{"product_id": "p1", "audio": clip(), "duration_s": -2.0}])
    photo = {"modality": "image", "path": '=a,\n"b".jpg'}
    put("raw_media", DAY1, [{"product_id": "a/b", "data": picture("PNG")} | photo, {"product_id": "衣"} | photo])
    put("clean_texts", DAY1, [{"product_id": "p1", "title": "Coat", "signature": b"\x01\x02"}])


CASES = {
    "newest rows": (["clean_audio"], ["audio/p1.wav", "audio/p2.wav"], [("p1", DAY2), ("p2", DAY1)]),
    "as of an older date": (
        ["clean_audio", "--ds", DAY1],
        ["audio/p1.wav", "audio/p2.wav"],
        [("p1", DAY1), ("p2", DAY1)],
    ),
    "one product": (["clean_audio", "--product", "p2"], ["audio/p2.wav"], [("p2", DAY1)]),
    "limit": (["clean_audio", "--limit", "1"], ["audio/p1.wav"], [("p1", DAY2)]),
    "rejected": (["clean_audio", "--rejected"], [], [("p3", DAY1)]),
    "all": (
        ["clean_audio", "--all"],
        ["audio/p1.wav", "audio/p2.wav"],
        [("p1", DAY2), ("p2", DAY1), ("p3", DAY1), ("'=4", DAY1)],
    ),
    "no media at all": (["clean_texts"], [], [("p1", DAY1)]),
}


@pytest.mark.parametrize(("arguments", "files", "rows"), CASES.values(), ids=CASES)
def test_export(
    mmgen: Run, media: None, tmp_path: Path, arguments: list[str], files: list[str], rows: list[tuple[str, str]]
) -> None:
    out = tmp_path / "new" / "out"
    result = mmgen("export", *arguments, "--out", str(out), "--json")
    assert result.exit_code == 0, result.output
    value = json.loads(result.stdout)
    assert files_of(out) == [*files, "index.csv"]
    assert [(row["product_id"], row["ds"]) for row in index_of(out)] == rows
    assert (value["num_rows"], value["num_files"]) == (len(rows), len(files))
    assert value["num_bytes"] == sum((out / file).stat().st_size for file in files)
    if "audio" in index_of(out)[0]:
        assert [row["audio"] for row in index_of(out) if row["audio"]] == files


def test_columns_and_cells_of_the_index(mmgen: Run, media: None, tmp_path: Path) -> None:
    assert mmgen("export", "clean_audio", "--out", str(tmp_path / "a")).exit_code == 0
    assert index_of(tmp_path / "a")[0]["duration_s"] == "-2.0"  # a number, and of the newest row
    assert mmgen("export", "raw_media", "--out", str(tmp_path / "b")).exit_code == 0
    (first,) = index_of(tmp_path / "b")
    assert (first["product_id"], first["modality"], first["path"]) == ("a/b", "image", '\'=a,\n"b".jpg')
    assert (tmp_path / "b" / first["data"]).read_bytes() == picture("PNG")
    assert first["data"].startswith("data/a_b.image-")


REFUSED = {
    "folder in use": (["clean_audio"], "is not empty"),
    "both": (["clean_audio", "--all", "--rejected"], "give one of"),
    "no such dataset": (["clean_audios"], "Did you mean 'clean_audio'?"),
    "nothing yet": (["creatives"], "has no partition: `mmgen status creatives`"),
    "nothing so early": (["clean_audio", "--ds", "2020-01-01"], "has no partition at or before 2020-01-01"),
}


@pytest.mark.parametrize(("arguments", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(mmgen: Run, media: None, tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    where = tmp_path / "out" if "in use" in words or arguments == ["clean_audio"] else tmp_path / "free"
    result = mmgen("export", *arguments, "--out", str(where))
    assert result.exit_code != 0 and words in result.output
    assert files_of(tmp_path / "out") == ["mine.txt"] and not (tmp_path / "free").exists()


def test_a_product_that_has_no_row_is_said_and_the_others_are_there(mmgen: Run, media: None, tmp_path: Path) -> None:
    result = mmgen("export", "clean_audio", "--product", "p2", "--product", "p3", "--out", str(tmp_path / "out"))
    assert result.exit_code == 1 and "has no clean row of p3" in result.output
    assert files_of(tmp_path / "out") == ["audio/p2.wav", "index.csv"]


def test_force_replaces_what_it_writes_and_nothing_else(mmgen: Run, media: None, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "audio").mkdir(parents=True)
    (out / "audio" / "p1.wav").write_bytes(b"old")
    (out / "mine.txt").write_text("mine")
    assert mmgen("export", "clean_audio", "--out", str(out), "--force").exit_code == 0
    assert files_of(out) == ["audio/p1.wav", "audio/p2.wav", "index.csv", "mine.txt"]
    assert kind_of((out / "audio" / "p1.wav").read_bytes()) == "wav"


def test_force_follows_no_link_out_of_the_folder(mmgen: Run, media: None, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "audio").symlink_to(tmp_path / "elsewhere")
    result = mmgen("export", "clean_audio", "--out", str(tmp_path / "out"), "--force")
    assert result.exit_code == 1 and "is a link to elsewhere" in result.output
    assert files_of(tmp_path / "elsewhere") == []


def test_an_export_that_breaks_off_leaves_no_file(
    mmgen: Run, media: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(value: bytes, column: str) -> tuple[str, bytes]:
        raise OSError("no space left on device")

    monkeypatch.setattr("mmgen.store.values_as_files.as_file", fail)
    result = mmgen("export", "clean_audio", "--out", str(tmp_path / "out"))
    assert result.exit_code == 1 and "no space left" in result.output
    assert list((tmp_path / "out").iterdir()) == []


MEMORY = """
import sys
from pathlib import Path
from mmgen.cli.export import Wanted, write
from mmgen.store.datasets import Dataset
import resource, soundfile, PIL.Image
home, out, ds = sys.argv[1:]
write(Dataset("raw_media", Path(home)), [ds], Wanted(frozenset(), 1, None), Path(out) / "one", None)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
write(Dataset("raw_media", Path(home)), [ds], Wanted(frozenset(), None, None), Path(out) / "all", None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_is_bounded(home: Path, tmp_path: Path) -> None:
    """200 MB of photos grow the process by less than a quarter of that."""
    generator, size, count = np.random.default_rng(1), 1_000_000, 200
    dataset = Dataset("raw_media", home)
    attempt = dataset.stage(DAY1)
    with pq.ParquetWriter(attempt / "part-0.parquet", dataset.contract.file_schema, use_dictionary=False) as writer:
        for start in range(0, count, 10):
            empty = dict.fromkeys(dataset.contract.file_schema.names) | {"modality": "image"}
            rows = [empty | {"product_id": f"p{start + i}", "data": generator.bytes(size)} for i in range(10)]
            writer.write_table(pa.Table.from_pylist(rows, schema=dataset.contract.file_schema))
    dataset.commit(DAY1, attempt, {})
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(home), str(tmp_path), DAY1], check=True, capture_output=True, text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert len(files_of(tmp_path / "all")) == count + 1
    assert int(done.stdout) * 1024 < size * count / 4
