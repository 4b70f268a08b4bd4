"""The sentences of a written description that can be said again: no hype, no private data, in the record's language."""

from __future__ import annotations

import re

from mmgen.facts.values import BANNED, CJK, INJECTION, LINK, PROFANITY, cleaned, is_private

_END = re.compile(r"(?<=[.!?])\s+(?=[\"'“(]?[A-Z0-9À-Ý])|(?<=[。！？；!?])\s*(?=\S)")
_NOT_AN_END = re.compile(r"(?:\b(?:e\.g|i\.e|etc|approx|no|mr|mrs|dr|st|vs|inc|co|assn|cm|mm|ca)|\b[A-Z])\.$", re.I)
_POINTS_BACK = re.compile(
    r"^(?:it|its|this|these|those|they|their|that|such|also|here|there are two|then|finally|inside)\b|^[它其该此]|^这",
    re.I,
)
MIN_WORDS, MIN_CHARS_ZH, MAX_CHARS = 2, 4, 300


def split_sentences(text: str) -> list[str]:
    """Sentences of English or Chinese text, with their end marks; abbreviations don't end one."""
    parts: list[str] = []
    for part in _END.split(text):
        if parts and (_NOT_AN_END.search(parts[-1]) or part[:1].islower()):
            parts[-1] += f" {part}"
        else:
            parts.append(part)
    return [part.strip() for part in parts if part.strip()]


def sentences_of(text: str, language: str) -> list[str]:
    """Usable sentences in order. One that points back (``It has ...``) goes with the one before it that was dropped."""
    kept: list[str] = []
    dropped = False
    for raw in split_sentences(cleaned(text)):
        sentence = _tidy(raw, language)
        if _fits(sentence, language) and not (_POINTS_BACK.search(sentence) and (dropped or not kept)):
            kept.append(sentence)
            dropped = False
        else:
            dropped = True
    return kept


def _tidy(sentence: str, language: str) -> str:
    """One closing mark, no shouting, no word said twice in a row."""
    plain = re.sub(r"\b(\w+)\s+\1\b", r"\1", sentence, flags=re.I)
    plain = re.sub(r"(?<=[a-z]{5})\.\s+(?=[a-z])", ", ", plain)
    plain = re.sub(r"\s*&\s*(?=[.,;:!?，。；：！？]|$)", "", plain)  # markup leaves it where an entity stood alone
    plain = plain.strip(" -•*·\"'")
    if language == "zh":
        return re.sub(r"[。！!；;.，,]+$", "", plain) + "。" if plain else ""
    plain = re.sub(r"[!.;:,]+$", "", plain)
    return plain[:1].upper() + plain[1:] + ("" if plain.endswith("?") else ".") if plain else ""


def _fits(sentence: str, language: str) -> bool:
    if not sentence or len(sentence) > MAX_CHARS or sentence.endswith(("?", "？")):
        return False
    chinese = len(CJK.findall(sentence))
    letters = len(re.findall(r"[^\W\d_]", sentence))
    if language == "zh" and (chinese * 2 < letters or chinese < MIN_CHARS_ZH):
        return False
    if language == "en" and (chinese or len(sentence.split()) < MIN_WORDS):
        return False
    if (
        PROFANITY.search(sentence)
        or INJECTION.search(sentence)
        or BANNED.search(sentence)
        or LINK.search(sentence)
        or is_private(sentence)
    ):
        return False
    return not re.search(r"[{}<>|\[\]]", sentence)
