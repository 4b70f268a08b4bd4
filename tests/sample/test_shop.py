"""The sample catalogue: the same bytes twice, every kind of fault in it, and a map that fits it."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import cv2
import ftfy
import numpy as np
import pytest
import soundfile as sf
from PIL import Image

from mmgen.catalog.source_map import check_columns, load_source_map
from mmgen.rejects import RejectReason
from mmgen.sample import shop as sample
from mmgen.sample import voice as sample_voice
from mmgen.sample.drawings import DRAWINGS
from mmgen.sample.faults import FAULTS, KEPT, Fault
from mmgen.sample.scenes import photograph
from mmgen.sample.words import CATEGORIES, COLOURS

NUM = sample.MIN_PRODUCTS
MAP = Path(__file__).parents[2] / "conf" / "sources" / "sample.toml"


def tree_digest(folder: Path) -> str:
    lines = [
        f"{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> sample.SampleSummary:
    return sample.write_sample(tmp_path_factory.mktemp("sample"), products=NUM, seed=7)


@pytest.fixture(scope="module")
def rows(made: sample.SampleSummary) -> list[dict[str, str]]:
    return read_rows(made.products_csv)


def of_fault(rows: list[dict[str, str]], name: str) -> dict[str, str]:
    return next(row for row in rows if row["fault"] == name)


def test_same_arguments_give_the_same_bytes(made: sample.SampleSummary, tmp_path: Path) -> None:
    sample.write_sample(tmp_path, products=NUM, seed=7)
    assert tree_digest(tmp_path) == tree_digest(made.products_csv.parent)
    sample.write_sample(tmp_path, products=NUM, seed=8)
    assert tree_digest(tmp_path) != tree_digest(made.products_csv.parent)


def test_counts(made: sample.SampleSummary, rows: list[dict[str, str]]) -> None:
    files = [path for path in (made.products_csv.parent / "media").rglob("*") if path.is_file()]
    assert made.num_products == NUM == len({row["id"] for row in rows})
    assert made.num_rows == len(rows)
    assert made.num_images + made.num_audio == len(files)
    assert made.num_bytes == sum(path.stat().st_size for path in files)
    share = {name: sum(row["locale"] == name for row in rows) / len(rows) for name in ("en", "zh")}
    assert min(share.values()) > 0.4
    assert 0.4 < made.num_descriptions / made.num_rows < 0.8
    assert len({row["category"] for row in rows if row["locale"] == "en"}) >= 6


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_is_planted_and_listed(
    made: sample.SampleSummary, rows: list[dict[str, str]], fault: Fault
) -> None:
    found = of_fault(rows, fault.name)
    assert made.faults[found["id"]] == str(fault.expected)
    assert fault.expected == KEPT or fault.expected in set(RejectReason)


def test_fault_list_is_written(made: sample.SampleSummary) -> None:
    listed = read_rows(made.products_csv.parent / "faults.csv")
    assert {row["product_id"]: row["expected"] for row in listed} == made.faults


def test_media_that_is_not_at_fault_can_be_read(made: sample.SampleSummary, rows: list[dict[str, str]]) -> None:
    root = made.products_csv.parent
    kinds = set()
    for row in rows:
        if made.faults.get(row["id"], KEPT) != KEPT:
            continue
        if row["image"]:
            with Image.open(root / row["image"]) as image:
                image.load()
                kinds.add((image.format, image.mode))
        if row["audio"]:
            wave, rate_hz = sf.read(root / row["audio"])
            assert 0.5 < len(wave) / rate_hz < 5
            assert np.abs(wave).max() > 0.05
    assert {("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "P"), ("PNG", "RGBA")} <= kinds


def test_damage_is_what_its_name_says(made: sample.SampleSummary, rows: list[dict[str, str]]) -> None:
    root = made.products_csv.parent

    def data(name: str, column: str = "image") -> bytes:
        return (root / of_fault(rows, name)[column]).read_bytes()

    with Image.open(io.BytesIO(data("truncated_jpeg"))) as image, pytest.raises(OSError, match="truncated"):
        image.load()
    assert not (root / of_fault(rows, "missing_file")["image"]).exists()
    assert of_fault(rows, "path_outside")["image"] == "../outside.jpg"
    assert not (root.parent / "outside.jpg").exists()
    assert data("zero_byte_wav", "audio") == b""
    assert not np.any(sf.read(io.BytesIO(data("silent_clip", "audio")))[0])
    assert cv2.imdecode(np.frombuffer(data("png_16_bit"), np.uint8), cv2.IMREAD_UNCHANGED).dtype == np.uint16
    assert len(data("huge_png")) < 1000
    with Image.open(io.BytesIO(data("turned_jpeg"))) as image:
        assert image.getexif()[0x0112] == 6
    assert "@" in of_fault(rows, "pii_description")["description"]
    assert of_fault(rows, "emoji_only")["name"].isascii() is False


def test_mojibake_can_be_repaired(rows: list[dict[str, str]]) -> None:
    broken = of_fault(rows, "mojibake")["description"]
    fixed = ftfy.fix_text(broken)
    assert fixed != broken
    assert "Ã" not in fixed
    assert "â" not in fixed


def test_an_id_that_comes_twice(made: sample.SampleSummary, rows: list[dict[str, str]]) -> None:
    twice = [row for row in rows if row["fault"] == "same_id_twice"]
    assert len(twice) == 2
    assert twice[0]["id"] == twice[1]["id"]
    assert made.faults[twice[0]["id"]] == RejectReason.DUPLICATE_ID


def test_a_bigger_sample_has_duplicates(tmp_path: Path) -> None:
    made = sample.write_sample(tmp_path, products=90, seed=7)
    again = [row for row in read_rows(made.products_csv) if row["fault"] in ("same_picture", "near_copy")]
    assert {made.faults[row["id"]] for row in again} == {KEPT}
    exact = [row for row in again if row["fault"] == "same_picture"]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "media" / "images").iterdir()]
    assert exact
    assert len(set(digests)) < len(digests)


def test_map_fits(rows: list[dict[str, str]]) -> None:
    source = load_source_map(MAP)
    assert check_columns(source, list(rows[0]), "products.csv") == []
    free = set(rows[0]) - set(source.columns.named()) - set(source.ignore)
    assert free == {"colour", "material", "size", "pattern", "season"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"products": 3}, "at least", id="too-few"),
        pytest.param({"locales": ("xx",)}, "choose from en, zh", id="unknown-locale"),
        pytest.param({"locales": ()}, "choose from en, zh", id="no-locale"),
    ],
)
def test_wrong_arguments(tmp_path: Path, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sample.write_sample(tmp_path / "new", **arguments)  # type: ignore[arg-type]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="something else"):
        sample.write_sample(tmp_path, products=NUM)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("shape", DRAWINGS)
def test_picture_shows_its_colour(shape: str) -> None:
    """The named colour is the commonest away from the backdrop, within what light and noise do to it."""
    for (name, _), rgb in COLOURS[:6]:
        picture = photograph(shape, rgb, "plain", np.random.default_rng(5)).reshape(-1, 3).astype(int)
        near = (np.abs(picture - np.asarray(rgb)).max(axis=1) < 45).mean()
        assert near > 0.02, name


def test_every_category_has_a_drawing() -> None:
    assert {category.shape for category in CATEGORIES} == set(DRAWINGS)


@pytest.mark.parametrize("rate_hz", sample_voice.RATES_HZ)
@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_clip_is_readable_and_repeatable(rate_hz: int, suffix: str) -> None:
    wave = sample_voice.speak(rate_hz, np.random.default_rng(3))
    first = sample_voice.encode(wave, rate_hz, suffix, 11)
    assert first == sample_voice.encode(wave, rate_hz, suffix, 11)
    back, found_hz = sf.read(io.BytesIO(first))
    assert found_hz == rate_hz
    assert abs(len(back) - len(wave)) <= 1
    assert np.corrcoef(back[: len(wave)], wave[: len(back)])[0, 1] > 0.9


@pytest.mark.parametrize("snr_db", [0.0, 10.0, 20.0])
def test_noise_level(snr_db: float) -> None:
    rng = np.random.default_rng(2)
    wave = sample_voice.speak(16_000, rng) * 0.3
    mixed = sample_voice.add_noise(wave, snr_db, rng)
    found = 10 * np.log10(np.mean(wave**2) / np.mean((mixed - wave) ** 2))
    assert found == pytest.approx(snr_db, abs=0.1)
