"""Repairs a text for display: encoding, markup, invisible characters, white space. Its wording and form stay.

Every step is linear in the text, also on hostile input, and most texts skip most steps: plain ASCII without ``<`` and
``&`` only has its white space tidied.
"""

from __future__ import annotations

import html
import re
import unicodedata

import ftfy
from ftfy.badness import is_bad

_INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark nobr q s samp small span strike
    strong sub sup time tt u var wbr
    """.split()  # noqa: SIM905  a hundred quoted names would hide the list
)
_BLOCK = frozenset(
    """
    address article aside audio base basefont blockquote body br button canvas caption center col colgroup dd
    details dialog dir div dl dt embed fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6
    head header hr html iframe img input legend li link main map menu meta nav noscript object ol optgroup
    option p param picture pre progress script section select source style summary svg table tbody td template
    textarea tfoot th thead title tr track ul video xml
    """.split()  # noqa: SIM905  a hundred quoted names would hide the list
)
_HIDDEN = ("script", "style", "title", "template", "noscript", "iframe", "textarea", "svg", "head")
_TAG_NAME = re.compile(r"[/!?]?([A-Za-z][A-Za-z0-9:-]{0,31})")

_ZERO_WIDTH = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\u3164\uffa0"
_BIDI = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = re.compile(
    f"[{_ZERO_WIDTH}{_BIDI}\u206a-\u206f\ufff9-\ufffc\ufe00-\ufe0d\U000e0000-\U000e0fff"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\U000f0000-\U0010ffff\ufdd0-\ufdef\ufffe\uffff]"
)
_JOINER = re.compile("[\u200c\u200d]")
# Persian, Arabic and the Indic scripts spell with joiners; emoji families are made with them
_JOINS = re.compile("[\u0600-\u1cff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]")
_STACKED_MARKS = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")
_BREAKS = re.compile(r"[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000\v\f]*(?:\r\n|[\n\r\x85\u2028\u2029])\s*")
_SPACES = re.compile(r"[ \t\v\f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")


def repair(text: str) -> str:
    """The text as it should be shown: NFC, no markup, no invisible characters, single spaces, single line breaks."""
    if "&" in text or "<" in text:
        text = strip_markup(text)
    if not text.isascii():
        text = _repair_encoding(text)
        text = _INVISIBLE.sub("", text)
        text = _JOINER.sub(_keep_joiner, text)
        text = _STACKED_MARKS.sub(r"\1", unicodedata.normalize("NFC", text))
    elif not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return _SPACES.sub(" ", _BREAKS.sub("\n", text)).strip()


def _repair_encoding(text: str) -> str:
    """Undo UTF-8 that was read as Latin-1, Windows-1252 and the like, once or more. Source: ftfy's heuristics."""
    if not is_bad(text) and "â€" not in text and "Ã" not in text:
        return text
    # Line by line: one garbled paragraph is repaired though the next one is sound (ftfy judges a text as a whole)
    return "\n".join(ftfy.fix_encoding(line) if line else line for line in text.split("\n"))


def strip_markup(text: str) -> str:
    """Text without HTML: tags and comments dropped, scripts and styles with their content, entities resolved.

    Markup that was escaped once or twice ("&lt;p&gt;") is found in a second and third round. "< 5" and "<Large>" stay:
    only the names of HTML's elements count as tags.
    """
    for _ in range(3):
        stripped = html.unescape(_strip_tags(text) if "<" in text else text)
        if stripped == text:
            break
        text = stripped
    return _strip_tags(text) if "<" in text else text


def _strip_tags(text: str) -> str:
    parts: list[str] = []
    offset, length = 0, len(text)
    closing_missing: set[str] = set()  # what was searched for to the end in vain is not searched for again
    while (start := text.find("<", offset)) >= 0:
        parts.append(text[offset:start])
        end, gap = _tag_end(text, start, closing_missing)
        if end < 0:
            parts.append("<")
            offset = start + 1
        else:
            parts.append(gap)
            offset = min(end, length)
    parts.append(text[offset:])
    return "".join(parts)


def _tag_end(text: str, start: int, missing: set[str]) -> tuple[int, str]:
    """Where the tag at ``start`` ends and what takes its place; -1 where there is no tag."""
    if text.startswith("<!--", start):
        end = _find(text, "-->", start + 4, missing)
        return (end + 3, "") if end >= 0 else (len(text), "")
    name = _TAG_NAME.match(text, start + 1)
    if name is None:
        return -1, ""
    tag = name[1].lower()
    known = tag in _INLINE or tag in _BLOCK or ":" in tag or text[start + 1] in "!?"
    end = _find(text, ">", name.end(), missing) if known else -1
    # A tag that another opens inside is no tag, or "5 <b and ... >" would swallow what lies between
    if end < 0 or _next_open(text, name.end()) < end:
        return -1, ""
    if tag in _HIDDEN and text[start + 1] != "/" and text[end - 1] != "/":
        closing = _find(text, f"</{name[1]}", end, missing)
        closing = _find(text, ">", closing, missing) if closing >= 0 else -1
        end = closing if closing >= 0 else end
    return end + 1, "" if tag in _INLINE else "\n"


def _next_open(text: str, start: int) -> int:
    at = text.find("<", start)
    return at if at >= 0 else len(text)


def _find(text: str, what: str, start: int, missing: set[str]) -> int:
    if what in missing:
        return -1
    at = text.find(what, start)
    if at < 0:
        missing.add(what)
    return at


def _keep_joiner(match: re.Match[str]) -> str:
    text, at = match.string, match.start()
    joins = 0 < at < len(text) - 1 and _JOINS.match(text[at - 1]) and _JOINS.match(text[at + 1])
    return match.group() if joins else ""
