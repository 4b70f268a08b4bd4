"""Measured blur, deconvolution, light and veil: what is bad comes out better, and a measure that fell stops it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen.clean.image.deblur import deblur
from mmgen.clean.image.decode import cv2
from mmgen.clean.image.enhance import Faults, enhance, faults_of, is_better, levels_curve
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
