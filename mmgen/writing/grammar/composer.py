"""The grammar as a writer: drafts composed from the facts, for where no model has written anything that passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mmgen.config.descriptions import DESCRIPTIONS_VERSION, DescriptionParams
from mmgen.seeds import seed_of
from mmgen.writing.grammar.compose import compose
from mmgen.writing.grammar.words import GRAMMAR_WORDS
from mmgen.writing.writer import Candidate, Materials, Request, WriterEntry

NUM_DRAFTS = 6


@dataclass(frozen=True)
class Composer:
    """Composes up to ``NUM_DRAFTS`` drafts a text, in any language and of any kind."""

    params: DescriptionParams

    def write(self, requests: Sequence[Request]) -> list[Iterator[Candidate]]:
        """Drafts for each request, each composed when it is looked at."""
        return [self._drafts(request) for request in requests]

    def _drafts(self, request: Request) -> Iterator[Candidate]:
        for number in range(NUM_DRAFTS):
            seed = seed_of(request.product_id, self.params.run_seed, request.kind, number)
            draft = compose(request.facts, request.language, request.kind, seed, self.params)
            yield Candidate(draft.text)


def _composer(materials: Materials) -> Composer:
    return Composer(materials.params)


COMPOSER = WriterEntry(
    name="composer",
    make=_composer,
    free=GRAMMAR_WORDS,
    choice="first",
    may_wait=True,
    version=f"composer-{DESCRIPTIONS_VERSION}",
)
