"""The champion's text decoder as a writer: samples with slots, realised with the facts where the grammar allows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from mmgen.content_checks.faithfulness import coverage
from mmgen.kinds import KINDS, learnt_kinds
from mmgen.seeds import seed_of
from mmgen.writing.delex import realise
from mmgen.writing.fitting import misplaced, open_slots, said_twice, traits_of
from mmgen.writing.grammar.compose import is_well_formed
from mmgen.writing.grammar.words import GRAMMAR_WORDS
from mmgen.writing.writer import Candidate, Materials, Request, ScoredTokens, WriterEntry

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Decoder:
    """Samples texts of the kinds that the champion has learnt; nothing where there is no champion."""

    materials: Materials

    def write(self, requests: Sequence[Request]) -> list[Iterator[Candidate]]:
        """The samples of each request, drawn for all at once, each realised when it is looked at."""
        samples = self._samples(requests)
        return [self._realised(request, samples.get(place, ())) for place, request in enumerate(requests)]

    def _samples(self, requests: Sequence[Request]) -> dict[int, Sequence[ScoredTokens]]:
        """Place of a request -> its samples; none for a language or a kind that the model doesn't write."""
        params, sampler = self.materials.params, self.materials.sampler
        found: dict[int, Sequence[ScoredTokens]] = {}
        if sampler is None or params.num_samples == 0:
            return found
        for kind in learnt_kinds():
            chosen = [n for n, one in enumerate(requests) if one.kind == kind and one.language in LANGUAGES]
            if not chosen:
                continue
            asked = [requests[n] for n in chosen]
            drawn = sampler.sample_texts(
                self.materials.to_arrays(self.materials.batch.take(pa.array([one.row for one in asked]))),
                [self._open_slots(one) for one in asked],
                [seed_of(one.product_id, params.run_seed, kind) for one in asked],
                params.num_samples,
                params.temperature,
                params.max_tokens,
                kind=kind,
                traits=[traits_of(one.facts, one.locale) for one in asked],
            )
            found |= zip(chosen, drawn, strict=True)
        return found

    def _open_slots(self, request: Request) -> set[str]:
        longest = self.materials.params.longest_written(request.language)
        return open_slots(request.kind, request.facts, request.language, longest)

    def _realised(self, request: Request, samples: Sequence[ScoredTokens]) -> Iterator[Candidate]:
        for sample in samples:
            if sample.is_finished and (tokens := list(sample.tokens)):
                yield Candidate(self._text_of(request, tokens), sample.log_prob, len(tokens))

    def _text_of(self, request: Request, tokens: list[str]) -> str:
        """The realised text where it is grammatical and says enough; else ``""``."""
        facts, language = request.facts, request.language
        if not is_well_formed(tokens, request.locale):
            return ""
        if said_twice(tokens, facts, language) or misplaced(tokens, facts, language):
            return ""
        is_prose = KINDS[request.kind].is_prose
        has_written = any(fact.slot.startswith("sentence_") for fact in facts)
        if is_prose and has_written and "<sentence_1>" not in tokens:
            return ""
        try:
            text = realise(tokens, facts, language)
        except ValueError:
            return ""
        if is_prose and coverage(text, facts) < self.materials.params.min_coverage:
            return ""
        return text


DECODER = WriterEntry(name="model", make=Decoder, free=GRAMMAR_WORDS)
"""Its sentences were learnt from the grammar's and from the shop's own, so its free words are the grammar's."""
