"""The champion's text decoder as a writer: samples with slots, realised with the facts where they say enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from mmgen.kinds import learnt_kinds
from mmgen.seeds import seed_of
from mmgen.writing.fitting import Form, form_of
from mmgen.writing.slots import realise
from mmgen.writing.targets import LANGUAGES
from mmgen.writing.writer import Candidate, Materials, Request, ScoredTokens, WriterEntry

_Samples = tuple[Form, Sequence[ScoredTokens]]


@dataclass(frozen=True)
class Decoder:
    """Samples texts of the kinds that the champion has learnt; nothing where there is no champion."""

    materials: Materials

    def write(self, requests: Sequence[Request]) -> list[Iterator[Candidate]]:
        """The samples of each request, drawn for all at once, each realised when it is looked at."""
        samples = self._samples(requests)
        none: _Samples = (Form((), frozenset(), is_prose=False), ())
        return [self._realised(request, *samples.get(place, none)) for place, request in enumerate(requests)]

    def _samples(self, requests: Sequence[Request]) -> dict[int, _Samples]:
        """Place of a request -> its form and samples; none for a language or a kind that the model doesn't write."""
        params, sampler = self.materials.params, self.materials.sampler
        found: dict[int, _Samples] = {}
        if sampler is None or params.num_samples == 0:
            return found
        for kind in learnt_kinds():
            chosen = [n for n, one in enumerate(requests) if one.kind == kind and one.language in LANGUAGES]
            if not chosen:
                continue
            asked = [requests[n] for n in chosen]
            forms = [form_of(kind, one.facts, one.language, params) for one in asked]
            drawn = sampler.sample_texts(
                self.materials.to_arrays(self.materials.batch.take(pa.array([one.row for one in asked]))),
                [form.open_slots for form in forms],
                [seed_of(one.product_id, params.run_seed, kind) for one in asked],
                params.num_samples,
                params.temperature,
                params.max_tokens,
                kind=kind,
                traits=[""] * len(asked),
            )
            found |= zip(chosen, zip(forms, drawn, strict=True), strict=True)
        return found

    def _realised(self, request: Request, form: Form, samples: Sequence[ScoredTokens]) -> Iterator[Candidate]:
        for sample in samples:
            if sample.is_finished and (tokens := list(sample.tokens)):
                yield Candidate(_text_of(request, form, tokens), sample.log_prob, len(tokens))


def _text_of(request: Request, form: Form, tokens: list[str]) -> str:
    """The realised text where it says what a specification would; else ``""``."""
    if not form.is_kept_by(tokens):
        return ""
    try:
        return realise(tokens, request.facts)
    except ValueError:
        return ""


DECODER = WriterEntry(name="model", make=Decoder)
