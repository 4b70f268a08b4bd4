"""Photos of every format and fault: what comes out upright in sRGB, and what is rejected for which reason."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from mmgen.clean.image.decode import cv2, decode_image, encode_jpeg
from mmgen.clean.image.frame import fit
from mmgen.clean.image.header import read_jpeg_header
from mmgen.rejects import RejectReason
from tests.clean.pictures import (
    PARAMS,
    PRIMARIES,
    READABLE,
    SWAPPED,
    clean,
    icc_profile,
    photo,
    pixels_of,
    saved,
    scene,
)


@pytest.mark.parametrize("name", READABLE)
def test_reads_every_format(name: str) -> None:
    row = clean(READABLE[name])
    assert row["reject_reason"] is None
    assert (row["width_px"], row["height_px"]) == (320, 240)
    master, model = pixels_of(row["master"]), pixels_of(row["model_image"])
    assert master.shape == (240, 320, 3)
    assert model.shape == (224, 224, 3)
    assert master[8, 40].mean() < 70, "the dark stripe lies at the upper left"
    assert master[200, 300].mean() > 200, "the backdrop is light"
    assert len(row["perceptual_hash"]) == 16


def with_orientation(orientation: int) -> bytes:
    """``scene`` stored turned, so that the tag turns it upright."""
    undo = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose values that undo each orientation
    turned = scene() if undo[orientation] is None else scene().transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(turned, "JPEG", quality=95, exif=exif)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turns_upright(orientation: int) -> None:
    row = clean(with_orientation(orientation))
    assert (row["width_px"], row["height_px"]) == (320, 240)
    assert cv2.PSNR(pixels_of(row["master"]), np.asarray(scene())) > 28
    assert b"Exif" not in row["master"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_colour_comes_out_in_srgb(kind: str) -> None:
    """By a profile that says red is blue, the red disc is blue; white and grey stay what they are."""
    row = clean(saved(scene(), kind, icc_profile=SWAPPED))
    master = pixels_of(row["master"]).astype(int)
    red, _, blue = master[120, 128]
    assert blue > 150 and red < 90
    assert master[200, 300].min() > 240
    assert b"camera" not in row["master"]


SRGB_CURVE = [((x + 0.055) / 1.055) ** 2.4 if x > 0.04045 else x / 12.92 for x in np.linspace(0, 1, 256)]
P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))  # Display P3 under D50
ADOBE = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))
PROFILES = {
    "sRGB by another name": (icc_profile("c2", PRIMARIES, SRGB_CURVE), (200, 30, 40)),
    "P3 that mentions sRGB": (icc_profile("Display P3 Gamut with sRGB Transfer", P3, SRGB_CURVE), (219, 0, 33)),
    "P3": (icc_profile("Display P3", P3, SRGB_CURVE), (219, 0, 33)),
    "linear that mentions sRGB": (icc_profile("GIMP built-in Linear sRGB", PRIMARIES, [0.0, 1.0]), (228, 96, 110)),
    "linear": (icc_profile("Linear Rec709", PRIMARIES, [0.0, 1.0]), (228, 96, 110)),
    "wide that lies": (icc_profile("sRGB IEC61966-2.1", ADOBE, [x**2.2 for x in np.linspace(0, 1, 256)]),
                       (234, 26, 38)),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_counts_by_what_it_holds(name: str, kind: str) -> None:
    """By its primaries and curve; what it is called says nothing of them."""
    profile, expected = PROFILES[name]
    row = clean(saved(scene(), kind, icc_profile=profile, **({"quality": 98} if kind == "JPEG" else {})))
    for column in ("master", "model_image"):
        image = pixels_of(row[column]).astype(int)
        disc = image[int(image.shape[0] * 0.5), int(image.shape[1] * 0.4)]
        assert np.abs(disc - expected).max() <= 12, column
    is_kept = name.startswith("sRGB") and kind == "JPEG"
    assert (profile in row["master"]) is is_kept


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_the_first_bytes_say_what_it_is(kind: str) -> None:
    """Whatever the file is called: its name never reaches the transform, and a JPEG's end does not make it one."""
    row = clean(saved(scene(), kind) + b"\xff\xd9")
    assert row["reject_reason"] is None and (row["width_px"], row["height_px"]) == (320, 240)


def bomb_png(side: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 9)) + chunk(b"IEND", b"")
    )


def huge_jpeg() -> bytes:
    data = bytearray(READABLE["jpeg"])
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 65500, 65500)
    return bytes(data)


def cut_inside(data: bytes) -> bytes:
    """The scan cut in half, with an end marker put back: libjpeg fills the rest with grey and only warns."""
    return data[: len(data) * 2 // 3] + b"\xff\xd9"


NOISY = Image.fromarray(np.random.default_rng(1).integers(0, 255, (240, 320, 3), np.uint8))
REJECTED = {
    "missing": (None, RejectReason.MEDIA_MISSING),
    "empty": (b"", RejectReason.IMAGE_NOT_AN_IMAGE),
    "text named .jpg": (b"This is no picture.\n" * 40, RejectReason.IMAGE_NOT_AN_IMAGE),
    "text that begins with BM": (b"BMW seat cover, black, set of two\n", RejectReason.IMAGE_NOT_AN_IMAGE),
    "an error page": (b"<!DOCTYPE html><html><svg/></html>", RejectReason.IMAGE_NOT_AN_IMAGE),
    "a film": (b"\0\0\0\x18ftypisom\0\0\2\0isommp42" + bytes(40), RejectReason.IMAGE_NOT_AN_IMAGE),
    "jpeg cut in the scan": (READABLE["jpeg"][:-400], RejectReason.IMAGE_TRUNCATED),
    "jpeg without its last byte": (READABLE["jpeg"][:-1], RejectReason.IMAGE_TRUNCATED),
    "jpeg cut in the header": (READABLE["jpeg"][:60], RejectReason.IMAGE_TRUNCATED),
    "jpeg cut, end marker put back": (cut_inside(saved(NOISY, "JPEG")), RejectReason.IMAGE_TRUNCATED),
    "png cut": (READABLE["png"][:-60], RejectReason.IMAGE_TRUNCATED),
    "webp cut": (READABLE["webp"][:-60], RejectReason.IMAGE_TRUNCATED),
    "bmp cut": (READABLE["bmp"][:-600], RejectReason.IMAGE_TRUNCATED),
    "png with a broken header": (READABLE["png"][:24] + b"?" + READABLE["png"][25:], RejectReason.IMAGE_UNDECODABLE),
    "jpeg without a frame": (b"\xff\xd8\xff\xda\x00\x02\x00\xff\xd9", RejectReason.IMAGE_UNDECODABLE),
    "png bomb": (bomb_png(30_000), RejectReason.IMAGE_TOO_MANY_PIXELS),
    "jpeg header of 65,500 x 65,500": (huge_jpeg(), RejectReason.IMAGE_TOO_MANY_PIXELS),
    "one pixel": (saved(Image.new("RGB", (1, 1)), "PNG"), RejectReason.IMAGE_TOO_SMALL),
    "31 px": (saved(scene(31, 200), "JPEG"), RejectReason.IMAGE_TOO_SMALL),
    "all white": (saved(Image.new("RGB", (300, 300), "white"), "JPEG"), RejectReason.IMAGE_BLANK),
    "all transparent": (saved(Image.new("RGBA", (300, 300), (9, 9, 9, 0)), "PNG"), RejectReason.IMAGE_BLANK),
}


@pytest.mark.parametrize("name", REJECTED)
def test_rejects_by_name(name: str) -> None:
    data, reason = REJECTED[name]
    row = clean(data)
    assert row.pop("reject_reason") == reason
    assert set(row.values()) == {None}


def boxed(*brands: bytes, behind: bytes = bytes(200)) -> bytes:
    """The beginning of an ISO media file: its major brand, and the compatible ones."""
    body = brands[0] + bytes(4) + b"".join(brands[1:])
    return struct.pack(">I", len(body) + 8) + b"ftyp" + body + behind


SVG = b"""<?xml version="1.0"?>\n<!-- a > b -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">\n<svg/>"""
UNSUPPORTED = {
    "heic of a phone": (boxed(b"heic", b"mif1", b"heic"), "HEIC"),
    "heic behind the general brand": (boxed(b"mif1", b"miaf", b"heix"), "HEIC"),
    "heic that only its coding tells": (boxed(b"mif1", b"miaf", behind=b"....infe....hvc1" + bytes(90)), "HEIC"),
    "heif of another coding": (boxed(b"mif1", b"miaf"), "HEIF"),
    "camera's raw": (boxed(b"crx ", b"isom"), "Canon raw"),
    "jpeg xl": (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(40), "JPEG XL"),
    "bare jpeg xl": (b"\xff\x0a\xfa\x7f" + bytes(40), "JPEG XL"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    "svg with a preamble": (b"\xef\xbb\xbf" + SVG, "SVG"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript"),
    "photoshop": (b"8BPS\0\1" + bytes(40), "Photoshop"),
    "pdf": (b"%PDF-1.7\n" + bytes(40), "PDF"),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_names_the_format_that_it_cannot_read(name: str) -> None:
    """A shop has a file to convert; that is another thing than an error page saved as a picture."""
    data, expected = UNSUPPORTED[name]
    row = clean(data)
    assert (row.pop("reject_reason"), row.pop("source_format")) == (RejectReason.IMAGE_FORMAT_UNSUPPORTED, expected)
    assert set(row.values()) == {None}


@pytest.mark.parametrize(
    "brands",
    [(b"avif", b"mif1"), (b"mif1", b"avif"), (b"miaf", b"mif1", b"MA1B", b"avif"), (b"msf1", b"avif"),
     (b"mif1", b"miaf")],
    ids=lambda brands: " ".join(brand.decode() for brand in brands),
)  # fmt: skip
def test_avif_by_any_of_its_brands(brands: tuple[bytes, ...]) -> None:
    data = saved(scene(), "AVIF", quality=90)
    (size,) = struct.unpack_from(">I", data)
    # Padded to the length that the box had, so that what lies behind it stays where the file says
    names = (brands + (brands[0],) * 9)[: (size - 12) // 4]
    row = clean(boxed(*names, behind=data[size:]))
    assert (row["reject_reason"], row["source_format"]) == (None, "AVIF")
    assert cv2.PSNR(pixels_of(row["master"]), np.asarray(scene())) > 28


def test_transparency_is_laid_on_white() -> None:
    picture = scene().convert("RGBA")
    picture.putalpha(Image.fromarray(np.where(np.arange(320)[None].repeat(240, 0) < 160, 255, 0).astype(np.uint8)))
    assert pixels_of(clean(saved(picture, "PNG"))["master"])[:, 200:].min() > 240


def cut_out(colour: tuple[int, int, int], mode: str = "RGBA") -> Image.Image:
    """A disc; all around it is transparent, whatever colour is stored there."""
    alpha = np.zeros((240, 320), np.uint8)
    cv2.circle(alpha, (160, 120), 80, 255, -1, cv2.LINE_AA)
    picture = np.full((240, 320, 3), colour, np.uint8)
    return Image.fromarray(np.dstack([picture, alpha])).convert(mode)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize(
    ("colour", "ground"),
    [((255, 255, 255), 200), ((238, 236, 230), 200), ((200, 30, 40), 255), ((20, 20, 20), 255), ((190, 190, 190), 255)],
    ids=["white", "ivory", "red", "black", "grey"],
)
def test_a_cut_out_is_seen_whatever_its_colour(colour: tuple[int, int, int], ground: int, kind: str) -> None:
    row = clean(saved(cut_out(colour), kind, **({"lossless": True} if kind == "WEBP" else {})))
    assert row["reject_reason"] is None
    master = pixels_of(row["master"]).astype(int)
    assert np.abs(master[120, 160] - colour).max() <= 6 and np.abs(master[5, 5] - ground).max() <= 4


def test_a_white_cut_out_of_grey_and_alpha_is_seen() -> None:
    assert clean(saved(cut_out((255, 255, 255), "LA"), "PNG"))["contrast"] > 0.1


@pytest.mark.parametrize("side", [500, 1000, 2000])
def test_scaled_decoding_stays_close_to_full(side: int) -> None:
    """Against decode and one area resize; the target of a median of 40 dB is measured on real photos."""
    data = encode_jpeg(cv2.resize(photo(), (side, side), interpolation=cv2.INTER_CUBIC), 92)
    full = cv2.resize(cv2.imdecode(np.frombuffer(data, np.uint8), 1), (224, 224), interpolation=cv2.INTER_AREA)
    assert cv2.PSNR(fit(decode_image(data, PARAMS, 224).pixels, 224), full) > 32


SECRET = Image.Exif()
SECRET[0x010E] = "NOTE-OF-THE-PHOTOGRAPHER"
SECRET[0x8825] = {1: "N", 2: (12.0, 34.0, 56.0)}
BEHIND = {
    "another picture": saved(scene(160, 120), "JPEG", exif=SECRET),
    "a progressive one": saved(scene(160, 120), "JPEG", exif=SECRET, progressive=True),
    "a film": boxed(b"mp42", b"isom") + b"NOTE-OF-THE-PHOTOGRAPHER\xff\xd9" + bytes(50),
    "end marks": b"NOTE-OF-THE-PHOTOGRAPHER\xff\xd9\xff\xd9",
}


@pytest.mark.parametrize("behind", BEHIND.values(), ids=BEHIND.keys())
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"progressive": True, "subsampling": 0},
                                     {"restart_marker_rows": 1}, {"progressive": True, "restart_marker_blocks": 3}],
                         ids=str)  # fmt: skip
def test_nothing_stays_behind_the_picture(options: dict[str, Any], behind: bytes) -> None:
    """However many scans it has: motion photos, gain maps and depth maps hang a second picture or a film there."""
    data = saved(scene(), "JPEG", quality=90, exif=SECRET, **options)
    row = clean(data + behind)
    assert b"Exif" not in row["master"] and b"NOTE-OF" not in row["master"]
    assert row["master"].count(b"\xff\xd8\xff") == 1 and row["master"].endswith(b"\xff\xd9")
    assert np.array_equal(pixels_of(row["master"]), pixels_of(data))


def test_a_comment_between_two_scans_goes() -> None:
    data = saved(scene(), "JPEG", quality=90, progressive=True)
    second = data.index(b"\xff\xda", data.index(b"\xff\xda") + 2)
    tables = data.rindex(b"\xff\xc4", 0, second)
    noted = data[:tables] + b"\xff\xfe\x00\x0aNOTE-OF!" + data[tables:]
    row = clean(noted)
    assert row["master"] == data


def test_header_of_a_jpeg() -> None:
    header = read_jpeg_header(saved(scene(), "JPEG", progressive=True))
    assert (header.width_px, header.height_px, header.num_components, header.process) == (320, 240, 3, 0xC2)


SEEDS = [READABLE[name] for name in ("jpeg", "progressive jpeg", "png", "gif", "webp", "bmp", "tiff", "palette png")]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), max_size=8),
       st.floats(0.1, 1))  # fmt: skip
def test_never_raises_on_mutated_files(seed: bytes, edits: list[tuple[float, bytes]], kept: float) -> None:
    data = bytearray(seed)
    for place, patch in edits:
        at = int(place * (len(data) - 1))
        data[at : at + len(patch)] = patch
    row = clean(bytes(data[: max(1, int(kept * len(data)))]))
    assert (row["reject_reason"] is None) == (row["master"] is not None)
    assert row["reject_reason"] != RejectReason.TRANSFORM_FAILED


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=400))
def test_never_raises_on_random_bytes(data: bytes) -> None:
    assert clean(data)["reject_reason"] is not None
