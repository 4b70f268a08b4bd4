"""One claim held against the evidence."""

from __future__ import annotations

from mmgen.content_checks.evidence import Evidence
from mmgen.content_checks.reading.claims import Claim
from mmgen.content_checks.reading.lexicon import Lexicon
from mmgen.content_checks.reading.quantities import Quantity, is_comparable, same
from mmgen.content_checks.reading.tokens import stem
from mmgen.content_checks.verdict import Verdict
from mmgen.content_checks.votes import Outcome

_MAX_PARENTS = 4
_SEXES = {"women": "women", "girls": "women", "men": "men", "boys": "men"}
"""Group of the lists -> the group that a pronoun speaks of."""
_NO_FACT: tuple[Outcome, str] = ("unsupported", "no fact says so")


def decide(claim: Claim, known: Evidence, words: Lexicon) -> Verdict:
    """What the facts say of a claim, and why."""
    if claim.quantity:
        found, reason = _number(claim.quantity, known, words)
    elif claim.kind == "code":
        found, reason = _code(claim.words[0], known)
    elif claim.kind == "denial":
        found, reason = _denial(claim, known)
    else:
        found, reason = _named(claim, known, words)
    kind = "word" if found == "unsupported" and claim.is_weak else claim.kind
    return Verdict(kind, said(claim, words), found, reason, claim.start)


def said(claim: Claim, words: Lexicon) -> str:
    """The words of a claim, put together again."""
    text = ("" if words.language == "zh" and not claim.words[0].isascii() else " ").join(claim.words)
    return f"{claim.modifier} {text}".strip()


def _number(quantity: Quantity, known: Evidence, words: Lexicon) -> tuple[Outcome, str]:
    """A number is so where a fact has it of the same thing: ``3 pockets`` is not where the facts count 5."""
    alike = [other for _, other in known.numbers if same(quantity, other, words) and _may_be_one(quantity, other)]
    if quantity.noun:
        counted = [other for _, other in known.numbers if other.noun == quantity.noun]
        if counted and not any(other in counted for other in alike):
            return "contradicted", "the facts count another number of these"
    if quantity.unit and alike and not any(other.unit for other in alike):
        return "contradicted", "no fact has this unit"
    if alike:
        return "supported", ""
    if any(quantity.unit and is_comparable(quantity.unit, other.unit) for _, other in known.numbers):
        return "contradicted", "the facts have another amount"
    return "unsupported", "no fact has this number"


def _code(code: str, known: Evidence) -> tuple[Outcome, str]:
    """``IP67``: a code of the same letters and another number is a contradiction."""
    if code in known.solid:
        return "supported", ""
    letters = code.rstrip("0123456789.x")
    rival = any(other.kind == "code" and other.words[0].startswith(letters) for other in known.claims)
    return ("contradicted", "the facts have another") if rival else ("unsupported", "no fact has it")


def _may_be_one(one: Quantity, other: Quantity) -> bool:
    """A price supports prices alone, and a measure nothing that is counted: 3 kg are no 3 pieces."""
    if one.unit.startswith("currency:") != other.unit.startswith("currency:"):
        return False
    return bool(one.unit) or not other.unit


def _denial(claim: Claim, known: Evidence) -> tuple[Outcome, str]:
    """That something is missing has to be a fact, too."""
    denied = {key for other in known.claims if other.kind == "denial" for key in other.words}
    if any(_meets(claim.words[0], key) for key in denied | known.denied):
        return "supported", ""
    if claim.words[0] in known.words:
        return "contradicted", "the facts say it is there"
    return "unsupported", "no fact says it is missing"


def _meets(one: str, other: str) -> bool:
    """Whether two denied words are one; of Chinese, one may be read further than the other."""
    return one == other or (not one.isascii() and (one.startswith(other) or other.startswith(one)))


def _named(claim: Claim, known: Evidence, words: Lexicon) -> tuple[Outcome, str]:
    """A colour, material, person, place, certificate or promise."""
    about = [other for other in known.claims if _is_about(claim, other, words)]
    fitting = [other for other in about if other.denied == claim.denied and other.looks == claim.looks]
    if claim.modifier and not any(claim.modifier in (other.modifier, *other.words) for other in fitting):
        fitting = []
    if any(other.part == claim.part for other in fitting):
        return "supported", ""
    if fitting and claim.part and any(not other.part for other in fitting):
        return "supported", "of the whole"
    if claim.kind == "pronoun":
        return _pronoun(claim, known)
    if claim.kind == "audience" and not claim.denied and _is_whole(claim, known, words):
        return "supported", ""
    is_denied = any(other.denied != claim.denied for other in about)
    if about and (is_denied or not claim.is_weak):
        return "contradicted", "the facts say it in another sense"
    if not claim.is_cued and _is_said_otherwise(claim, known):
        return "supported", ""
    is_rivalled = any(other.kind == claim.kind for other in known.claims)
    return ("contradicted", "the facts say another") if is_rivalled and not claim.is_weak else _NO_FACT


def _pronoun(claim: Claim, known: Evidence) -> tuple[Outcome, str]:
    """``she`` of what is for men alone. Where the facts name no person, or both, anybody may be spoken of."""
    people = {key.partition("/")[2] for other in known.claims if not other.denied for key in other.keys}
    named = {group for group in people if group in _SEXES}
    others = {group for group in named if _SEXES[group] != claim.keys[0].partition("/")[2]}
    return ("contradicted", "it is for others") if named and others == named else ("supported", "")


def _is_about(claim: Claim, other: Claim, words: Lexicon) -> bool:
    """Whether a fact's claim is about the same, or about a kind of it: navy is blue. Of what is missing it is the other
    way round: no metal is no steel."""
    if claim.denied and other.denied:
        return any(key in _chain(mine, words) for key in other.keys for mine in claim.keys)
    return any(key in _chain(theirs, words) for key in claim.keys for theirs in other.keys)


def _chain(key: str, words: Lexicon) -> list[str]:
    found = [key]
    while len(found) < _MAX_PARENTS and found[-1] in words.parents:
        found.append(words.parents[found[-1]])
    return found


def _is_whole(claim: Claim, known: Evidence, words: Lexicon) -> bool:
    """``unisex`` is for women and for men, and who is for both is unisex."""
    people = {key.partition("/")[2] for other in known.claims if not other.denied for key in other.keys}
    for key in claim.keys:
        name = key.partition("/")[2]
        if name in words.wholes and words.wholes[name] <= people:
            return True
        if any(name in parts and whole in people for whole, parts in words.wholes.items()):
            return True
    return False


def _is_said_otherwise(claim: Claim, known: Evidence) -> bool:
    """Whether the facts have the very words, in a sense that the words' lists don't know: ``orange juice``."""
    if claim.denied or claim.looks or claim.modifier:
        return False
    is_named = claim.is_weak or claim.kind in ("certificate", "promise")
    if not claim.words[0].isascii():
        return "".join(claim.words) in known.solid
    return len(claim.words) == 1 and stem(claim.words[0]) in known.words and is_named
