"""Is what a text says so? Each of its claims is supported, contradicted or unsupported by the facts.

Strict where a wrong word is a wrong claim in law: a colour, material, number, price, person, place, certificate or
promise that no fact names is contradicted. Words that claim nothing of the kind are counted, no more, so that the gate
serves any writer. Same idea as slot error rate (Wen et al. 2015) without a grammar's slots: what is read is the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mmgen.clean.text.language import language_of
from mmgen.content_checks.against import limits, opposites, warned_of
from mmgen.content_checks.contents import boxed
from mmgen.content_checks.deciding import decide, paired, unsaid
from mmgen.content_checks.evidence import Evidence, evidence_of
from mmgen.content_checks.phrases import cued, denied, labelled, names
from mmgen.content_checks.reading.claims import claims_of
from mmgen.content_checks.reading.lexicon import Lexicon, lexicon_of
from mmgen.content_checks.reading.tokens import Token, stem, tokens_of
from mmgen.content_checks.standing import hidden, missing_warnings, spans_as_given, title_broken
from mmgen.content_checks.verdict import Verdict
from mmgen.content_checks.votes import Entailment
from mmgen.facts.fact import Fact

_APART = 10
"""More full stops than tokens that anything is looked for across."""


@dataclass(frozen=True)
class Judgement:
    """``verdicts``: of each claim, in the order of the text. ``unproven``: content words that no fact has, in order.
    ``num_words``: how many content words there are."""

    verdicts: tuple[Verdict, ...]
    unproven: tuple[str, ...]
    num_words: int

    @property
    def failing(self) -> list[Verdict]:
        """What a text may not be published with: what the facts deny, and what can be wrong by law and no fact says."""
        return [verdict for verdict in self.verdicts if verdict.fails]

    @property
    def contradicted(self) -> list[Verdict]:
        """What the facts deny."""
        return [verdict for verdict in self.verdicts if verdict.outcome == "contradicted"]

    @property
    def unexplained(self) -> float:
        """The share of the content words that no fact has, 0..1."""
        return len(self.unproven) / self.num_words if self.num_words else 0.0


def judge(
    text: str,
    facts: Sequence[Fact],
    locale: str,
    *,
    is_prose: bool = True,
    puffery: Sequence[str] = (),
    model: Entailment | None = None,
) -> Judgement:
    """Hold a text against the facts. ``is_prose``: a description, in which the title and every warning of the
    facts have to stand word for word. ``puffery``: more words of tone that need no fact. ``model`` votes on what the
    rules leave unsupported.

    Linear in the length of the text; raises nothing.
    """
    language = language_of(locale, text)
    words, known = lexicon_of(language), evidence_of(facts, language)
    given = spans_as_given(text, facts, words)
    pairs, said = labelled(text, known, words)
    free = _outside(text, [*given, *said])
    verdicts = [decide(claim, known, words) for claim in unsaid(paired(claims_of(free, words), words), known)]
    verdicts += list(denied(free, known, words))
    verdicts += [*boxed(free, facts, words), *limits(free, known, words), *opposites(free, known, words)]
    verdicts += list(warned_of(free, facts, words))
    verdicts += [*pairs, *cued(free, known, words, puffery), *names(free, known, words, language)]
    verdicts += [*hidden(text, facts), *title_broken(text, facts, is_prose)]
    if is_prose:
        verdicts += missing_warnings(text, facts)
    verdicts = sorted(dict.fromkeys(verdicts), key=lambda verdict: verdict.start)
    if model is not None:
        verdicts = [_voted(verdict, text, facts, model) for verdict in verdicts]
    unproven = _unproven(free, known, words, verdicts, puffery)
    return Judgement(tuple(verdicts), tuple(unproven), sum(_is_content(t, words) for t in tokens_of(text)))


def _outside(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with the spans blanked, full stops at their ends, so that places stay and nothing reaches across."""
    found = list(text)
    for start, end in spans:
        found[start:end] = ("." * min(end - start, _APART)).rjust(end - start)
    return "".join(found)


def _voted(verdict: Verdict, text: str, facts: Sequence[Fact], model: Entailment) -> Verdict:
    if verdict.outcome != "unsupported":
        return verdict
    premises = [f"{fact.name}: {fact.value}" for fact in facts if not fact.slot.startswith("conflict_")]
    return Verdict(verdict.kind, verdict.text, model.vote(premises, text), "by the model", verdict.start)


def _unproven(
    free: str, known: Evidence, words: Lexicon, verdicts: Sequence[Verdict], puffery: Sequence[str]
) -> list[str]:
    """The content words that no fact has; what is decided otherwise is not among them."""
    own = frozenset(word.casefold() for word in puffery)
    decided = {verdict.start for verdict in verdicts if verdict.outcome != "unsupported"}
    tokens = tokens_of(free)
    missing: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        size = words.puffery.at(tokens, at)[0] or int(token.key in own)
        at += max(size, 1)
        if not size and _is_content(token, words) and token.start not in decided and not _is_known(token, known):
            missing.append(free[token.start : token.end])
    return missing


def _is_content(token: Token, words: Lexicon) -> bool:
    return token.kind in ("word", "cjk") and token.key not in words.function


def _is_known(token: Token, known: Evidence) -> bool:
    return stem(token.key) in known.words if token.kind == "word" else token.key in known.text
