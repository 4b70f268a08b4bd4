"""Fonts that can draw a text: the shop's own first, then the packaged one, then the system's.

The packaged one is Noto Sans CJK (SIL Open Font License 1.1), a variable font of all weights that covers Latin, Greek,
Cyrillic and the Chinese, Japanese and Korean scripts. It comes from PyPI as data: ``manimgx-fonts-cjk``.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont, TTLibError
from PIL import ImageFont

PACKAGE, PACKAGE_FILE = "manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc"
SYSTEM_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)
# One collection holds a face for each region: the same character is drawn as its readers know it.
FACE_WORDS = {"ja": "JP", "ko": "KR", "zh-tw": "TC", "zh-hant": "TC", "zh-hk": "HK"}
REMEDY = (
    "install one with `pip install --no-deps manimgx-fonts-cjk` or `apt-get install fonts-noto-cjk`, "
    "or name a font file of your own as `font_path`"
)


class MissingFontError(ValueError):
    """No font that is installed here can draw the text. The message holds the remedy."""


def find_font(
    text: str, size_px: int, path: str | None = None, weight: int = 400, locale: str = "zh"
) -> ImageFont.FreeTypeFont:
    """The first font that has every character of ``text``, else the one with most of its letters.

    ``weight`` (100 to 900) counts for variable fonts only. Raises ValueError where ``path`` is no font, and
    MissingFontError where nothing covers the text's Chinese, Japanese or Korean, or any letter of it.
    """
    # Emoji and ornaments (So) choose no font: they are left out where the letters' own font lacks them.
    wanted = {c for c in text if unicodedata.category(c)[0] not in "CMZ" and unicodedata.category(c) != "So"}
    letters = {char for char in wanted if char.isalnum()}
    best: tuple[str, int] | None = None
    best_num = -1
    for file in candidates(path):
        face = face_of(file, locale)
        have = coverage(file, face)
        if wanted <= have:
            return open_font(file, face, size_px, weight)
        num = len(letters & have)
        if num > best_num and {char for char in letters if is_cjk(char)} <= have:
            best, best_num = (file, face), num
    if best is None or (letters and best_num == 0):
        what = "Chinese, Japanese or Korean" if any(map(is_cjk, letters)) else "these letters"
        raise MissingFontError(f"no installed font can draw {what} ({text[:20]!r}): {REMEDY}")
    return open_font(*best, size_px, weight)


def drawable(text: str, font: ImageFont.FreeTypeFont) -> str:
    """The text without the characters that the font would draw as empty boxes (emoji, mostly)."""
    have = coverage(str(font.path), font.index)
    return "".join(char for char in text if char == " " or char in have)


def is_cjk(char: str) -> bool:
    """Han, kana, hangul, and their punctuation and full-width forms: a line may break beside it."""
    code = ord(char)
    return (
        0x2E80 <= code <= 0x9FFF
        or 0xAC00 <= code <= 0xD7AF
        or 0xF900 <= code <= 0xFAFF
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
    )


def candidates(path: str | None) -> list[str]:
    """Font files to try, in order. Raises ValueError where ``path`` is named and is no file."""
    if path is not None and not Path(path).is_file():
        raise ValueError(f"font_path {path!r} is no file: name a TTF, OTF or TTC file, or leave it out")
    found = [path] if path is not None else []
    spec = importlib.util.find_spec(PACKAGE)
    if spec is not None and spec.origin is not None:
        found.append(str(Path(spec.origin).with_name(PACKAGE_FILE)))
    return [file for file in [*found, *SYSTEM_FONTS] if Path(file).is_file()]


@lru_cache(maxsize=64)
def face_of(file: str, locale: str) -> int:
    """The index of the face drawn for ``locale`` in a collection (Simplified Chinese where nothing else is known)."""
    if not file.lower().endswith((".ttc", ".otc")):
        return 0
    tag = locale.lower().replace("_", "-")
    word = FACE_WORDS.get(tag) or FACE_WORDS.get(tag.split("-")[0]) or "SC"
    with TTCollection(file, lazy=True) as collection:
        names = [str(face["name"].getDebugName(1)) for face in collection]
    return next((i for i, name in enumerate(names) if name.endswith(f" {word}")), 0)


@lru_cache(maxsize=32)
def coverage(file: str, face: int) -> frozenset[str]:
    """Every character that the face has a drawing for. Raises ValueError where the file is no font."""
    try:
        with TTFont(file, fontNumber=face, lazy=True) as font:
            return frozenset(map(chr, font.getBestCmap() or {}))
    except (TTLibError, OSError) as error:
        raise ValueError(f"font_path {file!r} is no font that can be read: {error}") from None


@lru_cache(maxsize=256)
def open_font(file: str, face: int, size_px: int, weight: int) -> ImageFont.FreeTypeFont:
    """The face at a size in pixels. Pillow's basic layout: Raqm needs a system library, and would draw other bytes."""
    font = ImageFont.truetype(file, size_px, index=face, layout_engine=ImageFont.Layout.BASIC)
    try:
        axes = font.get_variation_axes()
    except OSError:  # one fixed weight
        return font
    if not axes:
        return font
    values = [float(axis["default"] or 0) for axis in axes]
    names = [axis["name"] for axis in axes]
    for i, name in enumerate(names):
        if name in (b"Weight", "Weight"):
            low, high = float(axes[i]["minimum"] or weight), float(axes[i]["maximum"] or weight)
            values[i] = min(max(float(weight), low), high)
    font.set_variation_by_axes(values)
    return font
