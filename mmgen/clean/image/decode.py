"""Bytes of any common picture format to upright sRGB pixels, within a bound that is checked before decoding."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageFile, UnidentifiedImageError

from mmgen.clean.image.formats import sniff, unsupported_format
from mmgen.clean.image.frame import Pixels, fit
from mmgen.clean.image.header import JpegHeader, is_cut_short, read_jpeg_header, without_metadata
from mmgen.clean.image.profile import SRGB, is_srgb
from mmgen.clean.rows import RejectedError
from mmgen.config.clean import ImageParams
from mmgen.rejects import RejectReason

_FORMATS = (
    "JPEG",
    "PNG",
    "GIF",
    "TIFF",
    "WEBP",
    "BMP",
    "AVIF",
    "JPEG2000",
)  # never EPS or the like, which start programs
_PALE = 225  # of 255 in each channel: before white such a product has no outline
_GREY_GROUND = (200, 200, 200)
_REDUCED = {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4}
_REDUCED[8] = cv2.IMREAD_REDUCED_COLOR_8


@dataclass(frozen=True)
class Decoded:
    """A decoded picture."""

    pixels: Pixels  # (height, width, 3) BGR uint8, upright, sRGB, longest side at most ``master_side_px``
    width_px: int  # of the source, upright
    height_px: int
    format_name: str  # JPEG, PNG, WEBP ...
    keep: bytes | None  # the source's own JPEG (without metadata) where it may serve as the master
    is_reduced: bool = False  # decoded smaller than a master of it would be


def decode_image(data: bytes, params: ImageParams, side_px: int | None = None) -> Decoded:
    """Decode one picture. Raises RejectedError with the reason where it cannot be used.

    side_px: where given, a JPEG whose own bytes can serve as the master is decoded at an eighth, a quarter or half of
    its size (but not under ``side_px``), which costs as much less.
    """
    kind = sniff(data)
    if kind is None:
        name = unsupported_format(data)
        if name is not None:
            raise RejectedError(RejectReason.IMAGE_FORMAT_UNSUPPORTED, source_format=name)
        raise RejectedError(RejectReason.IMAGE_NOT_AN_IMAGE)
    if kind == "jpeg":
        header = read_jpeg_header(data)
        _check_size(header.width_px, header.height_px, params)
        if header.num_components in (1, 3) and header.precision_bits == 8 and is_srgb(header.icc):
            return _decode_jpeg(data, header, params, side_px)
    elif is_cut_short(data, kind):
        raise RejectedError(RejectReason.IMAGE_TRUNCATED)
    if kind == "avif" and data[8:12] not in (b"avif", b"avis"):
        data = data[:8] + b"avif" + data[12:]  # Pillow asks the major brand, where a general one may stand
    return _decode_any(data, params)


def reduction(longest_px: int, side_px: int, slack: float = 0.7) -> int:
    """The factor (1, 2, 4, 8) by which a JPEG is scaled down while it is decoded, leaving ``slack * side_px`` or more.

    Seven tenths of a master's bound are enough: 1,500 px become 750 for a quarter of the time of 1,024.
    """
    return next(factor for factor in (8, 4, 2, 1) if factor == 1 or longest_px / factor >= slack * side_px)


def _check_size(width_px: int, height_px: int, params: ImageParams) -> None:
    if width_px * height_px > params.max_pixels:
        raise RejectedError(RejectReason.IMAGE_TOO_MANY_PIXELS)
    if width_px == 0 or height_px == 0:
        raise RejectedError(RejectReason.IMAGE_UNDECODABLE)
    if min(width_px, height_px) < params.min_side_px:
        raise RejectedError(RejectReason.IMAGE_TOO_SMALL)


def _decode_jpeg(data: bytes, header: JpegHeader, params: ImageParams, side_px: int | None) -> Decoded:
    """The fast path: an eight-bit sRGB JPEG through OpenCV (libjpeg-turbo)."""
    longest = max(header.width_px, header.height_px)
    keep = without_metadata(data, header) if header.is_plain and longest <= params.master_side_px else None
    factor = of_master = reduction(longest, params.master_side_px)
    if keep is not None and side_px is not None:
        factor = reduction(longest, side_px, slack=1.0)
    flags = _REDUCED[factor] | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise RejectedError(RejectReason.IMAGE_UNDECODABLE)
    if _ends_in_filler(pixels):
        raise RejectedError(RejectReason.IMAGE_TRUNCATED)
    pixels = _upright(fit(pixels, params.master_side_px), header.orientation)
    width, height = header.width_px, header.height_px
    if header.orientation >= 5:
        width, height = height, width
    return Decoded(pixels, width, height, "JPEG", keep, factor > of_master)


def _ends_in_filler(pixels: Pixels) -> bool:
    """Whether the last rows are the mid-grey that libjpeg puts where data ran out before the end marker.

    It only warns on stderr. A picture that has the same grey in its first row has a grey backdrop and is believed. (A
    progressive file cut so loses detail, not area, and cannot be told.)
    """
    return bool((pixels[-1] == 128).all() and (pixels[-4:] == 128).all() and not (pixels[0] == 128).all())


def _decode_any(data: bytes, params: ImageParams) -> Decoded:
    """Every other format, bit depth and colour space, through Pillow."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # size warnings: the bound is ours; broken Exif: of no interest
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                _check_size(*image.size, params)
                orientation = _orientation(image)
                width, height = image.size
                kind = image.format or ""
                scale = reduction(max(width, height), params.master_side_px)
                if scale > 1 and image.format == "JPEG":
                    image.draft(None, (width // scale, height // scale))
                image.load()
                pixels = _upright(fit(_to_srgb(image), params.master_side_px), orientation)
    except RejectedError:
        raise
    except Image.DecompressionBombError:
        raise RejectedError(RejectReason.IMAGE_TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        raise RejectedError(RejectReason.IMAGE_UNDECODABLE) from None
    except Exception as error:  # Pillow's plugins raise anything on damaged files: struct.error, IndexError, ...
        cut = "truncated" in str(error).lower() or isinstance(error, EOFError)
        reason = RejectReason.IMAGE_TRUNCATED if cut else RejectReason.IMAGE_UNDECODABLE
        raise RejectedError(reason) from None
    if orientation >= 5:
        width, height = height, width
    return Decoded(pixels, width, height, kind, None)


def _orientation(image: ImageFile.ImageFile) -> int:
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _to_srgb(image: Image.Image) -> Pixels:
    """Any Pillow mode to BGR: deep samples scaled to eight bits, profiles applied, transparency laid on a ground."""
    icc = image.info.get("icc_profile") or b""
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    elif image.mode in ("I", "F"):
        image = Image.fromarray(_eight_bits(np.asarray(image).astype(np.float64)))
    elif image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    rgb = _with_profile(image, icc)
    if rgb.mode == "RGBA":
        rgb = Image.alpha_composite(Image.new("RGBA", rgb.size, _ground_for(np.asarray(rgb))), rgb)
    return cv2.cvtColor(np.asarray(rgb.convert("RGB")), cv2.COLOR_RGB2BGR)


def _ground_for(rgba: Pixels) -> tuple[int, int, int, int]:
    """White, as a studio's; a light grey for a cut-out that is mostly white itself, and would not be seen."""
    seen = rgba[rgba[..., 3] > 127][:, :3]
    is_pale = len(seen) and float((seen.min(axis=1) > _PALE).mean()) > 0.7
    return (*_GREY_GROUND, 255) if is_pale else (255, 255, 255, 255)


def _with_profile(image: Image.Image, icc: bytes) -> Image.Image:
    """Apply an embedded profile; a broken or mismatched one is ignored, as browsers do."""
    if is_srgb(icc) or image.mode not in ("RGB", "RGBA", "L", "CMYK", "LAB"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted: Any = ImageCms.profileToProfile(image, source, SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted if isinstance(converted, Image.Image) else image


def _eight_bits(values: npt.NDArray[np.float64]) -> Pixels:
    """Grey samples of 32 bits or floats to eight, by the range that their maximum implies."""
    values = np.nan_to_num(values)
    top = float(values.max(initial=0.0))
    full = next((limit for limit in (1.0, 255.0, 65535.0) if top <= limit), top)
    return np.clip(values * (255.0 / full) + 0.5, 0, 255).astype(np.uint8)


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """Turn and mirror as Exif orientation 2 to 8 says."""
    if orientation in (5, 6, 7, 8):
        pixels = cv2.transpose(pixels)
    flips = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}
    return cv2.flip(pixels, flips[orientation]) if orientation in flips else pixels


def encode_jpeg(pixels: Pixels, quality: int) -> bytes:
    """BGR pixels to a baseline JPEG."""
    done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError("the picture could not be encoded as JPEG")
    return bytes(data)
