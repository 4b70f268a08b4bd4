"""Values of a product as a customer reads them: as the shop wrote them, without markup and what says nothing."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

from mmgen.clean.text.pii.mask import MASKS, mask_personal_data
from mmgen.facts.language import unsayable, words_of

CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
MARKUP = re.compile(r"</?[A-Za-z!][^>]{0,200}>|```|\{\{.*?\}\}|\$\{.*?\}")
LINK = re.compile(
    r"https?://\S+|www\.\S+|\b[\w.-]{1,64}@[\w-]{1,63}\.\w+"
    r"|\b[a-z0-9][\w-]{1,62}\.(?:com|net|org|shop|store|info|co\.[a-z]{2})\b",
    re.I,
)
MACHINE = re.compile(
    r"^(?:[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f-]{20,}|\d{8,}|[\w./\\-]+\.(?:jpe?g|png|webp|wav|mp3|mp4|pdf|html?))$", re.I
)
MASKED = re.compile(rf"{MASKS.pattern}|\[(?:e-mail|masked|redacted)\]|\*{{3,}}|█", re.I)  # ours, and what shops write
_LABELLED = re.compile(
    rf"[(（\[【][^()（）\[\]【】]{{0,20}}(?:{MASKED.pattern})[^()（）\[\]【】]{{0,10}}[)）\]】]"
    rf"|(?:[\u4e00-\u9fff]{{2,6}}|\b[^\W\d_]{{2,12}})\s?[:：]\s?(?:{MASKED.pattern})(?:转\d{{1,5}})?|{MASKED.pattern}",
    re.I,
)
INJECTION = unsayable("instructions")
# Claims that need proof, or that the advertising law of China (article 9) bans. Not: "best before", "last", "at least".
BANNED = unsayable("puffery")
PROFANITY = unsayable("profanity")
_TAG = re.compile(r"(?P<lang>[a-z]{2}):(?P<words>\S+)")
_ZERO = re.compile(r"[-+]?0+(?:[.,]0+)?")


def text_length(text: str, language: str) -> int:
    """Length as it is read: in a Chinese text two Latin letters or digits take the room of one character."""
    chinese = len(CJK.findall(text)) + len(re.findall(r"[，。：；！、（）《》]", text))
    return chinese + (len(text) - chinese + 1) // 2 if language == "zh" else len(text)


def shown(text: str | None) -> str:
    """One line of the shop's text with its own marks: entities decoded; tags, control characters and doubled spaces
    removed."""
    plain = MARKUP.sub(" ", html.unescape(text or ""))
    kept = (" " if unicodedata.category(c) in ("Cc", "Co", "Cn", "Cs", "Zl", "Zp") or c == "\ufffd" else c
            for c in unicodedata.normalize("NFC", plain))  # fmt: skip
    return " ".join("".join(kept).split())


def untagged(text: str, language: str) -> str:
    """A value without the language that a database sets before it (``en:dry-pastas`` -> ``dry pastas``); ``""`` for
    one in another language than ``language``. Of a list what is left."""
    parts = [part.strip() for part in text.split(",")]
    if not any(_TAG.fullmatch(part) for part in parts):
        return text
    tags = ((part, _TAG.fullmatch(part)) for part in parts)
    kept = [tag["words"].replace("-", " ") if tag else part for part, tag in tags if not tag or tag["lang"] == language]
    return ", ".join(dict.fromkeys(kept))


def is_private(text: str) -> bool:
    """Whether a text holds personal data or the mark of some that was masked."""
    return bool(MASKED.search(text)) or mask_personal_data(text)[1] > 0


def without_private(text: str) -> str:
    """The text with personal data and the marks of masked data taken out, with the label and the brackets that held
    nothing else."""
    return " ".join(_LABELLED.sub(" ", mask_personal_data(text)[0]).split())


def is_name(value: str, language: str) -> bool:
    """Whether a value can be the name of something: there are letters or digits, nothing for a machine, and no word
    that shops write where they have nothing to write."""
    low = " ".join(value.lower().strip(" .").split())
    if not re.search(r"\w", value) or MACHINE.match(value) or LINK.search(value) or is_private(value):
        return False
    empty = words_of(language).empty | words_of("en").empty
    return low not in empty and low.replace("_", " ") not in empty and not INJECTION.search(value)


def says_something(value: str, language: str) -> bool:
    """Whether a value is a fact for a customer: a name without hype, and no bare zero, which is a gap in a file."""
    return (
        is_name(value, language)
        and not _ZERO.fullmatch(value)
        and not BANNED.search(value)
        and not PROFANITY.search(value)
    )


@lru_cache(maxsize=2048)
def key_of(text: str) -> str:
    """What is the same for all ways to write a text: case, marks and spaces don't count, but for a mark in a number."""
    return " ".join(re.sub(r"(?<!\d)[\W_]+|[\W_]+(?!\d)", " ", text.casefold()).split())
