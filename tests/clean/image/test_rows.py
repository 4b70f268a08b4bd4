"""What ``clean_images`` keeps of a photo: its bytes where it can, a better photo where that helps, one square."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFile

from mmgen.clean.image.cut_out import decoded_cut_out
from mmgen.clean.image.decode import cv2, encode_jpeg
from mmgen.clean.image.frame import fit
from mmgen.clean.image.hash import perceptual_hash
from mmgen.clean.image.rows import clean_images
from tests.clean.pictures import PARAMS, READABLE, batch, clean, photo, pixels_of, saved, scene


def test_keeps_order_and_passes_reasons_on() -> None:
    columns = clean_images(
        batch(READABLE["jpeg"], b"nothing", READABLE["png"], reasons=["media_too_large", None, None]), PARAMS
    )
    assert columns["reject_reason"] == ["media_too_large", "image_not_an_image", None]
    assert [master is None for master in columns["master"]] == [True, True, False]
    assert {len(values) for values in columns.values()} == {3}
    assert {len(values) for values in clean_images(batch(), PARAMS).values()} == {0}


def test_a_plain_photo_is_kept_byte_for_byte() -> None:
    data = saved(scene(224, 224), "JPEG", quality=90)
    row = clean(data)
    assert row["master"] == data
    assert row["model_image"] == data
    assert row["is_enhanced"] is False


def test_metadata_goes_and_pixels_stay() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at 48.8584 N 2.2945 E"
    data = saved(scene(), "JPEG", quality=90, exif=exif, comment=b"private")
    row = clean(data + b"\xff\xd8 a second picture \xff\xd9")
    assert b"48.8584" not in row["master"] and b"private" not in row["master"] and b"second" not in row["master"]
    assert np.array_equal(pixels_of(row["master"]), pixels_of(data))


@pytest.mark.parametrize(
    ("size", "expected"), [((3000, 1500), 1024), ((1024, 300), 1024), ((1500, 1500), 1024), ((90, 90), 90)], ids=str
)
def test_master_is_bounded_and_never_enlarged(size: tuple[int, int], expected: int) -> None:
    row = clean(saved(scene(*size), "JPEG", quality=92))
    master = pixels_of(row["master"])
    assert 0.7 * expected <= max(master.shape) <= expected
    assert (row["width_px"], row["height_px"]) == size
    assert pixels_of(row["model_image"]).shape == (224, 224, 3)


def test_pads_with_the_backdrop_in_its_own_colour() -> None:
    picture = Image.new("RGB", (400, 200), (30, 90, 160))
    picture.paste(scene(100, 100), (150, 50))
    model = pixels_of(clean(saved(picture, "JPEG", quality=95))["model_image"]).astype(int)
    assert np.abs(model[5, 112] - (30, 90, 160)).max() < 8
    assert np.abs(model[218, 112] - (30, 90, 160)).max() < 8


HARM = {
    "dark": lambda x: (x * 0.4).astype(np.uint8),
    "very dark": lambda x: (x * 0.3).astype(np.uint8),
    "washed out": lambda x: (x * 0.4 + 95).astype(np.uint8),
    "blurred": lambda x: cv2.GaussianBlur(x, (0, 0), 6.0),
}


@pytest.mark.parametrize("name", HARM)
def test_enhances_what_is_bad(name: str) -> None:
    bad = HARM[name](photo())
    row = clean(encode_jpeg(bad, 95))
    assert row["is_enhanced"]
    after = cv2.cvtColor(pixels_of(row["master"]), cv2.COLOR_RGB2BGR)
    # Of a wide blur over many strong colours no more is taken out than leaves the colours what they are
    assert cv2.PSNR(after, photo()) > cv2.PSNR(bad, photo()) + (0.4 if name == "blurred" else 3)
    again = clean(row["master"])
    assert again["contrast"] >= row["contrast"] - 0.02
    assert again["blur_px"] <= row["blur_px"] + 0.02


@pytest.mark.parametrize("picture", [photo(), np.asarray(scene())], ids=["textured", "studio"])
def test_leaves_a_good_photo_alone(picture: np.ndarray) -> None:
    assert clean(encode_jpeg(picture, 92))["is_enhanced"] is False


def test_hash_survives_scale_and_compression_and_tells_pictures_apart() -> None:
    base = photo()
    smaller = cv2.imdecode(np.frombuffer(encode_jpeg(cv2.resize(base, (310, 310)), 60), np.uint8), 1)
    other = np.ascontiguousarray(base[::-1])
    hashes = [int(perceptual_hash(fit(picture, 224)), 16) for picture in (base, smaller, other)]
    assert (hashes[0] ^ hashes[1]).bit_count() <= 6
    assert (hashes[0] ^ hashes[2]).bit_count() >= 16


@pytest.mark.parametrize(
    ("ground", "size", "is_kept"),
    [(255, (600, 400), True), (235, (1000, 900), True), (255, (2400, 1800), True), (120, (600, 400), False)],
)
def test_a_product_on_a_plain_light_ground_is_cut_out_once(ground: int, size: tuple[int, int], is_kept: bool) -> None:
    pixels = np.full((*size, 3), ground, np.uint8)
    top, left = size[0] // 4, size[1] // 4
    pixels[top : 3 * top, left : 3 * left] = (40, 60, 170)
    row = clean(encode_jpeg(pixels, 95))
    assert (row["cutout"] is not None) is is_kept
    if is_kept:
        height, width = pixels_of(row["master"]).shape[:2]
        found = decoded_cut_out(row["cutout"], (height, width)) > 0.5
        told = np.zeros((height, width), bool)
        told[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4] = True
        assert (found & told).sum() / (found | told).sum() > 0.97, "intersection over union"
    with pytest.raises(ValueError, match="cut-out"):
        decoded_cut_out(b"no picture", (10, 10))


def test_same_bytes_twice() -> None:
    data = [READABLE[name] for name in READABLE] + [encode_jpeg(HARM["blurred"](photo()), 90)]
    assert clean_images(batch(*data), PARAMS) == clean_images(batch(*data), PARAMS)


@pytest.mark.parametrize(
    ("side_px", "kind", "sides_px"),
    [
        (600, "JPEG", [600]),
        (600, "PNG", [600]),
        (600, "WEBP", [600]),
        (1600, "JPEG", [800]),
        (1000, "JPEG", [500, 1000]),
    ],
    ids=["kept JPEG", "PNG", "WebP", "JPEG larger than a master", "measured at half its size, then enhanced"],
)
@pytest.mark.parametrize("name", ["dark", "blurred"])
def test_a_photo_is_decoded_once(
    name: str, side_px: int, kind: str, sides_px: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And twice at most: a sound photo of some 1,000 px is not made to wait for pixels that nobody asks for."""
    bad = cv2.resize(HARM[name](photo()), (side_px, side_px), interpolation=cv2.INTER_LINEAR)
    data = saved(Image.fromarray(bad[..., ::-1]), kind)
    seen: list[int] = []
    decode, prepare = cv2.imdecode, ImageFile.ImageFile.load_prepare

    def imdecode(given: np.ndarray, flags: int) -> np.ndarray:
        made = decode(given, flags)
        seen.append(made.shape[0])
        return made

    def load_prepare(image: ImageFile.ImageFile) -> None:
        seen.append(image.height)
        prepare(image)

    monkeypatch.setattr(cv2, "imdecode", imdecode)
    monkeypatch.setattr(ImageFile.ImageFile, "load_prepare", load_prepare)
    assert clean(data)["is_enhanced"]
    assert seen == sides_px
