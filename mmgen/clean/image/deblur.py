"""Taking a Gaussian blur back out of a photo, without noise or halos where it can be helped."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import fft

from mmgen.clean.image.frame import Pixels, Plane, lengths

_LARGEST_SIGMA_PX = 4.0  # a wider blur leaves nothing that half the size would not hold
_EXPONENT = 0.8  # of the prior on slopes: 2 would be smooth everywhere, photos have few and steep edges
_TIGHTNESS = tuple(2.0**step for step in range(9))  # more and smaller steps gain a wide blur and lose a narrow one


def deblur(pixels: Pixels, sigma_px: float, fidelity: float) -> Pixels:
    """The photo before a Gaussian blur of ``sigma_px``, as far as what is left of it tells. (height, width, 3) BGR.

    Works on luma alone: colour is stored coarser, and sharpening it would only bring its noise. ``fidelity``: how far
    the photo is believed against the prior, for a blur of one pixel.
    """
    height, width = pixels.shape[:2]
    if sigma_px > _LARGEST_SIGMA_PX and min(height, width) >= 64:
        half = cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        sharper = deblur(half, sigma_px / 2, fidelity)
        return cv2.resize(sharper, (width, height), interpolation=cv2.INTER_CUBIC)
    luma = cv2.cvtColor(pixels, cv2.COLOR_BGR2YCrCb)
    plane = luma[..., 0].astype(np.float32) / np.float32(255)
    luma[..., 0] = (deconvolve(plane, sigma_px, fidelity * sigma_px**2) * 255 + 0.5).astype(np.uint8)
    return cv2.cvtColor(luma, cv2.COLOR_YCrCb2BGR)


def deconvolve(blurred: Plane, sigma_px: float, fidelity: float) -> Plane:
    """Minimise fidelity / 2 |blur(x) - blurred|^2 + |slopes of x|^0.8 with x in 0..1. (height, width) in and out.

    Half-quadratic splitting: slopes are shrunk, then x is solved for in the Fourier domain, and the two are held
    together ever tighter. After Krishnan and Fergus, "Fast image deconvolution using hyper-Laplacian priors" (2009),
    with slopes shrunk by length (so that no direction is preferred) and x kept within what a photo can hold, which
    takes halos off white backdrops.
    """
    padded, margin = _padded(blurred, sigma_px)
    rows = fft.fftfreq(padded.shape[0]).astype(np.float32)[:, None]
    columns = fft.rfftfreq(padded.shape[1]).astype(np.float32)[None]
    blur = np.exp(np.float32(-2 * np.pi**2 * sigma_px**2) * (rows**2 + columns**2))
    slope_power = 4 * np.sin(np.float32(np.pi) * rows) ** 2 + 4 * np.sin(np.float32(np.pi) * columns) ** 2
    seen, blur_power = blur * fft.rfft2(padded), blur * blur
    found = padded
    for tightness in _TIGHTNESS:
        weight = np.float32(tightness / fidelity)
        across, down = _shrunk(*_slopes(found), tightness)
        solved = (seen + weight * fft.rfft2(_slopes_transposed(across, down))) / (blur_power + weight * slope_power)
        found = np.clip(fft.irfft2(solved, padded.shape), 0, 1)
    height, width = blurred.shape
    return found[margin : margin + height, margin : margin + width]


def _padded(plane: Plane, sigma_px: float) -> tuple[Plane, int]:
    """Mirrored on all sides, to sizes that transform fast; and the margin at the top and at the left."""
    margin = int(np.ceil(4 * sigma_px)) + 4
    height, width = (fft.next_fast_len(size + 2 * margin, real=True) for size in plane.shape)
    bottom, right = height - plane.shape[0] - margin, width - plane.shape[1] - margin
    return cv2.copyMakeBorder(plane, margin, bottom, margin, right, cv2.BORDER_REFLECT), margin


def _slopes(plane: Plane) -> tuple[Plane, Plane]:
    """Differences to the right and downwards; the picture goes round."""
    across, down = np.empty_like(plane), np.empty_like(plane)
    np.subtract(plane[:, 1:], plane[:, :-1], out=across[:, :-1])
    np.subtract(plane[:, 0], plane[:, -1], out=across[:, -1])
    np.subtract(plane[1:], plane[:-1], out=down[:-1])
    np.subtract(plane[0], plane[-1], out=down[-1])
    return across, down


def _slopes_transposed(across: Plane, down: Plane) -> Plane:
    """The transpose of ``_slopes``: minus the divergence."""
    out = np.empty_like(across)
    np.subtract(across[:, :-1], across[:, 1:], out=out[:, 1:])
    np.subtract(across[:, -1], across[:, 0], out=out[:, 0])
    out[1:] += down[:-1] - down[1:]
    out[0] += down[-1] - down[0]
    return out


def _shrunk(across: Plane, down: Plane, tightness: float) -> tuple[Plane, Plane]:
    """Slopes as the prior would have them: the small ones gone, the large ones kept."""
    length = lengths(across, down)
    kept = np.maximum(1 - np.float32(_EXPONENT / tightness) * (length + 1e-9) ** np.float32(_EXPONENT - 2), 0)
    return across * kept, down * kept
