"""Texts as tokens with slots, and back: ``the <brand> <article> comes in <colour> .``

English tokens are words; Chinese tokens are single characters (the slots take the rare ones, so the vocabulary stays
small and closed) and Latin words.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mmgen.generation import compose_zh
from mmgen.generation.facts import facts_of
from mmgen.generation.params import DescriptionParams
from mmgen.generation.plans_en import CAPACITY
from mmgen.generation.product_en import FRONTED, Product
from mmgen.generation.slots import NOUN_SLOTS, Fact, by_slot, slot_values
from mmgen.generation.values import CJK, language_of
from mmgen.generation.words import a_or_an, canon
from mmgen.generation.written import lead_slots, words_of, written_slots
from mmgen.models.sentences import TextTargets, split_sentences
from mmgen.models.vocabulary import begin_token
from mmgen.publishing.params import TEXT_KINDS

SLOT = re.compile(r"<[a-z]+(?:_\w+)?>")
_TOKEN = re.compile(r"<[a-z]+(?:_\w+)?>|[\u3400-\u4dbf\u4e00-\u9fff]|[^\W_]+(?:[-'’.&/][^\W_]+)*%?|[^\w\s]")
_NO_SPACE_BEFORE = frozenset(",.;:!?)%，。；：！？、）》")
_NO_SPACE_AFTER = frozenset("(，。；：！？、（）《》")
UNKNOWN = frozenset({"<unk>"})
_ENDS = frozenset(".!?")
MAX_TARGET_TOKENS = 70
NUM_DRAFTS = 4
_LIMITS = DescriptionParams()
_BEFORE_NOUN = frozenset({"<pattern>", "<colour>", "<modifier>", "<usage>"})
# Words that name nothing: two facts may share them.
_SMALL = frozenset(["and", "the", "for", "with", "from", "without"])


def allowed_slots(facts: Sequence[Fact]) -> set[str]:
    """The slot tokens that a text about this product may use."""
    return set(slot_values(facts))


def open_slots(kind: str, facts: Sequence[Fact], locale: str, longest: int) -> set[str]:
    """The slots to choose from for a text of ``kind``: all that are allowed, but beside a written description only its
    first sentences (``longest`` characters, one at least) and what these leave unsaid."""
    slots, known = allowed_slots(facts), by_slot(facts)
    written = written_slots(known, longest) if kind == "description" else []
    if not written:
        return slots
    language = language_of(locale)
    lead = lead_slots(known, written, language)
    said = "\n".join(known[slot[1:-1]].value for slot in lead + written)
    unsaid = {f"<{slot}>" for slot, fact in known.items() if slot != "family" and not _says(said, fact, language)}
    names = {f"{slot[:-1]}_name>" for slot in unsaid}
    unsaid -= {"<title>", "<name>", "<short_name>"}
    return slots & ({*lead, *written} | {slot for slot in unsaid | names if not slot.startswith("<sentence_")})


def _says(text: str, fact: Fact, language: str) -> bool:
    if language == "en":
        return words_of(fact.value) <= words_of(text)
    return compose_zh.says(text, fact.value, fact.slot)


def traits_of(facts: Sequence[Fact], locale: str) -> str:
    """What the sentences about this product must fit beside its slots: its number, whether it is worn, whether its
    title or its name can stand after ``the``; in Chinese, which words go with its use, weight and size."""
    known = by_slot(facts)
    if language_of(locale) == "en":
        product = Product(known)
        marks = {
            "worn": product.is_worn,
            "titled": product.in_title,
            "the": product.takes_the(),
            "named": product.has_own_name(),
            "holds": product.label("volume") == CAPACITY and product.has("volume"),
        }
        return "+".join(["many" if product.many else "one", *(name for name, is_so in marks.items() if is_so)])
    return compose_zh.worded("使用" + "".join(f"{{{slot}}}" for slot in ("weight", "size") if slot in known), known)


def said_twice(tokens: Sequence[str], facts: Sequence[Fact], locale: str) -> str:
    """A word that two slots of one sentence both say (``sports red sports shoes``), or ``""``.

    In Chinese, a value that the text's other slots, or the word after it, say already.
    """
    values = slot_values(facts)
    if language_of(locale) == "zh":
        return _said_twice_zh(tokens, values)
    for sentence in split_sentences(tokens):
        said: set[str] = set()
        for token in sentence:
            if token in values and not token.startswith("<sentence_"):
                words = {canon(w) for w in re.findall(r"[^\W\d_]{3,}", values[token])} - _SMALL
                if said & words:
                    return min(said & words)
                said |= words
    return ""


def misplaced(tokens: Sequence[str], facts: Sequence[Fact], locale: str) -> str:
    """The slot of an English noun phrase whose value can't stand there (``sports navy blue pants``), or ``""``.

    Word order depends on values: ``casual blue`` but ``blue sports``, and what has a comma or many words stands nowhere
    before a noun.
    """
    if language_of(locale) != "en":
        return ""
    product = Product(by_slot(facts))
    nouns = {f"<{slot}>" for slot in NOUN_SLOTS.values()}
    for end in (i for i, token in enumerate(tokens) if token in nouns):
        start = end
        while start and tokens[start - 1] in _BEFORE_NOUN:
            start -= 1
        before = [token[1:-1] for token in tokens[start:end]]
        for place, slot in enumerate(before):
            leads = slot == "usage" and place + 1 < len(before)
            if not product.stands_before(slot) or (leads and product.facts[slot].value not in FRONTED):
                return slot
    return ""


def _said_twice_zh(tokens: Sequence[str], values: Mapping[str, str]) -> str:
    slots = [token for token in tokens if token in values and not token.startswith("<sentence_")]
    for slot in slots:
        others = "\n".join(values[other] for other in slots if other != slot)
        after = "".join(itertools.takewhile(lambda t: CJK.match(t), tokens[tokens.index(slot) + 1 :]))
        if not slot.endswith("_name>") and (
            compose_zh.says(others, values[slot], slot[1:-1]) or compose_zh.doubles(f"{slot}{after}", values[slot])
        ):
            return values[slot]
    return ""


def realise(tokens: Sequence[str], facts: Sequence[Fact], locale: str) -> str:
    """The text of a token sequence: slots filled, spaces, capitals and a/an right. A leading begin token is skipped.

    Raises ValueError for a slot without a fact and for ``<unk>``.
    """
    values = slot_values(facts)
    pieces: list[str] = []
    starts: list[bool] = []  # whether the piece before ends a sentence
    ended = True
    for token in tokens:
        if token.startswith("<bos:") or token in ("<eos>", "<pad>"):
            continue
        is_slot = bool(SLOT.fullmatch(token)) or token in UNKNOWN
        if is_slot and token not in values:
            raise ValueError(f"no fact for {token}: give only the slots in allowed_slots(facts)")
        pieces.append(values[token] if is_slot else token)
        starts.append(ended)
        ended = token in _ENDS or token.startswith("<sentence_")
    if language_of(locale) == "en":
        pieces = [
            a_or_an(pieces[i + 1]) if piece == "a" and i + 1 < len(pieces) else piece for i, piece in enumerate(pieces)
        ]
    pieces = _tidied(pieces)
    return _spaced(pieces if language_of(locale) == "zh" else _capitalised(pieces, starts))


def _tidied(pieces: list[str]) -> list[str]:
    """One full stop where a value that ends in one ends a sentence (``U.S. Polo Assn.``)."""
    return [
        piece[:-1] if piece[-1:] in ".。" and len(piece) > 1 and pieces[i + 1 : i + 2] == [piece[-1]] else piece
        for i, piece in enumerate(pieces)
    ]


def _capitalised(pieces: list[str], starts: list[bool]) -> list[str]:
    """A capital where a sentence starts; words with capitals or dots inside (``iPhone``, ``s.Oliver``) stay."""
    out: list[str] = []
    for piece, is_start in zip(pieces, starts, strict=True):
        word = piece.split(" ")[0]
        common = (word.islower() and "." not in word.rstrip(".")) or re.match(r"[a-z]+-[A-Z]", word)
        out.append(piece[:1].upper() + piece[1:] if is_start and common else piece)
    return out


def _spaced(pieces: list[str]) -> str:
    text = ""
    for piece in pieces:
        if not piece:
            continue
        glued = not text or piece[0] in _NO_SPACE_BEFORE or text[-1] in _NO_SPACE_AFTER
        meets = bool(text) and bool(CJK.match(text[-1]) or CJK.match(piece[0]))
        text += piece if glued or meets else f" {piece}"
    return text


def delexicalise(text: str, facts: Sequence[Fact]) -> list[str]:
    """Tokens of a text with the values of facts as slots, longest value first. The inverse of ``realise``."""
    values = sorted(slot_values(facts).items(), key=lambda item: (-len(item[1]), item[0]))
    language = language_of(None, text)
    for slot, value in values:
        if slot.endswith("_name>") and slot.startswith("<other") and slot.replace("_name", "") not in text:
            continue
        if len(value) < 2 or (len(value) < 3 and value.isalpha() and value.isascii() and not value.isupper()):
            continue
        text = _replaced(text, value, slot)
    tokens = _TOKEN.findall(text)
    if language != "en":
        return tokens
    starts = [
        i == 0 or tokens[i - 1] in (".", "!", "?") or tokens[i - 1].startswith("<sentence") for i in range(len(tokens))
    ]
    lowered = [
        t.lower() if (s and t[:1].isupper() and t[1:].islower()) or (t == "A" and s) else t
        for t, s in zip(tokens, starts, strict=True)
    ]
    return ["a" if word == "an" else word for word in lowered]


def _replaced(text: str, value: str, slot: str) -> str:
    """The first mention of ``value`` outside other slots, as whole words and with any case of its first letter."""
    first = re.escape(value[0])
    head = f"[{value[0].upper()}{value[0].lower()}]" if value[0].isalpha() and value[0].isascii() else first
    start = r"(?<![A-Za-z0-9_<])" if not CJK.match(value[0]) else ""
    end = r"(?![A-Za-z0-9_>])" if not CJK.match(value[-1]) and value[-1].isalnum() else ""
    pattern = start + head + re.escape(value[1:]) + end
    parts = re.split(r"(<[a-z]+(?:_\w+)?>)", text)
    for i, part in enumerate(parts):
        if part.startswith("<"):
            continue
        replaced, count = re.subn(pattern, f" {slot} ", part, count=1)
        if count:
            ends = (
                re.search(re.escape(slot) + r"\s+(?=[A-Z]|$)", replaced)
                if value.endswith(".") and "sentence" not in slot
                else None
            )
            parts[i] = replaced[: ends.end()] + ". " + replaced[ends.end() :] if ends else replaced
            break
    return "".join(parts)


def training_targets(example: Mapping[str, Any]) -> TextTargets:
    """What the text decoder learns from one row of ``examples``.

    The sentences of a written description in their own words, delexicalised, and composed drafts of both kinds. A row
    without facts has no texts.
    """
    from mmgen.generation.compose import compose  # composing realises its drafts with this module
    from mmgen.seeds import seed_of

    facts = facts_of(example)
    locale = language_of(example.get("locale"), example.get("title"), example.get("description"))
    if not facts or locale not in ("en", "zh"):
        return TextTargets([], [])
    targets: list[list[str]] = []
    plain = [f for f in facts if not f.slot.startswith("sentence_")]
    written: list[str] = []
    for fact in facts:
        tokens = delexicalise(fact.value, plain) if fact.slot.startswith("sentence_") else []
        if tokens and len(written) + len(tokens) <= MAX_TARGET_TOKENS:
            written += tokens
    if written:
        targets.append([begin_token("description", locale), *written])
    for kind in ("description", "ad_copy"):
        for number in range(NUM_DRAFTS):
            draft = compose(facts, locale, kind, seed_of(example.get("product_id", ""), "target", kind, number))
            targets.append([begin_token(kind, locale), *draft.tokens])
    texts = [list(t) for t in dict.fromkeys(tuple(t) for t in targets) if 1 < len(t) <= MAX_TARGET_TOKENS + 2]
    num_written = int(bool(written))
    # People's own words are learnt as what to write where there is no description.
    slots = [frozenset(allowed_slots(plain))] * num_written + [
        frozenset(open_slots(_kind_of(text), facts, locale, _LIMITS.longest_written(locale)))
        for text in texts[num_written:]
    ]
    return TextTargets(texts, slots, traits_of(facts, locale), num_written)


def _kind_of(text: Sequence[str]) -> str:
    return next(kind for kind in TEXT_KINDS if text[0].startswith(f"<bos:{kind}:"))
