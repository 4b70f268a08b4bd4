"""A title taken apart: brand, the words that attributes repeat, the noun, the rest (the name of the product)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mmgen.facts import lexicon
from mmgen.facts.title_claims import GENDER_WORDS, claimed, phrases
from mmgen.facts.title_colours import title_colours
from mmgen.facts.title_nouns import (
    compound,
    find_noun,
    head_end,
    is_colour_phrase,
    is_quality,
    is_thing,
    noun_phrase,
)
from mmgen.facts.values import BANNED, CJK, INJECTION, LINK, cleaned, without_private
from mmgen.facts.words import canon, word_set

CONNECTORS = word_set("& and - – — with in of by for from the a an / , | + : to at on de ·")
PACK = re.compile(r"\b(?:(?:pack|set|box)\s+of\s+\d+|\d+[\s-](?:pack|pcs|pieces?)\b)", re.I)


@dataclass
class Title:
    """What a title says. ``claims``: slot -> values in reading form, from the title's own words."""

    text: str = ""
    brand: str = ""
    name: str = ""
    article: str = ""
    model: str = ""
    claims: dict[str, list[str]] = field(default_factory=dict)


def usable_title(title: str | None, brand: str) -> str:
    """The title as one readable line, or ``""``: no markup, hype, shouting or code talk."""
    text = cleaned(title)
    if INJECTION.search(text) or not re.search(r"[^\W\d_]", text):
        return ""
    text = without_private(LINK.sub(" ", text))
    rest = text[len(brand) :] if brand and text.lower().startswith(brand.lower()) else text
    head = text[: len(text) - len(rest)]
    rest = re.sub(r"[!！?？]+", " ", BANNED.sub(" ", rest))
    rest = re.sub(r"[【】\[\]{}<>*~#|]+", " ", rest)
    text = " ".join((head + rest).split()).strip(" -,.;:，。、/&")
    if text.count("_") or (text.count("-") > 1 and " " not in text):
        text = re.sub(r"[_-]+", " ", text)
    letters = [w for w in text.split() if w.isalpha() and len(w) > 3 and w.isascii()]
    if len(letters) > 1 and all(w.isupper() for w in letters):
        text = " ".join(w.capitalize() if w.isalpha() and len(w) > 3 else w for w in text.split())
    text = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "\u2009", text).replace("\u2009", " ")
    return _undoubled(text)


def english_title(text: str, brand: str, leaf: str, known: dict[str, str], shelf: str, path: list[str]) -> Title:
    """Take an English title apart.

    ``leaf`` is the noun of its category, looked for in the title; ``shelf`` the noun to use where the title has none;
    ``known`` are the values of the attributes; ``path`` is the category, whose words belong to the noun beside them.
    """
    title = Title(text=text, brand=brand)
    words = _without(re.sub(r"(?<=kids)-(?=\w)", " ", text, flags=re.I).split(), brand.split())
    words, title.claims["quantity"] = _packs(words)
    spent = [False] * len(words)
    keys = [canon(w.strip("(),.;:")) for w in words]
    noun = find_noun(words, leaf, known)
    if noun:
        spent[noun.start : noun.end] = [True] * (noun.end - noun.start)
    title.article = noun.text if noun else ""
    raw = [w.lower().strip("(),.;:") for w in words]
    for slot, forms in phrases(known, f"{leaf} {title.article or shelf}").items():
        if not (title.article or shelf) and slot not in known:
            continue  # without a noun the title is said as it is, with all its words
        title.claims[slot] = claimed(slot, forms, raw if slot == "gender" else keys, words, spent)
    if "colour" in known:
        title.claims["colour"] = title_colours(words, keys, spent, known["colour"].lower())
    if noun:
        shelves = {canon(part) for part in path if " " not in part and not is_thing(noun_phrase(part))} - GENDER_WORDS
        belonging = compound(noun, words, spent, shelves)
        if belonging:
            whole = [words[i] for i in (*belonging, *range(noun.start, noun.end))]
            title.article = noun_phrase(" ".join(whole).strip("(),.;:"))
        left = [i for i in _phrase_of(noun.end, words) if not spent[i] and i not in belonging]
    else:
        title.article = shelf
        left = [i for i in range(len(words)) if not spent[i]]
    _name_and_model(title, words, left, noun.end if noun else len(words))
    _take_qualities(title, is_noun_found=noun is not None, has_colour="colour" in known)
    title.claims = {slot: values for slot, values in title.claims.items() if values}
    return title


def _take_qualities(title: Title, is_noun_found: bool, has_colour: bool) -> None:
    """A name that is only a colour or a quality is none: it belongs to the noun."""
    if is_noun_found and is_colour_phrase(title.name):
        if not has_colour:
            title.article = f"{title.name.lower()} {title.article}"
        title.name = ""
    if title.article and is_quality(title.name):
        title.claims["modifier"] = [title.name.lower(), *title.claims["modifier"]]
        title.name = ""
    if title.article and is_quality(title.text):
        title.text = ""


def _phrase_of(end: int, words: list[str]) -> range:
    """The words of the phrase that holds the noun; what follows it (``in steel by Ostra``) names nothing."""
    return range(max(end, head_end(words))) if end <= head_end(words) else range(len(words))


def _name_and_model(title: Title, words: list[str], left: list[int], end: int) -> None:
    """Numbers behind the noun are the model; the other words that are left are the name."""
    tail = [i for i in range(end, len(words)) if i in left or i >= head_end(words)]
    if tail and all(re.search(r"\d", words[i]) for i in tail):
        title.model = " ".join(words[i].strip("()") for i in tail)
        left = [i for i in left if i not in tail]
    title.name = _name([words[i] for i in left], title.brand, title.article)


def _name(words: list[str], brand: str, article: str) -> str:
    """The words left over, without stray connectors, a repeated brand, or a word said next to it."""
    words = _without(words, brand.split()) if brand else words
    while words and words[0].lower().strip(",") in CONNECTORS - {"the", "a", "an", "to", "at", "on", "de"}:
        words = words[1:]
    while words and words[-1].lower().strip(",") in CONNECTORS:
        words = words[:-1]
    words = [
        w for i, w in enumerate(words) if not (w in CONNECTORS and i + 1 < len(words) and words[i + 1] in CONNECTORS)
    ]
    if words and brand and canon(words[0]) == canon(brand.split()[-1]):
        words = words[1:]
    nouns = {canon(w) for w in article.split()}
    while words and article and any(canon(part) in nouns for part in (words[-1], *words[-1].split("-")[1:])):
        words = words[:-1]
    return _undoubled(" ".join(words)).strip(" -,.;:/()&")


def _without(words: list[str], part: list[str]) -> list[str]:
    """``words`` without the phrase ``part``, wherever it stands."""
    low, wanted = [w.lower() for w in words], [w.lower() for w in part]
    for i in range(len(words) - len(part) + 1):
        if part and low[i : i + len(part)] == wanted:
            return _without(words[:i] + words[i + len(part) :], part)
    return words


def _packs(words: list[str]) -> tuple[list[str], list[str]]:
    text = " ".join(words)
    found = [
        m.group(0).lower().replace(" pack", "-pack") if m.group(0)[0].isdigit() else m.group(0).lower()
        for m in PACK.finditer(text)
    ]
    return PACK.sub(" ", text).split(), found[:1]


def _undoubled(text: str) -> str:
    words = text.split()
    return " ".join(w for i, w in enumerate(words) if not i or w.lower() != words[i - 1].lower())


_COLOURS_ZH = frozenset(lexicon.COLOURS.values())
_LIKE_ZH = sorted(lexicon.QUALITIES_ZH | _COLOURS_ZH | {*lexicon.GENDERS_ZH.values(), *lexicon.SEASONS.values()})
_QUALITY_ZH = re.compile(rf"(?:{'|'.join(_LIKE_ZH)})+[款型版]?")


def chinese_title(text: str, brand: str, known: dict[str, str], leaf: str = "") -> Title:
    """A Chinese title: brand taken off; words after the noun, set apart by spaces or brackets, left to the attributes.

    A colour that no attribute has goes before the noun, where one says it. A name that only says what the thing is like
    (加厚款) gets the category's noun (``leaf``).
    """
    title = Title(text=_tight(text), brand=brand)
    rest = (
        text[len(brand) :]
        if brand and text.lower().startswith(brand.lower())
        else text.replace(brand, "", 1)
        if brand
        else text
    )
    own = {known.get("colour"), known.get("gender"), known.get("season")}
    bracketed = re.compile(r"[（(]([^（）()]{1,12})[）)]")
    apart = [value for value in bracketed.findall(rest) if value in own or value in _COLOURS_ZH]
    words = bracketed.sub(lambda m: " " if m.group(1) in apart else m.group(0), rest).split()
    apart += [word for word in words[1:] if word in _COLOURS_ZH and word not in apart]
    words = [word for word in words if word not in apart] or words
    noun = next((i for i, word in enumerate(words) if leaf and leaf in word), len(words) - 1)
    kept = [w for w in words[: noun + 1] if w not in own]
    colours = "" if "colour" in known else "".join(w for w in apart if w in _COLOURS_ZH)
    title.name = colours + _tight(" ".join(kept or words)).strip(" -,，、/") or title.text
    if is_noun_zh(leaf) and _QUALITY_ZH.fullmatch(title.name):
        title.name += leaf
    for slot, forms in (("colour", lexicon.COLOURS), ("gender", lexicon.GENDERS_ZH)):
        title.claims[slot] = [
            zh
            for zh in dict.fromkeys(forms.values())
            if zh in text
            and len(zh) > 1
            and not any(zh != other and zh in other and other in text for other in forms.values())
        ]
    return title


def is_noun_zh(heading: str) -> bool:
    """Whether a Chinese category names one kind of thing, not several (帽子/围巾)."""
    return bool(CJK.search(heading)) and not re.search(r"[/&、]", heading)


def short_title(name: str, language: str) -> str:
    """A long name cut at a separator or a word (40 characters, 15 Chinese ones); ``""`` where it is short enough."""
    limit = 30 if language == "zh" else 40
    if _width(name, language) <= limit:
        return ""
    head = re.split(r"[,，;；|:：()（）【】]| - ", name)[0].strip()
    if 3 < _width(head, language) <= limit:
        return head
    words = segments(head) if CJK.search(head) else [f"{w} " for w in head.split()]
    short = ""
    for word in words:
        if _width((short + word).strip(), language) > limit:
            break
        short += word
    while short and short.split()[-1:] and short.split()[-1].lower() in CONNECTORS:
        short = " ".join(short.split()[:-1])
    return short.strip(" -,，、&") or head[: limit // 2]


def _width(text: str, language: str) -> int:
    """Characters; in a Chinese text a Chinese character counts as two."""
    return len(text) + (len(CJK.findall(text)) if language == "zh" else 0)


def segments(text: str) -> list[str]:
    """Chinese words (jieba's dictionary), so that a name is never cut inside one."""
    import jieba

    jieba.setLogLevel(60)
    return list(jieba.cut(text, HMM=False))


def _tight(text: str) -> str:
    """No space between Chinese characters; one between Latin words; none where the two scripts meet."""
    return re.sub(r"(?<=[\u4e00-\u9fff])\s+|\s+(?=[\u4e00-\u9fff])", "", text)
