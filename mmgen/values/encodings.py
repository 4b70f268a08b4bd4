"""Which code page a text that is no UTF-8 is in: the one under which it reads as a language, the shop's own first."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

CONFIDENT = 0.85
"""Of ``Candidate.score``: below it, or with another script's code page as close, nobody can tell."""
SAMPLE_CHARS = 60
_NEUTRAL = ("Pd", "Pi", "Pf", "Po", "Ps", "Pe", "Sc", "Zs", "Sm", "So", "Sk", "No")
_WITHIN = re.compile(r"(?<=[^\W\d_])[^\w\s!-~’‘–—·](?=[^\W\d_])")
_WORD = re.compile(r"[^\W\d_]+")
_TRADITIONAL = ("zh-TW", "zh-HK", "zh-MO", "zh-Hant")
_KANA = re.compile("[\u3041-\u30ff]")


@dataclass(frozen=True)
class Candidate:
    """``score``: how much the text reads as one of ``languages``, 0 to 1. ``sample``: what it says then."""

    encoding: str
    languages: tuple[str, ...]
    score: float
    sample: str


@dataclass(frozen=True)
class _CodePage:
    name: str
    languages: tuple[str, ...]
    scripts: tuple[str, ...]


def candidates_of(data: bytes, locale: str) -> list[Candidate]:
    """The code pages under which ``data`` can be decoded, the likeliest first: those of the locale's language before
    others that score no better."""
    language = locale.replace("_", "-").split("-")[0].lower()
    found = []
    for page in _pages():
        try:
            text = data.decode(page.name)
        except UnicodeDecodeError as error:
            if error.end < len(data) - 4:
                continue
            text = data[: error.start].decode(page.name, "replace")  # the sample ends within a character
        found.append(Candidate(page.name, page.languages, _score(text, page), _sample(text)))
    traditional = locale.replace("_", "-").startswith(_TRADITIONAL)
    order = {candidate.encoding: index for index, candidate in enumerate(found)}
    return sorted(
        found,
        key=lambda c: (
            -round(c.score, 1),
            language not in c.languages,
            (c.encoding == "big5") != traditional,
            order[c.encoding],
        ),
    )


def encoding_of(data: bytes, locale: str) -> Candidate | None:
    """The code page that is sure: it reads as a language, and either it is the locale's or no other language's reads as
    well. None where a person has to say it."""
    language = locale.replace("_", "-").split("-")[0].lower()
    best = [c for c in candidates_of(data, locale) if c.score >= CONFIDENT]
    if not best:
        return None
    own = [c for c in best if language in c.languages]
    if own:
        return own[0]
    others = {c.languages for c in best if c.score > best[0].score - 0.1}
    return best[0] if len(others) == 1 or best[0].encoding in ("gb18030", "cp1252") else None


def _score(text: str, page: _CodePage) -> float:
    """Share of the characters beyond ASCII that the page's languages use, times how words look."""
    high = [c for c in text if not c.isascii()]
    if not high:
        return 1.0
    good = sum(_fits(c, page.scripts) for c in high)
    neutral = sum(unicodedata.category(c) in _NEUTRAL for c in high)
    if "CJK" in page.scripts or "HANGUL" in page.scripts:
        return _wide_score(high, good, neutral, page)
    letters = max(1, len(high) - neutral)
    inside = 2 * len(_WITHIN.findall(text)) / len(high)  # a sign within a word: a letter of another code page
    return max(0.0, good / letters - inside) * _words_look_right(text, page)


def _wide_score(high: list[str], good: int, neutral: int, page: _CodePage) -> float:
    """Chinese text is in the common characters; Japanese has kana; rare characters stand for a wrong reading."""
    text = "".join(high)
    common = sum(_is_common(c, page.name) for c in high)
    if "HIRAGANA" in page.scripts and not _KANA.search(text):
        return 0.3
    if "HIRAGANA" not in page.scripts and len(_KANA.findall(text)) > 0.2 * len(text):
        return 0.3
    return min(good + neutral, common) / len(high)


def _is_common(character: str, encoding: str) -> bool:
    """Whether a character is in the first level of its national set: two bytes, the first in the busy range."""
    try:
        code = character.encode({"gb18030": "gb2312", "cp949": "euc_kr"}.get(encoding, encoding))
    except UnicodeEncodeError:
        return False
    if encoding == "gb18030":
        return len(code) == 2 and (0xB0 <= code[0] <= 0xD7 or code[0] in (0xA1, 0xA3))
    if encoding == "big5":
        return len(code) == 2 and 0xA1 <= code[0] <= 0xC6
    return len(code) <= 2


def _words_look_right(text: str, page: _CodePage) -> float:
    """1 where words are written as languages write them: capitals stand first, and Latin words are mostly ASCII."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    if not words:
        return 0.6  # signs alone: a currency, a degree
    odd = sum(any(a.islower() and b.isupper() for a, b in pairwise(word)) for word in words)
    if page.scripts == ("LATIN",):
        odd += sum(len(word) > 2 and 3 * sum(c.isascii() for c in word) < len(word) for word in words)
    else:
        odd += sum(any(c.isascii() for c in word) for word in words)
    return max(0.0, 1 - odd / len(words))


def _fits(character: str, scripts: tuple[str, ...]) -> bool:
    return unicodedata.category(character)[0] == "L" and unicodedata.name(character, "").startswith(scripts)


def _sample(text: str) -> str:
    """The first words of it that are not ASCII."""
    line = next((line for line in text.splitlines() if not line.isascii()), text[:SAMPLE_CHARS])
    return " ".join(line.split())[:SAMPLE_CHARS]


@lru_cache(maxsize=1)
def _pages() -> tuple[_CodePage, ...]:
    found = tomllib.loads((files("mmgen.values") / "encodings.toml").read_text(encoding="utf-8"))
    return tuple(_CodePage(name, tuple(page["languages"]), tuple(page["scripts"])) for name, page in found.items())
