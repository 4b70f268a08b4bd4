"""Measured blur, deconvolution, light and veil: what is bad comes out better, and a measure that fell stops it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen.clean.image.deblur import deblur
from mmgen.clean.image.decode import cv2
from mmgen.clean.image.enhance import (
    Faults,
    enhance,
    faults_of,
    is_better,
    keeps_colour,
    levels_curve,
    middle_tones_moved,
)
from mmgen.clean.image.quality import Quality, blur_of, measure
from mmgen.config.clean import ImageParams

PARAMS = ImageParams()
NONE = Faults(False, False, False)
GOOD = Quality(0.6, 0.8, 1.0, 0.0, 0.2, 0.5, (255, 255, 255))


def photo(side: int = 200) -> np.ndarray:
    """Blocks and a disc, sharp, with black and white in it."""
    rng = np.random.default_rng(4)
    blocks = rng.integers(0, 230, (14, 14, 3), np.uint8)
    picture = np.full((side, side, 3), 255, np.uint8)
    edge = side // 8
    inner = side - 2 * edge
    picture[edge:-edge, edge:-edge] = cv2.resize(blocks, (inner, inner), interpolation=cv2.INTER_NEAREST)
    cv2.circle(picture, (side // 2, side // 2), side // 6, (10, 10, 10), -1)
    return picture


@pytest.mark.parametrize("sigma", [0.0, 1.0, 1.5, 2.0, 3.0])
def test_blur_is_measured_in_pixels(sigma: float) -> None:
    picture = cv2.GaussianBlur(photo(), (0, 0), sigma) if sigma else photo()
    assert blur_of(picture) == pytest.approx(sigma, abs=0.45)


@pytest.mark.parametrize("factor", [1.0, 0.5, 0.2], ids=lambda f: f"contrast x {f}")
def test_blur_does_not_depend_on_contrast(factor: float) -> None:
    blurred = cv2.GaussianBlur(photo(), (0, 0), 2.0)
    assert blur_of((blurred * factor).astype(np.uint8)) == pytest.approx(blur_of(blurred), abs=0.3)


@pytest.mark.parametrize("shape", [(64, 64), (33, 90), (200, 61)], ids=str)
@pytest.mark.parametrize("sigma", [0.7, 2.0, 6.0])
def test_deblurring_keeps_shape_and_a_plain_picture(shape: tuple[int, int], sigma: float) -> None:
    plain = np.full((*shape, 3), (40, 120, 200), np.uint8)
    out = deblur(plain, sigma, PARAMS.deblur_fidelity)
    assert out.shape == plain.shape and out.dtype == np.uint8
    assert np.abs(out.astype(int) - plain).max() <= 3


@pytest.mark.parametrize("sigma", [1.0, 2.0, 3.0, 6.0])
def test_deblurring_brings_a_photo_nearer_to_what_it_was(sigma: float) -> None:
    blurred = cv2.GaussianBlur(photo(), (0, 0), sigma)
    assert cv2.PSNR(deblur(blurred, sigma, PARAMS.deblur_fidelity), photo()) > cv2.PSNR(blurred, photo()) + 1.5


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, NONE),
        ({"high": 0.75}, Faults(True, False, False)),
        ({"high": 0.90, "floor": 0.25}, Faults(False, True, False)),
        ({"high": 1.0, "floor": 0.70}, NONE),
        ({"high": 0.90, "floor": 0.02}, NONE),
        ({"high": 0.70, "floor": 0.15}, Faults(True, False, False)),
        ({"high": 0.75, "floor": 0.40}, Faults(True, True, False)),
        ({"blur_px": 1.2}, Faults(False, False, True)),
        ({"high": 0.5, "blur_px": 2.0}, Faults(True, False, True)),
    ],
    ids=["good", "dark", "veil", "white on white", "grey backdrop", "white shirt, too dark", "dark and veiled",
         "blurred", "dark and blurred"],
)  # fmt: skip
def test_faults(change: dict[str, float], expected: Faults) -> None:
    assert faults_of(replace(GOOD, **change), PARAMS) == expected


@settings(max_examples=80, deadline=None)
@given(st.integers(5, 255), st.floats(0.0, 1.0), st.booleans())
def test_curves_never_turn_light_into_dark(high: int, share: float, is_dark: bool) -> None:
    quality = replace(GOOD, high=high / 255, floor=high / 255 * share)
    curve = levels_curve(quality, Faults(is_dark, not is_dark, False), PARAMS)
    assert (np.diff(curve.astype(int)) >= 0).all()
    assert curve[high] <= 255 * PARAMS.target_white + 1


@pytest.mark.parametrize(
    ("faults", "change", "expected"),
    [
        (Faults(True, False, False), {"brightness": 0.7}, True),
        (Faults(True, False, False), {"brightness": 0.5}, False),
        (Faults(False, True, False), {"contrast": 0.9}, True),
        (Faults(False, True, False), {"contrast": 0.8}, False),
        (Faults(False, False, True), {"blur_px": 0.1}, True),
        (Faults(False, False, True), {"blur_px": 0.3}, False),
        (Faults(False, False, True), {"blur_px": 0.1, "contrast": 0.7}, False),
    ],
)
def test_what_measures_no_better_is_dropped(faults: Faults, change: dict[str, float], expected: bool) -> None:
    assert is_better(GOOD, replace(GOOD, **change), faults) is expected


def test_several_faults_at_once() -> None:
    bad = (cv2.GaussianBlur(photo(), (0, 0), 2.0) * 0.45).astype(np.uint8)
    quality = measure(bad, bad)
    better = enhance(bad, quality, faults_of(quality, PARAMS), PARAMS)
    assert better is not None
    assert cv2.PSNR(better, photo()) > cv2.PSNR(bad, photo()) + 6


Colour = tuple[int, int, int]


def on_ground(
    colour: Colour, ground: Colour, shading: float = 0.0, noise: float = 0.5, shape: str = "disc"
) -> np.ndarray:
    """A thing of one colour on a plain ground (both BGR), its sides darker by ``shading``; no part of it is black."""
    side = 300
    mask = np.zeros((side, side), np.uint8)
    if shape == "disc":
        cv2.circle(mask, (150, 150), 95, 1, -1)
    else:
        cv2.fillPoly(mask, [np.array([[60, 50], [240, 50], [270, 255], [30, 255]])], 1)
    shade = 1 - shading * np.linspace(-1, 1, side)[None, :, None] ** 2
    picture = np.where(mask[..., None] > 0, np.array(colour) * shade, np.array(ground, float))
    picture += np.random.default_rng(2).normal(0, noise, picture.shape)
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8)


UNTOUCHED = {
    "camel on light grey": on_ground((100, 150, 190), (233, 235, 236)),
    "blue on light grey": on_ground((150, 109, 90), (238, 238, 238)),
    "grey on light grey": on_ground((143, 141, 140), (238, 238, 238)),
    "camel on white": on_ground((100, 150, 190), (255, 255, 255)),
    "olive, shaded, noisy": on_ground((60, 120, 110), (232, 232, 232), 0.25, 4.0, "bag"),
    "pink on beige": on_ground((170, 150, 230), (210, 228, 240), 0.2),
    "teal on pale blue": on_ground((140, 130, 60), (240, 220, 200), 0.2, 2.0, "bag"),
    "yellow on middle grey": on_ground((60, 190, 200), (150, 150, 150)),
    "brown on middle grey": on_ground((60, 90, 130), (170, 170, 170), 0.2, 2.0),
    "white on navy": on_ground((200, 198, 190), (80, 40, 30)),
    "grey mug on #bbbbbb": on_ground((140, 141, 142), (187, 187, 187), 0.3, 1.0),
    "charcoal mug on #bbbbbb": on_ground((78, 80, 82), (187, 187, 187), 0.05, 1.0),
    "washed grey bag on light grey": on_ground((112, 110, 109), (238, 238, 238), 0.3, 2.0, "bag"),
    "taupe bag on #dddddd": on_ground((105, 112, 120), (221, 221, 221), 0.4, 1.0, "bag"),
    "green on dark red": on_ground((70, 140, 60), (40, 40, 180), 0.3, 1.0, "bag"),
}


@pytest.mark.parametrize("name", UNTOUCHED)
def test_a_product_keeps_its_colour_on_any_ground(name: str) -> None:
    """Nothing in it is black and nothing white: that alone is no fault of the photo."""
    picture = UNTOUCHED[name]
    quality = measure(picture, picture)
    better = enhance(picture, quality, faults_of(quality, PARAMS), PARAMS)
    if better is not None:
        moved = middle_tones_moved(picture, better, PARAMS)
        assert moved.mean() <= PARAMS.colour_tolerance and np.percentile(moved, 95) <= PARAMS.colour_tolerance


def printed(colour: Colour, ground: Colour) -> np.ndarray:
    """The same with print and a shadow, which are black, before a white ground."""
    picture = on_ground(colour, ground)
    for row, column in ((100, 90), (150, 120), (190, 100)):
        cv2.putText(picture, "MMG", (column, row), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (5, 5, 5), 3)
    return picture


@pytest.mark.parametrize("colour", [(100, 150, 190), (150, 109, 90), (143, 141, 140)], ids=["camel", "blue", "grey"])
@pytest.mark.parametrize("share", [0.3, 0.45, 0.6])
def test_print_and_a_white_ground_prove_a_veil(colour: Colour, share: float) -> None:
    whole = printed(colour, (254, 254, 254))
    veiled = (whole * (1 - share) + 191 * share + 0.5).astype(np.uint8)
    quality = measure(veiled, veiled)
    better = enhance(veiled, quality, faults_of(quality, PARAMS), PARAMS)
    assert better is not None
    left, lost = (float(middle_tones_moved(whole, x, PARAMS).mean()) for x in (better, veiled))
    assert left < 0.5 * lost


def shoe(colour: Colour) -> np.ndarray:
    """A large thing of one colour with creases and a sole, nearly all of the subject, before a white ground."""
    picture = on_ground(colour, (254, 254, 254), 0.2, shape="bag")
    for row in range(70, 250, 14):
        cv2.line(picture, (80, row), (220, row + 8), tuple(int(0.35 * level) for level in colour), 2)
    cv2.putText(picture, "MMG", (90, 180), cv2.FONT_HERSHEY_SIMPLEX, 2.0, (240, 240, 240), 4)
    return picture


def in_two_colours(one: Colour, other: Colour) -> np.ndarray:
    """Each channel is dark somewhere, and no pixel is black."""
    picture = on_ground(one, (254, 254, 254))
    for row in range(80, 230, 10):
        cv2.rectangle(picture, (100, row), (200, row + 5), other, -1)
    return picture


VEILED = {
    "black shoe": shoe((22, 20, 21)),
    "anthracite bag": shoe((40, 36, 34)),
    "red and azure stripes": in_two_colours((8, 10, 200), (190, 110, 6)),
    "green and magenta stripes": in_two_colours((10, 150, 6), (170, 8, 180)),
}


@pytest.mark.parametrize("name", VEILED)
@pytest.mark.parametrize("share", [0.3, 0.45, 0.6])
def test_a_veil_lifts_all_channels_alike(name: str, share: float) -> None:
    whole = VEILED[name]
    veiled = (whole * (1 - share) + 191 * share + 0.5).astype(np.uint8)
    quality = measure(veiled, veiled)
    better = enhance(veiled, quality, faults_of(quality, PARAMS), PARAMS)
    assert better is not None
    assert cv2.PSNR(better, whole) > cv2.PSNR(veiled, whole) + 4


@pytest.mark.parametrize("colour", [(8, 8, 8), (14, 10, 9)], ids=["black", "blue-black"])
def test_a_black_product_that_lacks_light_is_lit_up(colour: Colour) -> None:
    """Most of it is as dark as its darkest: what is that black is no grey of its own."""
    whole = shoe(colour)
    dark = np.clip(whole * 0.5, 0, 255).astype(np.uint8)
    quality = measure(dark, dark)
    better = enhance(dark, quality, faults_of(quality, PARAMS), PARAMS)
    assert better is not None and np.median(better[:5]) > 240


def test_missing_light_is_proven_by_black_and_a_grey_ground() -> None:
    whole = printed((100, 150, 190), (254, 254, 254))
    dark = np.clip(whole * 0.45, 0, 255).astype(np.uint8)
    quality = measure(dark, dark)
    better = enhance(dark, quality, faults_of(quality, PARAMS), PARAMS)
    assert better is not None
    assert middle_tones_moved(whole, better, PARAMS).mean() < 0.4 * middle_tones_moved(whole, dark, PARAMS).mean()


def test_a_steeper_edge_is_no_other_colour() -> None:
    blurred = cv2.GaussianBlur(UNTOUCHED["olive, shaded, noisy"], (0, 0), 2.0)
    darker = np.clip(blurred * 0.85, 0, 255).astype(np.uint8)
    assert keeps_colour(blurred, deblur(blurred, 2.0, PARAMS.deblur_fidelity), PARAMS, 2.0)
    assert not keeps_colour(blurred, darker, PARAMS, 2.0)
    assert keeps_colour(blurred, darker, PARAMS.model_copy(update={"colour_tolerance": 20.0}))
