"""Repairs a text for display: encoding, markup, invisible characters, white space. Its wording and form stay.

Every step is linear in the text, also on hostile input, and most texts skip most steps: plain ASCII without ``<`` and
``&`` only has its white space tidied.
"""

from __future__ import annotations

import html
import re
import unicodedata
from html.entities import html5

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
_UNSHOWN = ("script", "style")  # left open, they hide the rest of the text, as in a browser
_TAG_NAME = re.compile(r"[/!?]?([A-Za-z][A-Za-z0-9:-]{0,31})")
_ATTRIBUTES = re.compile(r"""(?:[^"'<>]++|"[^"]{0,2000}+"|'[^']{0,2000}+')*+>""")  # ">" in quotes ends no tag
# "<spanclass=H>": a crawler or a cleaner took the space out
_GLUED = re.compile(r"([A-Za-z]{1,10}?[1-6]?)(?:class|style|id|href|src|title|align|width|color|size)=")
# In HTML a line break of the source is a space. Where nothing but inline tags and lists stands, it was meant as one
_PARAGRAPHS = re.compile(r"<(?:p|br|div)[\s/>]", re.IGNORECASE)
_NAMESPACED = re.compile(r"(?!https?:|ftp:|mailto:|tel:|urn:)[a-z0-9-]+:[a-z]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,12};?|#[xX][0-9a-fA-F]{1,12};?|[A-Za-z][A-Za-z0-9]{1,31}(?:;|(?![A-Za-z0-9=;])))")

CELL_GAP = " | "
_HEADING, _HEADING_END = "<h>", "</h>"
"""What a heading's tags stand for until it is known what the heading says."""
_NAME, _VALUE = "<dt>", "<dd>"
"""The same of a list of names and values: a value stands behind its name, on its line."""
_GAPS = {
    **dict.fromkeys(("td", "th"), (CELL_GAP, "")),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), (_HEADING, _HEADING_END)),
    "dt": (_NAME, ""),
    "dd": (_VALUE, "\n"),
}
"""Tag -> what it stands for where it opens and where it closes; of other blocks both are a new line."""
_LEADING_GAPS = re.compile(r"(^|\n)[ \t|]*\|[ \t]*")
# How a shop system writes a line break into a cell: two characters, before a new sentence or behind the end of one. Not
# in C:\new, not in JSON, and not where the backslash itself is escaped
_ESCAPED_BREAK = re.compile(
    r"(?<![\\\w:])(?:\\r)?\\[nr](?:\\t)*+(?=[a-z])|(?<!\\)(?:\\r)?\\[nr](?:\\t)*+(?![a-z\"'])"
    r"|(?<=[.!?;。！？；>])(?:\\r)?\\[nr](?:\\t)*+|(?<!\\)(?:\\r)?\\[nr](?:\\t)+"
)
# The tabulator likewise: at a place where no name of a folder can begin
_ESCAPED_TAB = re.compile(r"(?<!\\)\\t(?![a-z\"'])|(?<=[.!?;。！？；>])\\t")
# [vc_row full_width="stretch"], [/et_pb_text], [gallery ids=""]: codes of page builders
_SHORTCODE = re.compile(
    r"\[(?P<close>/)?(?P<name>[a-z][a-z0-9_-]{1,60})"
    r"(?P<values>(?:\s{1,20}[a-z_][\w-]{0,60}=(?:\"[^\"\]]{0,2000}+\"|'[^'\]]{0,2000}+'|[^\s\]\"']{1,500}+)){0,60}+)\s{0,20}/?\]",
    re.IGNORECASE,
)
# {{widget type="..."}}: a template's. One that stands for a value ({{ product.title }}), or that decides what is said
# ({% if x %}), stays, and its sentence is not used
_TEMPLATE = re.compile(r"\{\{\s{0,9}[a-z]\w{0,60}\s{1,9}[a-z_]\w{0,60}=[^{}]{0,2000}\}\}", re.IGNORECASE)

_ZERO_WIDTH = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\u3164\uffa0"
_BIDI = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = re.compile(
    f"[{_ZERO_WIDTH}{_BIDI}\u206a-\u206f\ufff9-\ufffc\ufe00-\ufe0d\U000e01f0-\U000e0fff\ud800-\udfff"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\U000f0000-\U0010ffff\ufdd0-\ufdef\ufffe\uffff]"
)
# Tag characters spell a flag behind a black one; elsewhere they hide text. A variant of a Chinese character is one
# selector behind it; elsewhere, and in rows, selectors hide bytes.
_TAGS = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)|[\U000e0000-\U000e00ff]"
    "|(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af])[\U000e0100-\U000e01ef]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_ANSI = re.compile("\x1b\\[[0-9;]{0,20}[A-Za-z]")
_JOINER = re.compile("[\u200c\u200d]")
# Persian, Arabic and the Indic scripts spell with joiners; emoji families are made with them
_JOINS = re.compile("[\u0600-\u1cff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]")
_STACKED_MARKS = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")
_BREAKS = re.compile(r" ?(?:\r\n|[\n\r\x85\u2028\u2029])\s*")
_SPACES = re.compile(r"[ \t\v\f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")


def repair(text: str) -> str:
    """The text as it should be shown: NFC, no markup, no invisible characters, single spaces, single line breaks."""
    if "\\" in text:
        text = _ESCAPED_TAB.sub(" ", _ESCAPED_BREAK.sub("\n", text)).replace("\\\\n", "\\n")
    if "&" in text or "<" in text:
        text = strip_markup(_without_source_breaks(text))
    if "[" in text:
        text = strip_shortcodes(text)
    if "{" in text:
        text = _TEMPLATE.sub("\n", text)
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    if not text.isascii():
        if _SURROGATES.search(text):  # halves that belong together are one character; lone ones are none
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
        text = _INVISIBLE.sub("", _repair_encoding(text))
        text = _TAGS.sub(lambda match: match[1] or "", text)
        text = _JOINER.sub(_keep_joiner, text)
        text = _STACKED_MARKS.sub(r"\1", unicodedata.normalize("NFC", text))
    elif not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return _BREAKS.sub("\n", _SPACES.sub(" ", text)).strip()  # in this order it is linear in a run of spaces


def _without_source_breaks(text: str) -> str:
    """HTML whose paragraphs are marked, with its single line breaks as spaces; an empty line stays one."""
    if "\n" not in text or not _PARAGRAPHS.search(text) or "<pre" in text.lower():
        return text
    return re.sub(r"\n(?:[ \t\r\f\xa0]*\n)+", "\v", text.replace("\r\n", "\n")).replace("\n", " ").replace("\v", "\n\n")


def _repair_encoding(text: str) -> str:
    """Undo UTF-8 that was read as Latin-1, Windows-1252 and the like, once or more; GBK read as Latin-1, UTF-8 as GBK.

    Source: ftfy's heuristics; for Chinese, what the wrong reading cannot give by chance.
    """
    if is_bad(text) or "â€" in text or "Ã" in text or _GBK_AS_LATIN.search(text):
        # Line by line: one garbled paragraph is repaired though the next one is sound (ftfy judges a text as a whole)
        text = "\n".join(_repair_line(line) if line else line for line in text.split("\n"))
    if _UTF8_AS_GBK.search(text):
        text = "\n".join(_from_utf8_as_gbk(line) for line in text.split("\n"))
    return text


# Six letters of Latin-1's upper half in a row are no word of any language; bytes B0 to F7 lead GBK's Chinese characters
_GBK_AS_LATIN = re.compile("(?:[\xb0-\xf7][\xa1-\xfe]){3}")
_GBK_PAIRS = re.compile("(?:[\xa1-\xf7][\xa1-\xfe])+")
_UTF8_LEADS = "\xc2\xc3\xc4\xc5\xce\xcf\xd0\xd1"  # of Latin, Greek and Cyrillic letters
# UTF-8 of a common Chinese character begins with E4 to E9, which GBK shows as one of these with the byte behind
_UTF8_AS_GBK = re.compile("[浣鍏鍚鍜鍦鍨鍝鍙鍔鎴鏄鏈鏂鏉椤椋涓涔绾绮璐璁杩闉閫闃鑰鐨鐢鐑瑁瑙]")


def _repair_line(line: str) -> str:
    fixed: str = ftfy.fix_encoding(line)
    pairs = "".join(_GBK_PAIRS.findall(fixed))
    # UTF-8 that was read as Latin-1 leaves no pairs behind, or such as begin like its European letters
    if not _GBK_AS_LATIN.search(line) or 2 * sum(map(pairs[::2].count, _UTF8_LEADS)) >= len(pairs[::2]):
        return fixed
    try:
        return _GBK_PAIRS.sub(lambda match: match.group().encode("latin-1").decode("gbk"), line)
    except UnicodeDecodeError:
        return fixed


def _from_utf8_as_gbk(line: str) -> str:
    """The line as UTF-8; unchanged where its bytes are not, save for those that the wrong reading lost (U+FFFD)."""
    try:
        read = line.replace("\ufffd", "").encode("gb18030").decode("utf-8", "replace" if "\ufffd" in line else "strict")
    except UnicodeError:
        return line
    num_han = sum("\u4e00" <= character <= "\u9fff" for character in read)
    return read if num_han > 2 * read.count("\ufffd") else line


def strip_markup(text: str) -> str:
    """Text without HTML: tags and comments dropped, scripts and styles with their content, entities resolved.

    Markup that was escaped once or twice ("&lt;p&gt;") is found in a second and third round. "< 5" and "<Large>" stay:
    only the names of HTML's elements count as tags.
    """
    if "<![CDATA[" in text:
        text = text.replace("<![CDATA[", "").replace("]]>", "")
    for _ in range(3):
        stripped = _ENTITY.sub(_unescaped, _strip_tags(text) if "<" in text else text)
        if stripped == text:
            break
        text = stripped
    return _strip_tags(text) if "<" in text else text


def strip_shortcodes(text: str) -> str:
    """Text without the codes of page builders; what stands between them stays, each piece on a line of its own.

    A bracket is a code where it closes one, has values or an underscore in its name, or is closed further on; so
    ``[2 pieces]`` and ``[new]`` stay.
    """
    closed = {match["name"].lower() for match in _SHORTCODE.finditer(text) if match["close"]}

    def is_code(match: re.Match[str]) -> bool:
        name = match["name"].lower()
        return bool(match["close"] or match["values"] or "_" in name or name in closed)

    return _SHORTCODE.sub(lambda match: "\n" if is_code(match) else match.group(), text)


def _unescaped(match: re.Match[str]) -> str:
    """An entity's character: of a whole name only, or "&region=" in a URL would become "®ion="."""
    entity = match.group()
    if entity[1] == "#":
        character = html.unescape(entity)
        return "" if character == "\ufffd" else character  # NUL, half a character, beyond Unicode
    return html5.get(entity[1:], entity)


def _strip_tags(text: str) -> str:
    """Without tags; the cells of a table's row stand on one line, with ``CELL_GAP`` between them, and behind a heading
    stands a colon, or what follows it would read as its sentence."""
    parts: list[str] = []
    heading = -1  # the part at which the heading begins that is open
    offset, length = 0, len(text)
    closing_missing: set[str] = set()  # what was searched for to the end in vain is not searched for again
    while (start := text.find("<", offset)) >= 0:
        parts.append(text[offset:start])
        end, gap = _tag_end(text, start, closing_missing)
        if end < 0:
            parts.append("<")
            offset = start + 1
        else:
            if gap in (_HEADING, _NAME):
                heading, gap = len(parts), "\n"
            elif gap in (_HEADING_END, _VALUE):
                gap, heading = _closed(parts, heading, gap), -1
            parts.append(gap)
            offset = min(end, length)
    parts.append(text[offset:])
    joined = "".join(parts)
    return _LEADING_GAPS.sub(r"\1", joined) if CELL_GAP in parts else joined


def _closed(parts: list[str], heading: int, gap: str) -> str:
    """What stands behind a heading or a name that is closed; without one a new line begins."""
    said = "".join(parts[heading:]).strip() if heading >= 0 else ""
    colon = ":" if said[-1:].isalnum() else ""
    if gap == _HEADING_END or not said:
        return f"{colon}\n"
    parts[heading:] = [f"\n{said}"]  # what lies between a name and its value is the source's space
    return f"{colon} "


def _tag_end(text: str, start: int, missing: set[str]) -> tuple[int, str]:
    """Where the tag at ``start`` ends and what takes its place; -1 where there is no tag."""
    if text.startswith("<!--", start):
        end = _find(text, "-->", start + 4, missing)
        return (end + 3, "") if end >= 0 else (len(text), "")
    name = _TAG_NAME.match(text, start + 1)
    if name is None:
        return -1, ""
    tag = name[1].lower()
    known = tag in _INLINE or tag in _BLOCK or text[start + 1] in "!?" or _NAMESPACED.match(tag) is not None
    if not known:
        return _glued_tag_end(text, start, missing)
    quoted = _ATTRIBUTES.match(text, name.end())
    if quoted:
        end = quoted.end() - 1
    else:
        end = _find(text, ">", name.end(), missing)
        # A tag that another opens inside is no tag, or "5 <b and ... >" would swallow what lies between
        if end < 0 or _next_open(text, name.end()) < end:
            return -1, ""
    # "a <b and c> d" compares; a tag of one letter has attributes with a value, or none
    if len(tag) == 1 and "=" not in (inside := text[name.end() : end]) and inside.strip(" /\n\t"):
        return -1, ""
    if tag in _HIDDEN and text[start + 1] != "/" and text[end - 1] != "/":
        closing = _find(text, f"</{name[1]}", end, missing)
        closing = _find(text, ">", closing, missing) if closing >= 0 else -1
        end = closing if closing >= 0 else len(text) if tag in _UNSHOWN else end
    opened, closed = ("", "") if tag in _INLINE else _GAPS.get(tag, ("\n", "\n"))
    return end + 1, closed if text[start + 1] == "/" else opened


def _glued_tag_end(text: str, start: int, missing: set[str]) -> tuple[int, str]:
    """As ``_tag_end``, for a tag whose name and first attribute have no space between them."""
    glued = _GLUED.match(text, start + 1)
    if glued is None or (tag := glued[1].lower()) not in _INLINE | _BLOCK:
        return -1, ""
    end = _find(text, ">", glued.end(), missing)
    if end < 0 or _next_open(text, glued.end()) < end:
        return -1, ""
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
