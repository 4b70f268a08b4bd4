"""The sentences of a written description that can be said again: no hype, no private data, in the record's language.

A sentence that warns or limits is kept whatever it looks like, unless it holds what nobody may read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from mmgen.facts.language import Words, says_any, starts_with, without, words_of
from mmgen.facts.values import BANNED, CJK, INJECTION, LINK, PROFANITY, is_private, shown
from mmgen.profile.names import WHOLE, read_name
from mmgen.profile.roles import Disposition
from mmgen.values.money import says_price

_END = re.compile(r"(?<=[.!?])\s+(?=[\"'“„«‘(¿¡]?[^\W_])|(?<=[。！？；])\s*(?=\S)")
_ORDINAL = re.compile(r"(?<![\w.,])\d{1,2}\.$")
_LAST_WORD = re.compile(r"([^\s(]+)\.$")
_UNSOUND = re.compile(r"[{}|]|</?[a-z]|\[/|\[\w*_|\[\w+\s+\w+=", re.I)
_WORD = re.compile(r"[^\W\d_]{3,}|[\u3400-\u9fff]")
_ENTRY = re.compile(r"([^\W\d_][^:：]{1,40}?)\s?[:：]\s?\S")
_PAIRS = ("()", "（）", "[]", "【】", "《》", "「」", "“”", "„“", "«»", '""')
_CELL = r"\d[\d.,/×–-]{0,12}(?:\s?[^\W\d_]{1,2}(?![^\W\d_]))?"
_SIZES = re.compile(rf"(?P<size>[^\s:：]{{1,12}})(?:\s+{_CELL}){{1,12}}")
_BULLETS = " -–—•*·●▪■◆►➤✓✔✅"
UNSPACED = ("zh", "ja")
"""Languages in Chinese characters, whose words are not set apart."""
CELL_GAP = " | "
"""Between the cells of a table's row in a cleaned text."""
MIN_WORDS, MIN_CHARS_ZH, MAX_CHARS = 2, 3, 300
MAX_DENIALS = 4
"""Sentences that deny something, as a list of limits may; a text with more of them tells a story."""
MAX_SIZE_CHARS = 4
"""Of a size that stands alone before one number: ``XXL 98``, not ``Height 55``."""
FILLED = 0.6
"""The share of words that a designer's filling text is told by."""


def split_sentences(text: str, language: str = "en") -> list[str]:
    """Sentences of a text, with their end marks; abbreviations and initials end none."""
    parts: list[str] = []
    for part in _END.split(text):
        if parts and (_goes_on(parts[-1], language) or part[:1].islower()):
            parts[-1] += f" {part}"
        else:
            parts.append(part)
    return [part.strip() for part in parts if part.strip()]


def _goes_on(text: str, language: str) -> bool:
    last = _LAST_WORD.search(text)
    if last is None:
        return False
    is_initial = len(last[1]) == 1 and last[1].isupper()
    return is_initial or bool(_ORDINAL.search(text)) or last[1].lower() in words_of(language).abbreviations


def sentences_of(text: str, language: str) -> list[tuple[str, bool]]:
    """Usable sentences in order, each with whether it warns; each line of the text is a part of its own.

    One that points back (``It has ...``) goes with the one before it that was dropped. One that only denies something
    warns, too; where more than a few do, the text tells a story, and they are sentences like others.
    """
    found = [_ended(raw, language) for line in _lines(text, language) for raw in split_sentences(shown(line), language)]
    is_story = sum(warns(one, language) and not _warns_plainly(one, language) for one in found) > MAX_DENIALS
    warning = _warns_plainly if is_story else warns
    kept: list[tuple[str, bool]] = []
    dropped = False
    for sentence in found:
        points_back = dropped and starts_with(sentence, words_of(language).points_back)
        is_warning = warning(sentence, language)
        dropped = not _may_be_read(sentence) or not (is_warning or (_fits(sentence, language) and not points_back))
        if not dropped:
            kept.append((sentence, is_warning))
    return kept


def _lines(text: str, language: str) -> list[str]:
    """The lines of a text, those joined that a break parts in the middle of a sentence. A row of a table
    (``Size | Chest``) is no sentence; of one only what warns is kept."""
    kept: list[str] = []
    for line in _without_charts(_joined(text.replace("\r", "\n").split("\n"), language), language):
        cells = [cell.strip() for cell in line.split(CELL_GAP)]
        if len(cells) == 1:
            kept.append(line)
        elif len(cells) == 2 and warns(line, language):
            kept.append(("：" if language in UNSPACED else ": ").join(cells))
        else:
            kept += [cell for cell in cells if warns(cell, language) and len(_WORD.findall(cell)) >= MIN_WORDS]
    return kept


def _without_charts(lines: list[str], language: str) -> list[str]:
    """Lines without tables that were copied as they are seen: ``Size Chest Length``, below it ``M 98 65``."""
    kept: list[str] = []
    width = 0  # of the chart that goes on
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        width = width if width and _width(line) == width else _headed(line, below)
        if not width or warns(line, language):
            kept.append(line)
    return kept


def _headed(line: str, below: str) -> int:
    """How many columns a chart has that a line is the head of; 0 where it is none."""
    row, num_words = _SIZES.fullmatch(below), len(line.split())
    if row is None or _SIZES.fullmatch(line) or line.endswith((".", "!", "?", "。", "！", "？")):
        return 0
    is_short = len(row["size"]) <= MAX_SIZE_CHARS
    return num_words if num_words == _width(below) and (num_words > 2 or is_short) else 0


def _width(line: str) -> int:
    """The columns of a row of numbers behind a size; 0 for a line that is none."""
    row = _SIZES.fullmatch(line)
    return 1 + len(re.findall(_CELL, line[row.end("size") :])) if row else 0


def _joined(lines: Iterable[str], language: str) -> list[str]:
    """Lines, each with the next where it ends in a word that leads on (``the appellation of``)."""
    joined: list[str] = []
    leads_on = False
    for line in map(str.strip, lines):
        if leads_on and line:
            joined[-1] += f" {line}"
        else:
            joined.append(line)
        leads_on = joined[-1].rpartition(" ")[2] in words_of(language).leads_on
    return joined


@lru_cache(maxsize=1024)
def warns(text: str, language: str) -> bool:
    """Whether a sentence warns, limits or denies: it is never the one to leave out."""
    words = _words_for(text, language)
    return says_any(without(text, words.no_warnings), (*words.warnings, *words.denials))


def _warns_plainly(text: str, language: str) -> bool:
    """Whether a sentence warns or limits by more than that it denies something."""
    words = _words_for(text, language)
    return says_any(without(text, words.no_warnings), words.warnings)


def _words_for(text: str, language: str) -> Words:
    """The words of the language that a sentence is written in."""
    if CJK.search(text) and language not in UNSPACED:
        language = "zh"
    elif language in UNSPACED and text.isascii():
        language = "en"
    return words_of(language)


def _ended(sentence: str, language: str) -> str:
    """Without bullets, with an end mark. The words stay as they are; one that warns keeps its own marks, too."""
    plain = re.sub(r"\s*&\s*(?=[.,;:!?，。；：！？]|$)", "", sentence)  # markup leaves it where an entity stood alone
    plain = plain.lstrip(_BULLETS).rstrip(_BULLETS + ",;，；、")
    if warns(plain, language):
        ends = plain.endswith((".", "!", "?", "。", "！", "？", ":", "："))
    else:
        plain = _paired("".join(c for c in plain if not _is_emoji(c)).strip())
        plain = " ".join(re.sub(r"[!！]+$", "", plain).split())
        plain = plain[:1].upper() + plain[1:] if plain.split(" ")[0].islower() else plain
        ends = plain.endswith((".", "?", "。", "？", ":", "："))
    return plain + ("" if ends else "。" if language in UNSPACED and not plain.isascii() else ".") if plain else ""


def _paired(text: str) -> str:
    """Without a quotation mark or a bracket at its ends whose other half stands in another sentence."""
    for pair in _PAIRS:
        opening, closing = pair[0], pair[1]
        if text.startswith(opening) and closing not in text[1:]:
            text = text[1:]
        bare = text.rstrip(".。!！?？")
        if bare.endswith(closing) and opening not in bare[:-1]:
            text = bare[:-1] + text[len(bare) :]
    return text.strip()


def _is_emoji(character: str) -> bool:
    return (character >= "\u2600" and unicodedata.category(character) in ("So", "Sk")) or character == "\ufe0f"


def _may_be_read(sentence: str) -> bool:
    """Whether nothing stands in it that no customer may read."""
    patterns = (PROFANITY, INJECTION, LINK)
    return bool(sentence) and not any(pattern.search(sentence) for pattern in patterns) and not is_private(sentence)


def _fits(sentence: str, language: str) -> bool:
    """Whether it is a sentence, or an entry of a list, that says something by itself, and nothing that changes, such as
    a price, or that is for the shop alone, such as a stock number."""
    if len(sentence) > MAX_CHARS or sentence.endswith(("?", "？", ":", "：")) or not _WORD.search(sentence):
        return False
    chinese = len(CJK.findall(sentence))
    letters = len(re.findall(r"[^\W\d_]", sentence))
    if language == "zh" and (chinese * 2 < letters or chinese < MIN_CHARS_ZH):
        return False
    if language not in UNSPACED and (chinese or len(sentence.split()) < MIN_WORDS):
        return False
    return (
        not BANNED.search(sentence)
        and not _UNSOUND.search(sentence)
        and not (_is_anothers(sentence, language) or says_price(sentence) or _is_kept_back(sentence, language))
    )


def _is_kept_back(sentence: str, language: str) -> bool:
    """``SKU: AB-12``: an entry under a name that shops give to what customers are not told."""
    entry = _ENTRY.match(sentence)
    if entry is None:
        return False
    best = read_name(entry[1], language).best
    return best is not None and best.weight >= WHOLE and best.concept.disposition is Disposition.HIDE


def _is_anothers(sentence: str, language: str) -> bool:
    """Whether it is no sentence of the shop's: a heading, what a buyer says of the thing, or what fills a page to be
    written."""
    if sentence.strip(" .。:：-–—*#").lower() in words_of(language).headings:
        return True
    if says_any(sentence, words_of(language).buyers):
        return True
    words = re.findall(r"[^\W\d_]+", sentence.lower())
    return len(words) > 2 and sum(word in words_of("en").fillers for word in words) > len(words) * FILLED
