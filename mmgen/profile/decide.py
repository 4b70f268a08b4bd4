"""The role and the disposition of one column, from its name and its values.

A name proposes, the values confirm: a meaning whose values cannot be of its kind is passed over. What neither makes
plain is used and not said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mmgen.profile.evidence import Evidence, Form
from mmgen.profile.names import PART, QUALIFIED, Concept, Match, Reading, concepts, folded, speaks_of, words_of
from mmgen.profile.roles import Disposition, Role

MOST = 0.8
"""Share of values that has to be of a form for the column to be."""
HALF = 0.5
UNIQUE = 0.95
MAX_STATES = 12
"""Different values of a column that says in which state a product is."""
CODE_CHARS = 3
"""Letters of a value that is a code of the shop's rather than a word."""
MIN_ROWS = 20
"""Below, that each value is another one tells nothing."""

_NUMERIC = (Form.INTEGER, Form.NUMBER)
_WORDY = (Form.WORDS, Form.MEASURE, Form.CODE, Form.FLAG, Form.TEXT, Form.MARKUP)
_FITS: dict[Role, tuple[Form, ...]] = {
    Role.TITLE: (*_WORDY, *_NUMERIC),
    Role.KIND: (Form.WORDS, Form.MEASURE, Form.TEXT, Form.CODE),
    Role.TEXT: (*_WORDY,),
    Role.BRAND: (Form.WORDS, Form.CODE, Form.TEXT, Form.MEASURE, Form.FLAG),
    Role.SIZE: (Form.WORDS, Form.MEASURE, Form.CODE, Form.FLAG, *_NUMERIC),
    Role.MEASURE: (Form.MEASURE, *_NUMERIC, Form.WORDS, Form.CODE),
    Role.NUMBER: (*_NUMERIC, Form.MEASURE, Form.WORDS, Form.CODE),
    Role.DATE: (Form.DATE, Form.INTEGER, Form.WORDS),
    Role.UPDATED: (Form.DATE, Form.INTEGER, Form.WORDS),
    Role.MONEY: (Form.MONEY, *_NUMERIC),
    Role.CURRENCY: (Form.WORDS,),
    Role.LOCALE: (Form.WORDS, Form.CODE),
    Role.IMAGE: (Form.IMAGE, Form.URL, Form.CODE, Form.WORDS),
    Role.AUDIO: (Form.AUDIO, Form.URL),
    Role.ADDRESS: (Form.URL, Form.IMAGE, Form.CODE, Form.WORDS),
    Role.COMPATIBILITY: (*_WORDY, *_NUMERIC),
    Role.AUDIENCE: (*_WORDY, *_NUMERIC),
    Role.CERTIFICATE: (*_WORDY, *_NUMERIC),
    Role.ATTRIBUTE: (*_WORDY, *_NUMERIC),
}
"""Forms that most values of a role have. A role that is not here takes words."""
_ANYTHING = {Role.INTERNAL, Role.IDENTIFIER}


@dataclass(frozen=True)
class Hint:
    """What is known of a column from elsewhere: the export system that made the file, or the map."""

    concept: str | None = None
    disposition: Disposition | None = None
    role: Role | None = None
    unit: str | None = None
    label: str | None = None
    separator: str | None = None
    why: str = ""


@dataclass(frozen=True)
class Decision:
    """What a column is taken for, why, and how sure that is (0 to 1)."""

    role: Role
    disposition: Disposition
    concept: Concept | None
    match: Match | None
    unit: str | None
    evidence: tuple[str, ...]
    confidence: float


def decide(reading: Reading, values: Evidence, hint: Hint | None = None) -> Decision:
    """The most likely meaning whose values fit; without one, what the values look like."""
    if hint is not None and (known := _hinted(reading, values, hint)) is not None:
        return known
    return _told_by_values(_decided(reading, values, hint), reading, values)


def _decided(reading: Reading, values: Evidence, hint: Hint | None) -> Decision:
    if _is_of_system(values) and (best := reading.best) is not None and best.concept.key in ("type", "kind"):
        why = ("its values are kinds of records, not of products", *_seen(values))
        return Decision(Role.INTERNAL, Disposition.HIDE, None, best, None, why, 1.0)
    for match in reading.matches:
        if match.weight > PART and _fits(match.concept, values):
            return _named(match, reading, values)
    return _shown(_part_or_unnamed(reading, values), hint)


def _told_by_values(decision: Decision, reading: Reading, values: Evidence) -> Decision:
    """Amounts of money under a name that speaks of money are kept back, whatever else it says; what has no value yet is
    not said."""
    is_open = decision.disposition is not Disposition.SAY and decision.role in _COUNTED and not _is_switch(values)
    if is_open and speaks_of(reading.words, "of_money") and values.share(Form.MONEY, *_NUMERIC) >= MOST:
        why = (*decision.evidence, "the name speaks of money")
        return replace(decision, role=Role.MONEY, disposition=Disposition.HIDE, evidence=why)
    if decision.disposition is Disposition.SAY and not values.num_filled:
        return replace(decision, disposition=Disposition.USE)
    return decision


_COUNTED = (Role.NUMBER, Role.FLAG, Role.INTERNAL, Role.IDENTIFIER, Role.MEASURE)
"""What amounts of money are taken for where their names do not tell."""


def _is_of_system(values: Evidence) -> bool:
    """Whether all values are a system's words: ``simple``, ``variable``."""
    few = 0 < values.num_distinct <= MAX_STATES
    return few and all(folded(value) in words_of("system") for value in values.values)


def _part_or_unnamed(reading: Reading, values: Evidence) -> Decision:
    if speaks_of(reading.words, "of_code") and values.share(Form.TEXT, Form.MARKUP, Form.IMAGE, Form.URL) < HALF:
        why = ("the name speaks of a code", *_seen(values))
        return Decision(Role.IDENTIFIER, Disposition.HIDE, None, None, None, why, 0.7)
    for match in reading.matches:
        if match.weight == PART and match.concept.disposition is Disposition.SAY and _fits(match.concept, values):
            return _part(match, reading, values)
    for match in reading.matches:
        if match.weight == PART and _is_kept_back(match.concept, values):
            why = (f"the name ends in {match.phrase!r} ({match.language})", *_seen(values))
            role = _held(match.concept, values)
            return Decision(role, Disposition.HIDE, match.concept, match, None, why, match.weight)
    return _unnamed(reading, values)


def _held(concept: Concept, values: Evidence) -> Role:
    """A meaning's role; of what is kept back, what its values are, else what its meaning holds where they agree."""
    if concept.role is not Role.INTERNAL:
        is_state = concept.key == "code" and 0 < values.num_distinct <= MAX_STATES and values.share(Form.WORDS) >= MOST
        return Role.INTERNAL if is_state and values.median_chars > CODE_CHARS else concept.role
    role, holds = form_role(values), concept.holds
    if not values.num_filled:
        return holds if holds in (Role.MONEY, Role.TEXT) else Role.INTERNAL
    if holds is Role.MONEY and values.share(Form.MONEY, *_NUMERIC) >= MOST:
        return holds
    if holds is Role.MONEY and values.share(Form.MEASURE) >= MOST:
        return Role.NUMBER  # "5 %" off
    if holds is Role.NUMBER and values.share(*_NUMERIC) >= MOST and role is not Role.IDENTIFIER:
        return Role.NUMBER if not _is_switch(values) else role if values.num_distinct > 1 else Role.INTERNAL
    if values.num_filled < MIN_ROWS or (values.num_distinct == 1 and values.share(*_NUMERIC) == 1):
        return Role.INTERNAL  # a few values, or "1" in every row, tell nothing
    if holds is Role.TEXT and role in (Role.ATTRIBUTE, Role.LIST, Role.TEXT):
        return holds
    if holds is Role.LIST and role in (Role.ATTRIBUTE, Role.LIST):
        return role
    # A number alone may be a code of the system's: "2" for a class of taxes counts nothing
    return role if role in _HELD or (role is Role.NUMBER and holds is not None) else Role.INTERNAL


def _is_switch(values: Evidence) -> bool:
    """Whether all values are a whole 1 or 0, which counts nothing."""
    return values.is_flag() and values.share(Form.NUMBER) == 0


_HELD = (Role.FLAG, Role.DATE, Role.MONEY)


def _is_kept_back(concept: Concept, values: Evidence) -> bool:
    """Whether the values of a longer name that ends in one to hide bear it out: amounts, codes, a few states."""
    if concept.key in ("price", "other_price", "cost"):
        return values.share(Form.MONEY, *_NUMERIC) >= MOST
    if concept.key in ("identifier", "code"):
        return values.share(Form.CODE, Form.INTEGER) >= MOST
    return concept.key == "status" and 0 < values.num_distinct <= MAX_STATES


def _shown(decision: Decision, hint: Hint | None) -> Decision:
    """What the system that made the file shows to customers is said, unless it cannot be meant for them."""
    if hint is None or hint.disposition is not Disposition.SAY or decision.disposition is not Disposition.USE:
        return decision
    why = (hint.why, *decision.evidence[1:])
    return replace(decision, disposition=Disposition.SAY, evidence=why, confidence=max(decision.confidence, 0.8))


def _hinted(reading: Reading, values: Evidence, hint: Hint) -> Decision | None:
    why = (hint.why,) if hint.why else ()
    if hint.concept is not None:
        concept = concepts()[hint.concept]
        does = hint.disposition or concept.disposition
        return Decision(hint.role or _held(concept, values), does, concept, None, hint.unit or reading.unit, why, 1.0)
    if hint.role is not None or hint.disposition in (Disposition.HIDE, Disposition.USE):
        best = reading.best
        role = hint.role or (_held(best.concept, values) if best else form_role(values))
        role = Role.INTERNAL if _is_of_system(values) else role
        return Decision(role, hint.disposition or Disposition.HIDE, best.concept if best else None, best, hint.unit,
                        why, 1.0)  # fmt: skip
    return None


def _fits(concept: Concept, values: Evidence) -> bool:
    """Whether the values can be of a meaning's kind. An empty column is what its name says."""
    role = concept.role
    if role in _ANYTHING:
        return not _speaks(concept, values)
    if not values.num_filled:
        return True
    forms = _FITS.get(role, (Form.WORDS, Form.MEASURE, Form.TEXT, Form.CODE, Form.FLAG, Form.MARKUP))
    if role is Role.MEASURE and values.share(Form.WORDS) > HALF and values.share(Form.MEASURE, *_NUMERIC) == 0:
        return False
    return values.share(*forms) >= HALF


def _speaks(concept: Concept, values: Evidence) -> bool:
    """A stock column does not hold "500 g", and a number of an article no sentences: its name means something else."""
    if concept.key == "stock":
        return values.share(Form.MEASURE) >= HALF
    if concept.key in ("identifier", "code", "order"):
        return values.share(Form.TEXT, Form.MARKUP) >= HALF or (
            values.num_filled >= MIN_ROWS and values.distinct < HALF and values.share(Form.WORDS) >= MOST
            and concept.key == "identifier" and values.median_chars > CODE_CHARS
        )  # fmt: skip
    return False


def _named(match: Match, reading: Reading, values: Evidence) -> Decision:
    concept = match.concept
    how = "means" if match.similarity is None else f"is near in meaning ({match.similarity:.2f}) to"
    why = [f"the name {how} {concept.key} ({match.phrase!r}, {match.language})", *_seen(values)]
    role, does, unit = _held(concept, values), concept.disposition, reading.unit
    if role is Role.MEASURE and does is Disposition.SAY and not unit and _is_bare(values):
        does = Disposition.USE
        why.append("numbers without a unit: not said")
    if match.similarity is not None and role is Role.NUMBER and does is Disposition.SAY:
        does = Disposition.USE  # "pieces left" is near "pieces", and is the stock
        why.append("a number under a name that is only near: not said")
    is_open = concept.role is not Role.INTERNAL and role not in _NEVER_FLAGS
    if is_open and values.is_flag():
        role = Role.FLAG
        why.append("every value is a yes or a no")
    return Decision(role, does, concept, match, unit, tuple(why), match.weight if match.weight < QUALIFIED else 1.0)


_NEVER_FLAGS = (Role.FLAG, Role.SIZE, Role.IDENTIFIER, Role.NUMBER, Role.MEASURE, Role.MONEY)
"""Roles under whose name a 1 and a 0 are a number."""


def _part(match: Match, reading: Reading, values: Evidence) -> Decision:
    """A longer name that ends in a known one: said where its values have a unit, which is what a measure is."""
    concept = match.concept
    has_unit = reading.unit is not None and values.share(*_NUMERIC) >= MOST
    is_measured = concept.role is Role.MEASURE and (has_unit or values.share(Form.MEASURE) >= MOST)
    does = Disposition.SAY if is_measured else Disposition.USE
    why = (f"the name ends in {match.phrase!r} ({match.language})", *_seen(values))
    role = concept.role if is_measured or concept.role is not Role.TITLE else Role.ATTRIBUTE
    return Decision(role, does, None, match, reading.unit if has_unit else None, why, match.weight)


def _unnamed(reading: Reading, values: Evidence) -> Decision:
    role = form_role(values)
    unit = reading.unit if values.share(*_NUMERIC) >= MOST else None
    does = Disposition.HIDE if role in _HIDDEN else Disposition.USE
    return Decision(role, does, None, None, unit, ("no known name", *_seen(values)), 0.5)


_HIDDEN = (Role.IMAGE, Role.AUDIO, Role.ADDRESS, Role.IDENTIFIER, Role.DATE, Role.MONEY)
"""What values alone show to be none of the customers' business."""


def form_role(values: Evidence) -> Role:
    """What the values alone make of a column."""
    if not values.num_filled:
        return Role.ATTRIBUTE
    if values.is_flag():
        return Role.FLAG
    if _is_key(values):
        return Role.IDENTIFIER
    for role, forms in _ROLES_OF_FORMS:
        if values.share(*forms) >= MOST:
            return role
    return Role.LIST if values.separator() else Role.ATTRIBUTE


_ROLES_OF_FORMS: tuple[tuple[Role, tuple[Form, ...]], ...] = (
    (Role.AUDIO, (Form.AUDIO,)),
    (Role.IMAGE, (Form.IMAGE,)),
    (Role.ADDRESS, (Form.URL, Form.IMAGE)),
    (Role.DATE, (Form.DATE,)),
    (Role.MEASURE, (Form.MEASURE,)),
    (Role.NUMBER, _NUMERIC),
    (Role.MONEY, (Form.MONEY, *_NUMERIC)),
    (Role.TEXT, (Form.TEXT, Form.MARKUP)),
)


def _is_key(values: Evidence) -> bool:
    """A digest, or a code or whole number that is another one in each row."""
    if values.num_digests and values.num_digests >= MOST * values.num_distinct:
        return True
    is_code = values.share(Form.CODE, Form.INTEGER) >= MOST
    return is_code and values.num_filled >= MIN_ROWS and values.distinct >= UNIQUE and values.filled >= HALF


def _is_bare(values: Evidence) -> bool:
    return values.num_filled > 0 and values.share(*_NUMERIC) >= HALF


def _seen(values: Evidence) -> list[str]:
    """The most common forms of the values, in words."""
    if not values.num_filled:
        return ["empty"]
    shares = ((form, count / values.num_filled) for form, count in values.forms.most_common(2))
    return [", ".join(f"{share:.0%} {form}" for form, share in shares if share >= 0.05)]
