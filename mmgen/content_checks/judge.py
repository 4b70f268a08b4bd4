"""Splits a text into claims and holds each against the facts: supported, contradicted or unsupported.

The rules know no writer: they look for words of the kinds of claims (``words/<language>.toml``), numbers, names behind
cues, and read whether a word is denied, imitated or a part. What stands word for word in a fact is the shop's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mmgen.clean.text.language import language_of
from mmgen.content_checks.entailment import Entailment
from mmgen.content_checks.lexicon import Words, words_of
from mmgen.content_checks.measures import Quantity, quantities_of
from mmgen.facts.fact import Fact
from mmgen.facts.language import words_of as said_words

Outcome = Literal["supported", "contradicted", "unsupported"]
STRICT = frozenset({"material", "number", "price", "gender", "certificate", "colour", "origin", "promise", "size"})
"""Kinds of claims that fail where nothing supports them: what is wrong by law, or what a customer sends back."""
MAX_CHARS = 20_000
_HIDDEN = ("hidden", "internal")
_AMOUNT = r"(?:\d[\d.,]{0,12}\d|\d)"
_MONEY = re.compile(rf"[$€£¥￥]\s?{_AMOUNT}|{_AMOUNT}\s?(?:[€£元]|(?:USD|EUR|GBP|CNY)\b)")


@dataclass(frozen=True)
class Verdict:
    """``kind`` of claim, the words that make it, how it comes out, and why."""

    kind: str
    words: str
    outcome: Outcome
    why: str = ""

    @property
    def fails(self) -> bool:
        """Whether a text with it may not be published."""
        return self.outcome == "contradicted" or (self.outcome == "unsupported" and self.kind in STRICT)


@dataclass(frozen=True)
class _Claim:
    kind: str
    concept: str
    words: str
    manner: str


def judge(
    text: str, facts: Sequence[Fact], locale: str, *, whole: bool = True, model: Entailment | None = None
) -> list[Verdict]:
    """The verdicts on every claim of ``text``, in its order. ``whole``: it is a description, in which warnings stand.

    ``model`` votes where the rules find nothing in the facts. Pure. Only the first 20,000 characters are read.
    """
    text = text[:MAX_CHARS]
    words = words_of(language_of(locale, text))
    known = [fact for fact in facts if not fact.slot.startswith("conflict_") and fact.role not in _HIDDEN]
    rest = _without_own_words(text, known)
    verdicts = [
        *_hidden(text, facts),
        *(_warnings(text, known) if whole else ()),
        *_title(text, known),
        *_claims(rest, known, words),
        *_prices(rest, known),
        *_numbers(rest, known, words),
        *_named(text, known, words),
        *_cued(rest, known, words),
    ]
    return _voted(verdicts, text, known, model) if model else verdicts


def unexplained(text: str, facts: Sequence[Fact], locale: str, puffery: Iterable[str] = ()) -> float:
    """The share of the content words, 0..1, that neither a fact nor the list of tone explains."""
    words = words_of(language_of(locale, text))
    known = " ".join(f"{fact.name} {fact.value}" for fact in facts).lower()
    rest = _without_own_words(text, facts).lower()
    if not words.spaced:
        rest = re.sub("|".join(map(re.escape, sorted({*words.lenient, *puffery}, key=len, reverse=True))), " ", rest)
        pieces = [rest[i : i + 2] for i in range(len(rest) - 1) if re.fullmatch("[\u4e00-\u9fff]{2}", rest[i : i + 2])]
    else:
        pieces = [word for word in re.findall(r"[^\W\d_]{3,}", rest) if word not in {*words.lenient, *puffery}]
    stray = [piece for piece in pieces if piece not in known and piece.rstrip("s") not in known]
    size = max(1, len(re.findall("[\u4e00-\u9fff]|[^\\W\\d_\u4e00-\u9fff]{3,}", text)))
    return min(1.0, len(stray) / size)


def _hidden(text: str, facts: Sequence[Fact]) -> Iterator[Verdict]:
    for fact in facts:
        if fact.role in _HIDDEN and re.search(rf"(?<!\w){re.escape(fact.value)}(?!\w)", text):
            yield Verdict("hidden", fact.value, "contradicted", "never to be said")


def _warnings(text: str, facts: Sequence[Fact]) -> Iterator[Verdict]:
    for fact in facts:
        if fact.role == "warning":
            stands = fact.value.rstrip(" .。") in text
            yield Verdict(
                "warning", fact.value, "supported" if stands else "contradicted", "" if stands else "left out"
            )


def _title(text: str, facts: Sequence[Fact]) -> Iterator[Verdict]:
    """A title that a text names in part: more than half of it in a row, beginning at its first word, but not whole."""
    title = next((fact.value for fact in facts if fact.slot == "title"), "")
    if not title or title.lower() in text.lower():
        return
    parts = re.findall(r"[\u4e00-\u9fff]|[^\s\u4e00-\u9fff]+\s*", title)
    for size in range(len(parts) - 1, max(2, len(parts) // 2), -1):
        for start in range(len(parts) - size + 1):
            piece = "".join(parts[start : start + size]).strip()
            if piece.lower() in text.lower():
                yield Verdict("title", piece, "contradicted", f"not whole: {title}")
                return


def _without_own_words(text: str, facts: Sequence[Fact]) -> str:
    """The text without what stands word for word in it: title, brand, the shop's sentences, facts under their names."""
    for fact in sorted(facts, key=lambda one: -len(one.value)):
        if fact.name and fact.value:
            pair = rf"(?<!\w){re.escape(fact.name)}\s*[:：]\s*{re.escape(fact.value)}(?!\w)"
            text = re.sub(pair, " ¤ ", text, flags=re.I)
    for fact in sorted(facts, key=lambda one: -len(one.value)):
        own = fact.role in ("sentence", "warning") or fact.slot.startswith("sentence_")
        if own or fact.slot in ("title", "brand"):
            value = fact.value.rstrip(" .。") if own else fact.value
            if len(value) > 1:
                text = re.sub(rf"(?<![A-Za-z]){re.escape(value)}(?![A-Za-z])", " ¤ ", text, flags=re.I)
    return text


def _claims(text: str, facts: Sequence[Fact], words: Words) -> Iterator[Verdict]:
    """Words of kinds of claims. A field decides; a title and the shop's sentences decide where no field speaks."""
    fields = [fact for fact in facts if not _is_loose(fact)]
    told = {claim for fact in fields for claim in _told(fact, words)}
    loose = {claim for fact in facts if _is_loose(fact) for claim in _told(fact, words)}
    taken: set[tuple[str, str, str]] = set()
    for claim, start, end in _found(text, words):
        key = (claim.kind, claim.concept, claim.manner)
        if key in taken or not _counts(claim, text, start, end, words):
            continue
        taken.add(key)
        yield _decided(claim, told, loose)


def _counts(claim: _Claim, text: str, start: int, end: int, words: Words) -> bool:
    """A kind counts where the text names the product by it, and a country where a cue says that it is made there."""
    before = text[max(0, start - 40) : start]
    if claim.kind == "kind":
        follows = re.match(r"\s+[a-z]+", text[end : end + 20]) if words.spaced else None
        return bool(words.before("kinds_named.before").search(before)) and not (
            follows and re.match(r"\s+(?!in|for|with|from|is|has|comes|and|of|by|made|that|to)\w", follows.group(0))
        )
    if claim.kind == "origin":
        made = re.match(r"(?:-made|\s+made|\s+craftsmanship|制造|制|生产|原产|进口)", text[end : end + 16])
        return bool(words.before("origin.cues").search(before) or made)
    return True


def _is_loose(fact: Fact) -> bool:
    return fact.slot == "title" or fact.role in ("sentence", "warning") or fact.slot.startswith("sentence_")


def _told(fact: Fact, words: Words) -> Iterator[_Claim]:
    for claim, _, _ in _found(fact.value, words):
        yield replace(claim, words="")
    for claim, _, _ in _found(fact.name, words) if fact.slot.startswith("other_") else ():
        yield replace(claim, words="", manner=_answer(fact.value, words.language))
    if not words.spaced and fact.role in ("colour", "color") and not fact.value.endswith("色"):
        for claim, _, _ in _found(fact.value + "色", words):
            yield replace(claim, words="")


def _found(text: str, words: Words) -> Iterator[tuple[_Claim, int, int]]:
    for match in words.pattern.finditer(text):
        word = re.sub(r"[\s-]", " ", (match.group(1) if words.spaced else match.group(0)).lower())
        kinds = words.concepts.get(word) or words.concepts.get(match.group(0).lower()) or ()
        before, after = text[max(0, match.start() - 48) : match.start()], text[match.end() : match.end() + 16]
        before = re.split(r"[.;!?。；！？，,](?:\s|$)|[，。；]", before)[-1]
        manner = _manner(before, after, words)
        for kind, concept in kinds:
            # A grey tone is grey: what imitates a material says a colour as it is.
            shown = "said" if kind == "colour" and manner == "imitated" else manner
            yield _Claim(kind, concept, match.group(0), shown), match.start(), match.end()


def _manner(before: str, after: str, words: Words) -> str:
    if words.before("denies.before").search(before) or (
        words.cues.get("denies.after") and words.after("denies.after").match(after)
    ):
        return "denied"
    if words.before("imitates.before").search(before) or words.after("imitates.after").match(after):
        return "imitated"
    if words.before("parts.before").search(before):
        return "part"
    return "said"


def _answer(value: str, language: str) -> str:
    """How ``Waterproof: no`` has what it asks."""
    return "denied" if value.strip().lower() in said_words(language).no else "said"


def _decided(claim: _Claim, told: set[_Claim], loose: set[_Claim]) -> Verdict:
    said = replace(claim, words="")
    of_kind = {one for one in told if one.kind == claim.kind}
    same = {one.manner for one in of_kind if one.concept == claim.concept}
    if claim.manner in same or (claim.manner == "part" and "said" in same):
        return Verdict(claim.kind, claim.words, "supported")
    if same:
        return Verdict(claim.kind, claim.words, "contradicted", f"the facts have it {', '.join(sorted(same))}")
    loosely = {one.manner for one in loose if one.kind == claim.kind and one.concept == claim.concept}
    if said in loose or (claim.manner == "part" and loosely):
        against = of_kind and claim.kind in ("material", "gender", "colour") and claim.manner == "said"
        return Verdict(claim.kind, claim.words, "contradicted" if against else "supported", "a field says otherwise")
    if loosely:
        return Verdict(claim.kind, claim.words, "contradicted", "the shop's text has it otherwise")
    if claim.manner == "denied":
        return Verdict(claim.kind, claim.words, "unsupported", "no fact denies it")
    if of_kind and claim.kind not in ("promise", "certificate"):
        others = ", ".join(sorted({one.concept for one in of_kind}))
        return Verdict(claim.kind, claim.words, "contradicted", f"the facts have {others}")
    return Verdict(claim.kind, claim.words, "unsupported", "no fact says it")


def _prices(text: str, facts: Sequence[Fact]) -> Iterator[Verdict]:
    price = next((fact.value for fact in facts if fact.slot == "price"), "")
    known = _digits(price)
    for match in _MONEY.finditer(text):
        amount = _digits(match.group(0))
        if not known:
            yield Verdict("price", match.group(0), "unsupported", "no price is known")
        else:
            same = bool(amount & known)
            yield Verdict("price", match.group(0), "supported" if same else "contradicted", "" if same else price)


def _digits(text: str) -> set[float]:
    numbers = quantities_of(re.sub(r"[^\d.,]", " ", text), words_of("en"))
    return {round(value, 2) for one in numbers for value in one.values}


def _numbers(text: str, facts: Sequence[Fact], words: Words) -> Iterator[Verdict]:
    """Quantities and bare numbers; one behind the name of a fact has to be that fact's."""
    plain = _MONEY.sub(lambda match: " " * len(match.group(0)), text)
    stated = [(fact, one) for fact in facts for one in _of_fact(fact, words)]
    for one in quantities_of(plain, words):
        named = _named_in_front(plain[max(0, one.start - 40) : one.start], facts)
        pool = [other for fact, other in stated if named is None or fact is named]
        if named is not None and not pool:
            pool = [other for _, other in stated]
        if any(one.equals(other) or _same_number(one, other) for other in pool):
            yield Verdict("number", one.text, "supported")
        elif any(one.dimension and one.dimension == other.dimension for other in pool) or named is not None:
            yield Verdict("number", one.text, "contradicted", named.value if named else "another value is known")
        else:
            yield Verdict("number", one.text, "unsupported", "no fact has the number")


def _of_fact(fact: Fact, words: Words) -> list[Quantity]:
    if fact.slot == "price":
        return []
    return (
        [*quantities_of(f"{fact.value} {fact.unit}", words)]
        if fact.unit and fact.value[-1:].isdigit()
        else (quantities_of(fact.value, words))
    )


def _same_number(one: Quantity, other: Quantity) -> bool:
    """A bare number, or a counted one, agrees with the same number where one of the two has no unit."""
    free = ("", "count")
    return one.dimension in free and other.dimension in free and bool(set(one.values) & set(other.values))


def _named_in_front(before: str, facts: Sequence[Fact]) -> Fact | None:
    """The fact whose name stands right in front of a number, up to a short word or mark."""
    low = re.split(r"[.;!?。；！？，]\s*", before)[-1].lower()
    named = [fact for fact in facts if fact.slot.startswith("other_") and len(fact.name) > 1]
    for fact in sorted(named, key=lambda one: -len(one.name)):
        if re.search(rf"{re.escape(fact.name.lower())}(?:\s*[:：]\s*|\s+(?:is|of)?\s*|为|是)$", low):
            return fact
    return None


def _named(text: str, facts: Sequence[Fact], words: Words) -> Iterator[Verdict]:
    """``Material: oak``: what stands behind the name of a fact and a colon has to begin as that fact's value."""
    for fact in facts:
        if fact.slot.startswith("other_") and len(fact.name) > 1 and len(fact.value) > 1:
            for match in re.finditer(rf"(?<!\w){re.escape(fact.name)}\s*[:：]\s*([^;；.。\n]{{1,80}})", text, re.I):
                same = any(
                    other.value.lower()[:20].startswith(match.group(1).lower().strip()[:20])
                    or match.group(1).lower().startswith(re.split(r"[;；.。\n]", other.value.lower())[0])
                    for other in facts
                    if other.name == fact.name
                ) or bool(quantities_of(match.group(1), words))
                yield Verdict(
                    fact.role or "attribute", match.group(0), "supported" if same else "contradicted", fact.value
                )


def _cued(text: str, facts: Sequence[Fact], words: Words) -> Iterator[Verdict]:
    """Names behind cues: sizes, brands, what a thing is compatible with."""
    every = " ".join(fact.value for fact in facts).lower()
    brand = next((fact.value for fact in facts if fact.slot == "brand"), "")
    sizes = [fact.value.lower() for fact in facts if fact.role == "size" or fact.slot == "size"]
    for match in _behind(words.cues.get("size.cues", ()), words.cues.get("size.values", ()), words).finditer(text):
        value = match.group(1).lower()
        same = any(re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", size) for size in sizes or [every])
        yield Verdict("size", match.group(0), "supported" if same else "contradicted" if sizes else "unsupported")
    for kind, capital in (("compatibility", False), ("brand", True)):
        for match in _name_behind(words.cues.get(f"{kind}.cues", ()), capital, words).finditer(text):
            name = match.group(1).strip()
            if words.pattern.fullmatch(name) or name.lower() in words.lenient:
                continue
            same = name.lower() in every
            against = kind == "compatibility" or bool(brand)
            yield Verdict(kind, match.group(0), "supported" if same else "contradicted" if against else "unsupported")


def _behind(cues: Iterable[str], values: Iterable[str], words: Words) -> re.Pattern[str]:
    first, then = ("|".join(re.escape(one) for one in sorted(ones, key=len, reverse=True)) for ones in (cues, values))
    edge = r"(?<!\w)" if words.spaced else ""
    return re.compile(rf"{edge}(?:{first or '(?!)'})\s*[:：为]?\s*({then or '(?!)'})(?![\w-])", re.I)


def _name_behind(cues: Iterable[str], capital: bool, words: Words) -> re.Pattern[str]:
    first = "|".join(re.escape(one) for one in sorted(cues, key=len, reverse=True)) or "(?!)"
    if not words.spaced:
        return re.compile(rf"(?:{first})[:：为]?\s*([A-Za-z0-9\u4e00-\u9fff]{{2,8}}?)(?=[，。；、的\s]|出品|制造|$)")
    name = r"([A-Z][\w&'’-]*(?:\s+[A-Z0-9][\w&'’-]*)*)"
    mark = r"\s*:?" if capital else ""
    return re.compile(rf"(?<!\w)(?i:{first}){mark}\s+(?:the\s+)?{name}")


def _voted(verdicts: list[Verdict], text: str, facts: Sequence[Fact], model: Entailment) -> list[Verdict]:
    """The verdicts with the model's vote where the rules found nothing; what the rules decide stays."""
    open_ones = [verdict for verdict in verdicts if verdict.outcome == "unsupported"]
    premise = ". ".join(f"{fact.name}: {fact.value}" for fact in facts)
    votes = dict(zip(open_ones, model.vote(premise, [_sentence(text, one.words) for one in open_ones]), strict=True))
    known: dict[str, Outcome] = {"supported": "supported", "contradicted": "contradicted"}
    return [
        replace(one, outcome=known.get(votes[one], "unsupported"), why="the model's vote") if one in votes else one
        for one in verdicts
    ]


def _sentence(text: str, words: str) -> str:
    """The sentence of a text that holds the words."""
    return next((part for part in re.split(r"(?<=[.!?。！？])\s*", text) if words in part), text)
