"""Every way a path can leave the media folder, and every reason a file is not read."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen.catalog.media import read_media, stat_media
from mmgen.rejects import RejectReason as R

MAX_BYTES = 100
SECRET = b"secret"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_bytes(SECRET)
    (tmp_path / "root-twin").mkdir()
    (tmp_path / "root-twin" / "x.jpg").write_bytes(SECRET)
    root = tmp_path / "root"
    (root / "images").mkdir(parents=True)
    (root / "images" / "1.jpg").write_bytes(b"one")
    (root / "100%25.jpg").write_bytes(b"percent")
    (root / unicodedata.normalize("NFD", "café.jpg")).write_bytes(b"cafe")
    (root / "红 T恤.jpg").write_bytes(b"shirt")
    (root / "..hidden").write_bytes(b"dots")
    (root / "empty.wav").write_bytes(b"")
    (root / "large.jpg").write_bytes(b"x" * (MAX_BYTES + 1))
    (root / "just.jpg").write_bytes(b"x" * MAX_BYTES)
    (root / "inside.jpg").symlink_to(root / "images" / "1.jpg")
    (root / "outside.jpg").symlink_to(tmp_path / "secret.txt")
    (root / "outside").symlink_to(tmp_path)
    (root / "dangling.jpg").symlink_to(root / "nothing")
    (root / "loop.jpg").symlink_to(root / "loop.jpg")
    os.mkfifo(root / "pipe.jpg")
    return root


@pytest.mark.parametrize(
    ("relative", "expected"),
    [
        pytest.param("images/1.jpg", b"one", id="plain"),
        pytest.param("./images//1.jpg", b"one", id="dot and double slash"),
        pytest.param(" images/1.jpg ", b"one", id="spaces around"),
        pytest.param("images\\1.jpg", b"one", id="written on Windows"),
        pytest.param("images/../images/1.jpg", b"one", id="up and down inside"),
        pytest.param("inside.jpg", b"one", id="link that stays inside"),
        pytest.param("100%25.jpg", b"percent", id="percent in the name"),
        pytest.param("café.jpg", b"cafe", id="composed name, decomposed file"),
        pytest.param("红 T恤.jpg", b"shirt", id="Chinese name with a space"),
        pytest.param("..hidden", b"dots", id="name that starts with dots"),
        pytest.param("just.jpg", b"x" * MAX_BYTES, id="exactly the limit"),
        pytest.param("", R.MEDIA_MISSING, id="empty path"),
        pytest.param("  ", R.MEDIA_MISSING, id="blank path"),
        pytest.param("nothing.jpg", R.MEDIA_MISSING, id="no such file"),
        pytest.param("images/1.jpg/x", R.MEDIA_MISSING, id="below a file"),
        pytest.param("dangling.jpg", R.MEDIA_MISSING, id="link to nothing"),
        pytest.param("empty.wav", R.MEDIA_EMPTY, id="0 bytes"),
        pytest.param("large.jpg", R.MEDIA_TOO_LARGE, id="one byte too many"),
        pytest.param("images", R.MEDIA_UNREADABLE, id="a folder"),
        pytest.param("pipe.jpg", R.MEDIA_UNREADABLE, id="a named pipe"),
        pytest.param("loop.jpg", R.MEDIA_UNREADABLE, id="a link to itself"),
        pytest.param("x" * 5000, R.MEDIA_MISSING, id="name too long"),
        pytest.param("\ud800.jpg", R.MEDIA_MISSING, id="lone surrogate"),
        pytest.param("../secret.txt", R.MEDIA_OUTSIDE_ROOT, id="climbs"),
        pytest.param("images/../../secret.txt", R.MEDIA_OUTSIDE_ROOT, id="climbs on the way"),
        pytest.param("../root/images/1.jpg", R.MEDIA_OUTSIDE_ROOT, id="climbs and comes back"),
        pytest.param("../root-twin/x.jpg", R.MEDIA_OUTSIDE_ROOT, id="folder with the same beginning"),
        pytest.param("..\\secret.txt", R.MEDIA_OUTSIDE_ROOT, id="climbs with a backslash"),
        pytest.param("images\\..\\..\\secret.txt", R.MEDIA_OUTSIDE_ROOT, id="climbs with backslashes"),
        pytest.param("%2e%2e/secret.txt", R.MEDIA_OUTSIDE_ROOT, id="percent-encoded dots"),
        pytest.param("..%2fsecret.txt", R.MEDIA_OUTSIDE_ROOT, id="percent-encoded slash"),
        pytest.param("%252e%252e%252fsecret.txt", R.MEDIA_OUTSIDE_ROOT, id="encoded twice"),
        pytest.param("%25252e%25252e/secret.txt", R.MEDIA_OUTSIDE_ROOT, id="encoded three times"),
        pytest.param("%2525252e%2525252e/secret.txt", R.MEDIA_OUTSIDE_ROOT, id="encoded four times"),
        pytest.param("%5c..%5c..%5csecret.txt", R.MEDIA_OUTSIDE_ROOT, id="percent-encoded backslash"),
        pytest.param("/etc/passwd", R.MEDIA_OUTSIDE_ROOT, id="absolute"),
        pytest.param("%2fetc/passwd", R.MEDIA_OUTSIDE_ROOT, id="absolute, encoded"),
        pytest.param("C:\\secret.txt", R.MEDIA_OUTSIDE_ROOT, id="drive"),
        pytest.param("\\\\host\\share\\x.jpg", R.MEDIA_OUTSIDE_ROOT, id="network share"),
        pytest.param("images/1.jpg\x00.png", R.MEDIA_OUTSIDE_ROOT, id="NUL"),
        pytest.param("images/1.jpg%00.png", R.MEDIA_OUTSIDE_ROOT, id="NUL, encoded"),
        pytest.param("outside.jpg", R.MEDIA_OUTSIDE_ROOT, id="link to a file outside"),
        pytest.param("outside/secret.txt", R.MEDIA_OUTSIDE_ROOT, id="link to a folder outside"),
        pytest.param("https://shop.example/1.jpg", R.MEDIA_URL_REFUSED, id="https"),
        pytest.param("FILE:///etc/passwd", R.MEDIA_URL_REFUSED, id="file URL"),
        pytest.param("data:image/png;base64,AAAA", R.MEDIA_URL_REFUSED, id="data URL"),
        pytest.param(" s3://bucket/1.jpg", R.MEDIA_URL_REFUSED, id="s3, after a space"),
        pytest.param("//cdn.example/1.jpg", R.MEDIA_URL_REFUSED, id="URL without a scheme"),
    ],
)
def test_read(root: Path, relative: str, expected: bytes | R) -> None:
    result = read_media(str(root), relative, MAX_BYTES)
    assert result == ((expected, None) if isinstance(expected, bytes) else (None, expected))


def test_stat_tells_a_changed_file_and_nothing_outside(root: Path) -> None:
    before = stat_media(str(root), "images/1.jpg")
    (root / "images" / "1.jpg").write_bytes(b"longer")
    assert before != stat_media(str(root), "images/1.jpg") != ""
    outside = ["outside.jpg", "../secret.txt", "nothing.jpg", "", "https://shop.example/1.jpg", "loop.jpg"]
    assert [stat_media(str(root), path) for path in outside] == [""] * len(outside)


def test_a_file_without_permission_is_unreadable(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)  # root may read anything, so the refusal is played
    assert read_media(str(root), "images/1.jpg", MAX_BYTES) == (None, R.MEDIA_UNREADABLE)


@pytest.mark.parametrize("value", [None, 3, b"x"], ids=["none", "number", "bytes"])
def test_a_value_that_is_no_text_never_raises(root: Path, value: object) -> None:
    data, reason = read_media(str(root), value, MAX_BYTES)  # type: ignore[arg-type]
    assert data is None
    assert reason is not None


PIECES = st.sampled_from(
    ["..", ".", "/", "\\", "%2e", "%2f", "%5c", "%25", "\x00", "secret.txt", "root", "outside", "é"]
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_no_path_reads_outside_the_root(tmp_path_factory: pytest.TempPathFactory, relative: str) -> None:
    base = tmp_path_factory.getbasetemp() / "property"
    if not base.exists():
        (base / "root").mkdir(parents=True)
        (base / "secret.txt").write_bytes(SECRET)
        (base / "root" / "outside").symlink_to(base)
    data, reason = read_media(str(base / "root"), relative, MAX_BYTES)
    assert data is None
    assert reason is not None
