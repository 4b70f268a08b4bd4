"""What a screen reader says of a creative: which product it shows, and which words stand in it."""

from __future__ import annotations

from mmgen.creatives.language import words_of
from mmgen.creatives.layouts.registry import layout_named
from mmgen.creatives.sheet import CreativeSpec, price_said
from mmgen.creatives.type import ELLIPSIS, plain_text

_STOPS = ".。．"
_ENDS = ("!", "?", "！", "？", ELLIPSIS)
_LONGEST_COLOUR = 30


def alt_text(spec: CreativeSpec, title: str | None, colour: str | None, layout: str, max_chars: int = 250) -> str:
    """Sentences in the record's language: the product, then the ad's words, its facts where it shows any, its price.

    title: the product's name, whole; it is cut only where it would not fit by itself. colour: as the shop's field has
    it, said where the title does not. layout: the name of the one that drew it. What else does not fit is left out.
    ``spec.facts`` are the values that the layout shows. ValueError for an unknown layout.
    """
    words = words_of(spec.locale)
    headline = plain_text(spec.headline).strip()
    price = price_said(spec)
    subject = _subject(plain_text(title) or headline, [plain_text(spec.brand), _short(plain_text(colour))], words.comma)
    named = layout_named(layout)
    phrases = named.says.get(spec.locale.replace("_", "-").split("-")[0].lower()) or words.layouts.get(named.name, {})
    sentences = [
        _cut(subject or words.product, max_chars - len(words.stop)),
        _told(phrases, "" if _is_said(headline, subject) else headline),
        words.comma.join(value for value in map(plain_text, spec.facts) if not _is_said(value, subject)),
        words.price.format(price) if price else "",
    ]
    text = ""
    for sentence in filter(None, (one.strip() for one in sentences)):
        more = _ended(sentence, words.stop)
        if len((text + more).strip()) <= max_chars:
            text += more
    return text.strip()


def _subject(name: str, more: list[str], comma: str) -> str:
    """The name, and of the rest what it does not say itself."""
    parts = [name.rstrip(_STOPS)] if name else []
    for value in more:
        if value and not _is_said(value, comma.join(parts)):
            parts.append(value)
    return comma.join(parts)


def _short(colour: str) -> str:
    return colour if len(colour) <= _LONGEST_COLOUR else ""


def _is_said(value: str, text: str) -> bool:
    return value.rstrip(_STOPS).casefold() in text.casefold()


def _told(phrases: dict[str, str], headline: str) -> str:
    """How the picture is described; of a language without phrases the headline alone."""
    if not headline:
        return phrases.get("plain", "")
    return phrases.get("words", "{}").replace("{}", headline)


def _cut(subject: str, room: int) -> str:
    if len(subject) <= room:
        return subject
    head = subject[: room - 1]
    return (head[: head.rfind(" ")] if " " in head[room // 2 :] else head).rstrip() + ELLIPSIS


def _ended(sentence: str, stop: str) -> str:
    """With one mark at its end."""
    if sentence.endswith(_ENDS):
        return sentence + (" " if stop.endswith(" ") else "")
    return sentence.rstrip(_STOPS) + stop
