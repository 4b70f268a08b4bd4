"""One claim held against the evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mmgen.content_checks.evidence import Evidence
from mmgen.content_checks.reading.claims import Claim
from mmgen.content_checks.reading.lexicon import Lexicon
from mmgen.content_checks.reading.quantities import Quantity, is_comparable, lies_within, same
from mmgen.content_checks.reading.tokens import stem
from mmgen.content_checks.verdict import Verdict
from mmgen.content_checks.votes import Outcome
from mmgen.facts.values import CJK

Decision = tuple[Outcome, str]
_MAX_PARENTS = 5
_SEXES = {"women": "women", "girls": "women", "men": "men", "boys": "men"}
"""Group of the lists -> the group that a pronoun speaks of."""
_SAID_OF = ("certificate", "promise", "substance")
_BY_LAW = ("material", "substance")
"""What may not be said to be missing without a fact."""
_NO_FACT: Decision = ("unsupported", "no fact says so")
_SUPPORTED: Decision = ("supported", "")


def decide(claim: Claim, known: Evidence, words: Lexicon) -> Verdict:
    """What the facts say of a claim, and why."""
    if claim.quantity:
        outcome, reason = _number(claim.quantity, known, words)
        is_weak = claim.quantity.is_loose or _counts_another(claim.quantity, known)
    else:
        outcome, reason = _of_class(claim, known, words)
        is_law = claim.denied and claim.kind in _BY_LAW
        is_weak = not is_law and (claim.is_weak or claim.denied or _is_of_another(claim, known, words))
    kind = "word" if outcome == "unsupported" and is_weak else claim.kind
    return Verdict(kind, said(claim, words), outcome, reason, claim.start)


def said(claim: Claim, words: Lexicon) -> str:
    """The words of a claim, put together again."""
    if claim.kind == "denial":
        return claim.words[-1]
    return ("" if words.language == "zh" and not claim.words[0].isascii() else " ").join(claim.words)


def paired(claims: Iterable[Claim], words: Lexicon) -> list[Claim]:
    """Claims of both sexes (``boys and girls``) as one of all of their age."""
    found = list(claims)
    said_of = {key for claim in found if claim.kind == "audience" and not claim.denied for key in claim.keys}
    for one, other in (("women", "men"), ("girls", "boys")):
        keys = {f"audience/{one}", f"audience/{other}"}
        if keys <= said_of:
            both = ("audience/unisex", words.parents[f"audience/{one}"])
            found = [replace(c, keys=both) if keys & {*c.keys} else c for c in found]
    return found


def unsaid(claims: Iterable[Claim], known: Evidence) -> list[Claim]:
    """The claims without those of features that the text itself, and the facts, deny: 没有磁吸，磁吸支架请绕行."""
    found = list(claims)
    missing = {key for other in known.claims if other.denied for key in other.keys}
    denied = {key for claim in found if claim.denied for key in claim.keys if key in missing}
    return [c for c in found if c.denied or c.kind != "feature" or not denied & {*c.keys}]


def _number(quantity: Quantity, known: Evidence, words: Lexicon) -> Decision:
    """A number is so where a fact has it of the same thing: ``3 pockets`` is not where the facts count 5."""
    alike = [other for other in known.numbers if same(quantity, other, words) and _may_be_one(quantity, other)]
    alike += [other for other in known.numbers if lies_within(quantity, other) and (other.unit or other.nouns)]
    if quantity.nouns & known.denied and not quantity.unit:
        return "contradicted", "the facts say it is missing"
    if quantity.nouns:
        counted = [other for other in known.numbers if other.nouns & quantity.nouns]
        is_article = quantity.is_loose and all(len(noun) > 1 and CJK.search(noun) for noun in quantity.nouns)
        fitting = (other for other in alike if other in counted or (other.until and not quantity.is_spelled))
        if counted and not is_article and next(fitting, None) is None:
            return "contradicted", "the facts count another number of these"
    if quantity.unit and alike and not any(other.unit for other in alike):
        return "unsupported", "no fact has this unit"
    if alike:
        return _SUPPORTED
    if any(quantity.unit and is_comparable(quantity.unit, other.unit) for other in known.numbers):
        return "contradicted", "the facts have another amount"
    return "unsupported", "no fact has this number"


def _counts_another(quantity: Quantity, known: Evidence) -> bool:
    """Whether a number in words counts what no fact speaks of: ``six cups from one brew``. What a Chinese number counts
    may be a part of a word of the facts."""
    nouns = quantity.nouns if quantity.is_spelled and not quantity.unit else ()
    return bool(nouns) and not any(not noun.isascii() or noun in known.words for noun in nouns)


def _is_of_another(claim: Claim, known: Evidence, words: Lexicon) -> bool:
    """Whether a colour or material is said of a thing that no fact has: ``a belt full of black cases``."""
    if claim.kind not in ("colour", "material") or claim.is_cued:
        return False
    kinds = [key for key in words.entries.values.get((claim.head,), ()) if key.startswith("kind/")]
    if claim.kind == "material" and known.kinds:
        return bool(kinds) and not any(key in _chain(mine, words) for key in kinds for mine in known.kinds)
    return bool(kinds) and stem(claim.head) not in known.words


def _may_be_one(one: Quantity, other: Quantity) -> bool:
    """A price supports prices alone, and a measure nothing that is counted: 3 kg are no 3 pieces."""
    if one.unit.startswith("currency:") != other.unit.startswith("currency:"):
        return False
    return bool(one.unit) or not other.unit


def _of_class(claim: Claim, known: Evidence, words: Lexicon) -> Decision:
    if claim.kind == "code":
        return _code(claim.words[0], known)
    if claim.kind == "denial":
        return _denial(claim, known, words)
    if claim.kind == "pronoun":
        return _pronoun(claim, known)
    if claim.kind == "kind":
        return _kind(claim, known, words)
    return _named(claim, known, words)


def _code(code: str, known: Evidence) -> Decision:
    """``IP67``: a code of the same letters and another number is a contradiction."""
    if code in known.solid:
        return _SUPPORTED
    letters = code.rstrip("0123456789.x")
    rival = any(other.kind == "code" and other.words[0].startswith(letters) for other in known.claims)
    return ("contradicted", "the facts have another") if rival else ("unsupported", "no fact has it")


def _denial(claim: Claim, known: Evidence, words: Lexicon) -> Decision:
    """That something is missing has to be a fact, too."""
    if any(_meets(claim.words[0], key) for key in known.missing):
        return _SUPPORTED
    word, run = claim.words[0], claim.words[-1]
    if not word.isascii() and any(len(key) > 1 and key in run for key in known.missing):
        return _SUPPORTED
    if any(f"{key[0]}{word}" in known.text for key in words.marks["prevents"].values):
        return _SUPPORTED
    if not word.isascii() and any(len(name) > 1 and not name.isascii() and name in run for name in known.named):
        return "contradicted", "the facts say it is there"
    if word in known.words if word.isascii() else word in known.text:
        return "contradicted", "the facts say it is there"
    return "unsupported", "no fact says it is missing"


def _meets(one: str, other: str) -> bool:
    """Whether two denied words are one; of Chinese, one may be read further than the other."""
    return one == other or (not one.isascii() and (one.startswith(other) or other.startswith(one)))


def _pronoun(claim: Claim, known: Evidence) -> Decision:
    """``she`` of what is for men alone. Where the facts name no person, or both, anybody may be spoken of."""
    people = {key.partition("/")[2] for other in known.claims if not other.denied for key in other.keys}
    named = {group for group in people if group in _SEXES}
    others = {group for group in named if _SEXES[group] != claim.keys[0].partition("/")[2]}
    return ("contradicted", "it is for others") if named and others == named else _SUPPORTED


def _kind(claim: Claim, known: Evidence, words: Lexicon) -> Decision:
    """A product is called by its kind, or a wider one. A noun of one word may be what any fact calls it."""
    mine = {key for key in claim.keys if key.startswith("kind/")}
    if any(key in _chain(other, words) for key in mine for other in known.kinds):
        return _SUPPORTED
    text = "".join(claim.words)
    if text in known.text if not text.isascii() else len(claim.words) == 1 and stem(text) in known.words:
        return _SUPPORTED
    return ("contradicted", "the facts call it otherwise") if known.kinds or known.titled else _NO_FACT


def _named(claim: Claim, known: Evidence, words: Lexicon) -> Decision:
    """A colour, material, person, place, certificate, promise or the like."""
    about = [other for other in known.claims if _is_about(claim, other, words)]
    about = [other for other in about if other.denied or not (claim.denied and other.looks)]
    fitting = [o for o in about if o.denied == claim.denied and o.looks == claim.looks and _fits_shade(claim, o, words)]
    found = (
        _denied_alone(claim, about) or _alone(claim, fitting, known, words) or _of_part(claim, fitting, known, words)
    )
    if found:
        return found
    if claim.kind in ("audience", "device") and not claim.denied and _is_whole(claim, known, words):
        return _SUPPORTED
    if about and (not claim.is_weak or any(other.denied != claim.denied for other in about)):
        return "contradicted", "the facts say it in another sense"
    if any(key.startswith("feature/") for key in claim.keys) and (claim.is_weak or claim.denied):
        return _feature(claim, known)
    if claim.denied and not about and claim.kind in _SAID_OF and _is_affirmed(claim, known):
        return "contradicted", "the facts say it is so"
    if not claim.is_cued and _is_said_otherwise(claim, known):
        return _SUPPORTED
    if claim.kind == "device" and not claim.denied and "compatibility" in known.roles:
        return "contradicted", "the facts name others"
    rivals = [other for other in known.claims if other.kind == claim.kind and not other.looks]
    if found := _beside(claim, rivals, words):
        return found
    if rivals and not claim.is_weak and not claim.denied:  # without a cue it may be said of something else
        return "contradicted" if claim.is_cued else "unsupported", "the facts say another"
    return _NO_FACT


def _beside(claim: Claim, rivals: list[Claim], words: Lexicon) -> Decision | None:
    """What other facts of its kind make of a claim: what is another is not this; where nobody is named, an animal may
    be along (``room for a wet dog``)."""
    if claim.denied and rivals and claim.kind in ("material", "colour", "audience"):
        return "supported", "the facts name others"
    if not rivals and any("audience/animals" in _chain(key, words) for key in claim.keys):
        return "supported", "no fact says for whom"
    return None


def _denied_alone(claim: Claim, about: list[Claim]) -> Decision | None:
    """Whether the facts have the very words, and only to deny them: ``no Bluetooth`` beside another radio."""
    senses = {other.denied for other in about if other.words == claim.words}
    return ("contradicted", "the facts say it is missing") if senses == {True} and not claim.denied else None


def _alone(claim: Claim, fitting: list[Claim], known: Evidence, words: Lexicon) -> Decision | None:
    """Whether others are there of what a claim says to be alone: ``pure wool``, ``women only``."""
    if claim.denied or not fitting:
        return None
    if claim.pure and any(key in known.mixed for other in fitting for key in other.keys):
        return "contradicted", "it is not that alone"
    alone = claim.throughout or (claim.only and claim.kind in ("audience", "device"))
    rivals = (other for other in known.claims if other.kind == claim.kind and not other.denied)
    if alone and any(not _is_about(claim, other, words) for other in rivals):
        return "contradicted", "the facts name others, too"
    return None


def _of_part(claim: Claim, fitting: list[Claim], known: Evidence, words: Lexicon) -> Decision | None:
    """What is of a part is of no other, and what is of the whole may be of each part that nothing else is said of."""
    if any(other.part == claim.part for other in fitting):
        return _SUPPORTED
    if claim.part and any(other.part == claim.part and other.kind == claim.kind for other in known.claims):
        return "contradicted", "the facts say another of this part"
    if claim.part and any(not other.part for other in fitting):
        return "supported", "of the whole"
    is_bare = claim.words[0].isascii() and not (claim.part or claim.is_cued or claim.pure or claim.throughout)
    if is_bare and fitting and not _heads_product(claim.head, known, words):
        return "supported", "of a part"  # it stands alone: ``beech feels warm``
    return None


def _heads_product(head: str, known: Evidence, words: Lexicon) -> bool:
    """Whether the word behind a material or colour names the product, or any: ``bamboo mug``."""
    is_kind = any(key.startswith("kind/") for key in words.entries.values.get((head,), ()))
    return is_kind or head in words.generic or stem(head) in known.words


def _fits_shade(claim: Claim, other: Claim, words: Lexicon) -> bool:
    """Whether a shade is the facts' own: charcoal is a dark grey, and a grey that no fact calls dark is none."""
    if not claim.modifier or claim.modifier == other.modifier:
        return True
    return any(f"/{claim.modifier}_" in parent for key in other.keys for parent in _chain(key, words))


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
    if claim.only:
        return False
    people = {key.partition("/")[2] for other in known.claims if not other.denied for key in other.keys}
    for key in claim.keys:
        name = key.partition("/")[2]
        if name in words.wholes and words.wholes[name] <= people:
            return True
        if any(name in parts and whole in people for whole, parts in words.wholes.items()):
            return True
    return False


def _feature(claim: Claim, known: Evidence) -> Decision:
    """Of several ways that exclude each other (zip, laces; indoors, outdoors) the facts may name another."""
    groups = {key.partition("_")[0] for key in claim.keys if key.startswith("feature/")}
    named = [key for other in known.claims if not other.denied for key in other.keys]
    rival = any(key.partition("_")[0] in groups and key not in claim.keys for key in named)
    return ("contradicted", "the facts say another") if rival and not claim.denied else _NO_FACT


def _is_affirmed(claim: Claim, known: Evidence) -> bool:
    """Whether the facts have the words of a claim in some sense, and nowhere deny them."""
    word = claim.words[0]
    if not word.isascii():
        return "".join(claim.words) in known.solid
    return len(claim.words) == 1 and stem(word) in known.words and stem(word) not in known.missing


def _is_said_otherwise(claim: Claim, known: Evidence) -> bool:
    """Whether the facts have the very words, in a sense that the words' lists don't know: ``orange juice``."""
    if claim.denied or claim.looks or claim.modifier:
        return False
    is_named = claim.is_weak or claim.kind in ("certificate", "promise", "brand", "device")
    if not claim.words[0].isascii():
        return "".join(claim.words) in known.solid
    if claim.kind in ("brand", "device"):
        return "".join(claim.words) in known.solid
    return len(claim.words) == 1 and stem(claim.words[0]) in known.words and is_named
