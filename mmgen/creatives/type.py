"""Setting text: cleaning, breaking lines in English and Chinese, and the largest size that fits a box."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_precision, get_currency_symbol
from PIL import ImageFont

from mmgen.creatives.fonts import drawable, find_font, is_cjk

# After the JIS X 4051 and CLREQ rules: what may not start a line, and what may not end one.
NO_START = set("、。，．,.!！?？;；:：)）]］}｝」』】〉》〕”’…‥·・%％‰℃°々ー～」")
NO_END = set("(（[［{｛「『【〈《〔“‘$¥￥€£#＃@＠")
MARKUP = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?[a-zA-Z!][^<>]*>", re.DOTALL | re.IGNORECASE)
PIECES = re.compile(r"\s+|[^\s]+")
NARROW = {("en", "CNY"): "¥"}
"""Signs that are shorter than Babel's, where a shop's customers know which currency is meant."""
ELLIPSIS = "…"
BETWEEN = " ·"
"""What stands between the things that a line says; not at the beginning or the end of one."""


@dataclass(frozen=True)
class FittedText:
    """Lines at one size; sizes in px. ``is_cut``: it did not fit even at the smallest size, and ends in an ellipsis."""

    lines: tuple[str, ...]
    font: ImageFont.FreeTypeFont
    line_height_px: int
    width_px: int
    height_px: int
    is_cut: bool


def plain_text(text: str | None) -> str:
    """One line of text: no markup, entities, control or invisible characters, single spaces."""
    bare = MARKUP.sub(" ", html.unescape(MARKUP.sub(" ", text or "")))
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in bare)
    kept = "".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn") and c != "\ufffd")
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", kept)).strip()


def price_text(price: float | None, currency: str | None, locale: str = "en") -> str:
    """In the locale's own form: ``$29.90``, ``1.299 €``, ``30 CHF``; cents only where there are some.

    Empty for no price, or none above zero. Of a locale that nobody knows in the English form.
    """
    if price is None or not 0 < price < 1e9:
        return ""
    form, code = _locale_of(locale), plain_text(currency).upper()[:8]
    num_digits = 0 if f"{price:.2f}".endswith(".00") else max(2, get_currency_precision(code) if code else 0)
    digits = (num_digits, num_digits)
    amount = form.decimal_formats[None].apply(price, form, force_frac=digits)
    sign = get_currency_symbol(code, form) if code else ""
    if sign == code and not (code and form.territory):  # a code stands behind, unless a country has a form of its own
        return plain_text(f"{amount} {code}")
    whole = form.currency_formats["standard"].apply(
        price, form, currency=code, currency_digits=False, force_frac=digits
    )
    return plain_text(whole.replace(sign, NARROW.get((form.language, code), sign)))


def _locale_of(locale: str) -> Locale:
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def units(text: str) -> list[str]:
    """The text in parts that stay on one line, each with the space before it, if any.

    A mark that begins no line stays with what it follows, over a space, too (French, and the dot between two things).
    A Latin word is a part; a Chinese character is one, with the closing marks after it and the opening ones before it.
    """
    parts: list[str] = []
    space = ""
    for piece in PIECES.findall(text):
        if piece.isspace():
            space = " "
            continue
        for atom in _atoms(piece):
            glue = atom[0] in NO_START or (parts and (parts[-1][-1] in NO_END or _is_prefix(parts[-1])))
            if parts and (glue if not space else NO_START.issuperset(atom)):
                parts[-1] += space + atom
            else:
                parts.append((space if parts else "") + atom)
            space = ""
    return parts


def _is_prefix(part: str) -> bool:
    """A single Latin letter or digit: it stays with the character after it (the T of a Chinese T-shirt)."""
    bare = part.strip()
    return len(bare) == 1 and bare.isalnum() and not is_cjk(bare)


def _atoms(piece: str) -> list[str]:
    """Runs of letters between CJK characters; in a very long word, a hyphen ends a run."""
    atoms: list[str] = []
    for char in piece:
        joins = atoms and not is_cjk(char) and not is_cjk(atoms[-1][-1])
        if joins and not (atoms[-1][-1] == "-" and len(atoms[-1]) > 2 and len(piece) > 16):
            atoms[-1] += char
        else:
            atoms.append(char)
    return atoms


def wrap(text: str, font: ImageFont.FreeTypeFont, width_px: int) -> list[str]:
    """Lines no wider than ``width_px``; a part that is wider by itself is broken between characters."""
    return _filled(units(text), font, width_px)


def _filled(parts: list[str], font: ImageFont.FreeTypeFont, width_px: int) -> list[str]:
    """``parts`` in lines, each as full as it can be; a line ends without the dot between two things."""
    lines: list[str] = []
    line = ""
    for part in parts:
        if font.getlength(_unhung(line + part)) <= width_px:
            line += part
            continue
        if line:
            lines.append(_unhung(line))
        line = part.lstrip()
        while font.getlength(_unhung(line)) > width_px and len(line) > 1:
            num = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or font.getlength(line[:n]) <= width_px)
            lines.append(line[:num])
            line = line[num:]
    return [*lines, line] if line else lines


def _unhung(line: str) -> str:
    return line.removesuffix(BETWEEN)


def balanced(text: str, font: ImageFont.FreeTypeFont, width_px: int) -> list[str]:
    """As few lines as ``wrap`` needs, and as even as that allows: no single word on the last one.

    Where the things that dots stand between fill as many lines, each line has whole things. No word is broken that
    need not be.
    """
    lines = wrap(text, font, width_px)
    things = re.split(f"(?<={BETWEEN})(?= )", text)
    is_whole = all(font.getlength(_unhung(thing.strip())) <= width_px for thing in things)
    if is_whole and len(by_thing := _filled(things, font, width_px)) == len(lines):
        return by_thing
    widths = (font.getlength(_unhung(part.strip())) for part in units(text))
    low, high = max([width_px // 2, *(int(width) for width in widths if width <= width_px)]), width_px
    while len(lines) > 1 and high - low > 8:
        middle = (low + high) // 2
        if len(wrap(text, font, middle)) == len(lines):
            high = middle
        else:
            low = middle
    return wrap(text, font, high)


def fit_text(
    text: str,
    box: tuple[int, int],
    sizes: tuple[int, int],
    max_lines: int,
    weight: int = 700,
    locale: str = "en",
    font_path: str | None = None,
) -> FittedText | None:
    """The text at the largest size from sizes[1] down to sizes[0] px at which it fits ``box`` (width, height).

    None where nothing is left to draw. Raises MissingFontError (see ``find_font``).
    """
    probe = find_font(text, sizes[0], font_path, weight, locale)
    text = re.sub(r" +", " ", drawable(text, probe)).strip()
    if not text:
        return None
    spacing = 1.32 if any(map(is_cjk, text)) else 1.2
    step = max(1, (sizes[1] - sizes[0]) // 16)
    for size_px in [*range(sizes[1], sizes[0], -step), sizes[0]]:
        font = find_font(text, size_px, font_path, weight, locale)
        line_px = round(size_px * spacing)
        room = max(1, min(max_lines, box[1] // line_px))
        # A word broken inside is worse than a smaller size, so only the smallest size may break one.
        whole = all(font.getlength(part.strip()) <= box[0] for part in units(text))
        lines = balanced(text, font, box[0]) if whole or size_px == sizes[0] else []
        if lines and len(lines) <= room:
            return _fitted(lines, font, line_px, is_cut=False)
    return _fitted(_cut(wrap(text, font, box[0])[:room], font, box[0]), font, line_px, is_cut=True)


def _cut(lines: list[str], font: ImageFont.FreeTypeFont, width_px: int) -> list[str]:
    last = lines[-1]
    while last and (font.getlength(last + ELLIPSIS) > width_px or last[-1] in NO_START or last[-1] in NO_END | {" "}):
        last = last[:-1]
    return [*lines[:-1], last + ELLIPSIS]


def _fitted(lines: list[str], font: ImageFont.FreeTypeFont, line_px: int, is_cut: bool) -> FittedText:
    width_px = max(int(font.getlength(line) + 0.999) for line in lines)
    return FittedText(tuple(lines), font, line_px, width_px, line_px * len(lines), is_cut)
