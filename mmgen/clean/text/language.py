"""Which language a text is in, from its script and its function words. Nothing is downloaded.

A shop's titles are short, full of brand names and often mixed, so the row's own locale breaks a tie, but never
overrules clear evidence: a Chinese description in an English catalogue is Chinese.
"""

from __future__ import annotations

import importlib.util
import math
import re
import runpy
from collections import Counter
from functools import cache
from pathlib import Path

# Languages in Latin script that are told apart by function words: those with a spaCy stop list
LATIN = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "ro", "hu", "tr", "id", "vi")
UNKNOWN = "und"

_SCRIPTS = (
    ("kana", re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d]")),
    ("hangul", re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]")),
    ("han", re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")),
    ("cyrillic", re.compile("[\u0400-\u052f]")),
    ("arabic", re.compile("[\u0620-\u064a\u0671-\u06d3]")),
    ("hebrew", re.compile("[\u05d0-\u05ea]")),
    ("greek", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("thai", re.compile("[\u0e01-\u0e4f]")),
    ("devanagari", re.compile("[\u0904-\u0939]")),
)
_SCRIPT_LANGUAGE = {
    "kana": "ja", "hangul": "ko", "han": "zh", "cyrillic": "ru", "arabic": "ar", "hebrew": "he", "greek": "el",
    "thai": "th", "devanagari": "hi",
}  # fmt: skip
_LETTERS_PER_WORD = {"kana": 2.5, "han": 1.7, "hangul": 2.5, "thai": 4.0}
_LATIN_WORD = re.compile(r"[^\W\d_]{2,}")
_MARKS = {
    "de": "ßäöü", "fr": "œçéèêëàùûîï", "es": "ñ¿¡áóí", "it": "àèòùì", "pt": "ãõçáê", "sv": "åäö",
    "da": "æøå", "nb": "æøå", "fi": "äö", "pl": "łąęśżźćń", "cs": "řěůčšž", "ro": "șțăţş", "hu": "őű", "tr": "ğışç",
    "vi": "ơưđạảấầẩậắằặẹẻẽếềểệọồộớờ", "nl": "ë",
}  # fmt: skip
_CODES = {"cn": "zh", "zho": "zh", "chi": "zh", "eng": "en", "us": "en", "gb": "en"}
"""What shops write for a language."""
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_PERSIAN = re.compile("[پچژگ]")


def language_of(locale: str | None, *texts: str | None) -> str:
    """The language that a product is described in: its locale's; without a locale that of its texts, else English."""
    said = text_language(" ".join(text for text in texts if text)) if not base_of(locale) else base_of(locale)
    return "en" if said == UNKNOWN else said


def base_of(locale: str | None) -> str:
    """``zh`` of ``zh-CN``, ``en`` of ``gb``; "" where the locale names no language."""
    base = (locale or "").lower().replace("_", "-").split("-")[0].strip()
    return "" if base == UNKNOWN else _CODES.get(base, base)


def text_language(text: str, locale: str | None = None) -> str:
    """The ISO 639-1 code of the language that most of ``text`` is in; ``und`` where nothing tells.

    locale: the row's (``en``, ``zh-CN``, ...): decides for Latin text without a function word, and for mixed text.
    """
    home = (locale or "").replace("_", "-").split("-")[0].lower()
    words = _LATIN_WORD.findall(text)
    if text.isascii():
        return latin_language(words, home)
    counts = {script: len(pattern.findall(text)) for script, pattern in _SCRIPTS}
    weights = {script: count / _LETTERS_PER_WORD.get(script, 5.0) for script, count in counts.items() if count}
    if not weights:
        return latin_language(words, home)
    if "kana" in weights and "han" in weights and counts["kana"] >= 0.1 * counts["han"]:
        weights["kana"] += weights.pop("han")  # Japanese is written in both; a stray kana makes no Chinese text so
    script = max(weights, key=lambda key: (weights[key], key))
    language = _refine(_SCRIPT_LANGUAGE[script], text)
    num_latin = sum(1 for word in words if word[0] < "\u0250")
    share = weights[script] / (weights[script] + num_latin)
    if share >= 0.5:
        return language
    # Brand and model names stay Latin in Chinese titles: where the scripts mix, the shop's own language is believed
    if share >= 0.15 and home == language:
        return language
    return latin_language([word for word in words if word[0] < "\u0250"], "" if home == language else home)


def latin_language(words: list[str], home: str) -> str:
    """By function words (each weighs less, the more languages share it) and by letters with marks."""
    weights = _function_words()
    scores: dict[str, float] = {}
    for word, count in Counter(word.lower() for word in words[:2000]).items():
        for language, weight in weights.get(word, ()):
            scores[language] = scores.get(language, 0.0) + weight * math.sqrt(count)
    marks = {character for word in words[:2000] for character in word.lower() if not character.isascii()}
    for language, letters in _MARKS.items():
        found = len(marks.intersection(letters))
        if found:
            scores[language] = scores.get(language, 0.0) + 0.8 * found
    if home in LATIN and words:
        scores[home] = scores.get(home, 0.0) + 1.5  # as much as one or two function words of another language
    if not scores:
        return UNKNOWN
    best = max(scores, key=lambda language: (scores[language], language == "en", language))
    return best if scores[best] >= 0.5 else UNKNOWN


def _refine(language: str, text: str) -> str:
    if language == "ru" and _UKRAINIAN.search(text):
        return "uk"
    if language == "ar" and _PERSIAN.search(text):
        return "fa"
    return language


@cache
def stop_words(language: str) -> frozenset[str]:
    """spaCy's stop list; empty for a language without one.

    Only that file is run: importing its package would load the tokenizer rules of 18 languages, for seconds.
    """
    package = importlib.util.find_spec("spacy")  # finds, does not import
    folder = next(iter(package.submodule_search_locations or []), None) if package else None
    path = Path(folder or "", "lang", language, "stop_words.py")
    if not language.isalpha() or not path.is_file():
        return frozenset()
    return frozenset(runpy.run_path(str(path))["STOP_WORDS"])


# Shop words that tell a language where a title has no function word ("Women Blue Cotton Shirt")
_SHOP_WORDS = {
    # The last three lines are function words elsewhere: a fire truck is no Norwegian, a car seat no French
    "en": "men women boys girls kids shirt shoes black white blue red green grey pink brown yellow dress bag watch with"
    " fresh organic juice milk apple set pack size cotton leather for new"
    " car care certain different dog door end face final fine fire hit land later like local man nice ok possible sea"
    " state stop store total want folk hat inc lite logo multi net plus premier press pro pure quest suit tag tan toe"
    " bra son tend war",
    "de": "herren damen kinder schuhe schwarz weiß blau rot grün kleid hemd tasche uhr mit frisch milch saft größe neu",
    "fr": "homme femme enfant chaussures noir blanc bleu rouge vert robe chemise sac montre avec frais lait jus taille",
    "es": "hombre mujer niño zapatos negro blanco azul rojo verde vestido camisa bolso reloj con leche zumo talla",
    "it": "uomo donna bambino scarpe nero bianco blu rosso verde vestito camicia borsa orologio fresco latte succo",
    "pt": "homem mulher criança sapatos preto branco azul vermelho verde vestido camisa bolsa relógio leite suco",
    "nl": "heren dames kinderen schoenen zwart wit blauw rood groen jurk tas horloge met verse melk maat",
}


@cache
def _function_words() -> dict[str, tuple[tuple[str, float], ...]]:
    """word -> (language, weight): 1 for a word of one language, less the more languages have it."""
    owners: dict[str, list[str]] = {}
    for language in LATIN:
        for word in stop_words(language) | set(_SHOP_WORDS.get(language, "").split()):
            owners.setdefault(word, []).append(language)
    return {word: tuple((name, 1.0 / len(names)) for name in names) for word, names in owners.items()}
