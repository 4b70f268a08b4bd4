"""The sentences of a written description that can be said again: no hype, no private data, in the record's language.

A sentence that warns or limits is kept whatever it looks like, unless it holds what nobody may read.
"""

from __future__ import annotations

import re
import unicodedata

from mmgen.facts.language import says_any, starts_with, without, words_of
from mmgen.facts.values import BANNED, CJK, INJECTION, LINK, PROFANITY, is_private, shown

_END = re.compile(r"(?<=[.!?])\s+(?=[\"'“„«‘(¿¡]?[^\W_])|(?<=[。！？；])\s*(?=\S)")
_ORDINAL = re.compile(r"(?<![\w.,])\d{1,2}\.$")
_LAST_WORD = re.compile(r"([^\s(]+)\.$")
_UNSOUND = re.compile(r"[{}|]|</?[a-z]|\[/|\[\w*_|\[\w+\s+\w+=", re.I)
_WORD = re.compile(r"[^\W\d_]{3,}|[\u3400-\u9fff]")
_BULLETS = " -–—•*·●▪■◆►➤✓✔✅"
UNSPACED = ("zh", "ja")
"""Languages in Chinese characters, whose words are not set apart."""
MIN_WORDS, MIN_CHARS_ZH, MAX_CHARS = 2, 3, 300


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


def sentences_of(text: str, language: str) -> list[str]:
    """Usable sentences in order; each line of the text is a part of its own.

    One that points back (``It has ...``) goes with the one before it that was dropped.
    """
    kept: list[str] = []
    dropped = False
    for line in text.replace("\r", "\n").split("\n"):
        for raw in split_sentences(shown(line), language):
            sentence = _ended(raw, language)
            points_back = dropped and starts_with(sentence, words_of(language).points_back)
            if _may_be_read(sentence) and (
                warns(sentence, language) or (_fits(sentence, language) and not points_back)
            ):
                kept.append(sentence)
                dropped = False
            else:
                dropped = True
    return kept


def warns(text: str, language: str) -> bool:
    """Whether a sentence warns, limits or denies: it is never the one to leave out."""
    words = words_of("zh" if CJK.search(text) and language not in UNSPACED else language)
    return says_any(without(text, words.no_warnings), words.warnings)


def _ended(sentence: str, language: str) -> str:
    """Without bullets, with an end mark. The words stay as they are; one that warns keeps its own marks, too."""
    plain = re.sub(r"\s*&\s*(?=[.,;:!?，。；：！？]|$)", "", sentence)  # markup leaves it where an entity stood alone
    plain = plain.lstrip(_BULLETS).rstrip(_BULLETS + ",;，；、")
    if warns(plain, language):
        ends = plain.endswith((".", "!", "?", "。", "！", "？", ":", "："))
    else:
        plain = "".join(c for c in plain if not _is_emoji(c)).strip()
        plain = " ".join(re.sub(r"[!！]+$", "", plain).split())
        plain = plain[:1].upper() + plain[1:] if plain.split(" ")[0].islower() else plain
        ends = plain.endswith((".", "?", "。", "？", ":", "："))
    return plain + ("" if ends else "。" if language in UNSPACED else ".") if plain else ""


def _is_emoji(character: str) -> bool:
    return (character >= "\u2600" and unicodedata.category(character) in ("So", "Sk")) or character == "\ufe0f"


def _may_be_read(sentence: str) -> bool:
    """Whether nothing stands in it that no customer may read."""
    patterns = (PROFANITY, INJECTION, LINK)
    return bool(sentence) and not any(pattern.search(sentence) for pattern in patterns) and not is_private(sentence)


def _fits(sentence: str, language: str) -> bool:
    """Whether it is a sentence, or an entry of a list, that says something by itself."""
    if len(sentence) > MAX_CHARS or sentence.endswith(("?", "？", ":", "：")) or not _WORD.search(sentence):
        return False
    chinese = len(CJK.findall(sentence))
    letters = len(re.findall(r"[^\W\d_]", sentence))
    if language == "zh" and (chinese * 2 < letters or chinese < MIN_CHARS_ZH):
        return False
    if language not in UNSPACED and (chinese or len(sentence.split()) < MIN_WORDS):
        return False
    return not BANNED.search(sentence) and not _UNSOUND.search(sentence)
