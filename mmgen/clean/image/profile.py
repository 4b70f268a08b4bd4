"""Colour profiles, judged by what they do to colours: a name may say sRGB of any primaries and any curve."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

SRGB = ImageCms.createProfile("sRGB")

_MODES = {"RGB": "RGB", "GRAY": "L"}  # of the profiles whose pictures may be taken as they are
_STEPS = 9  # a channel: 729 colours from black to white tell primaries and curve
_SAME_LEVELS = 2  # of 255: what the rounding of makers' curves and tables comes to


@lru_cache(maxsize=64)  # a shop's photos come from a few cameras and programs
def is_srgb(icc: bytes) -> bool:
    """Whether a profile is absent, or takes every colour to what it would be without it. False for a broken one."""
    if not icc:
        return True
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        mode = _MODES.get(source.profile.xcolor_space.strip())
        if mode is None:
            return False
        asked = _colours(mode)
        found = ImageCms.profileToProfile(asked, source, SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return False
    moved = np.asarray(found, np.int16) - np.asarray(asked.convert("RGB"), np.int16)
    return bool(np.abs(moved).max() <= _SAME_LEVELS)


def _colours(mode: str) -> Image.Image:
    levels = np.linspace(0, 255, _STEPS).round().astype(np.uint8)
    if mode == "L":
        return Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    return Image.fromarray(np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(_STEPS, -1, 3))
