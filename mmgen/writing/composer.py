"""The specification as a writer, for where no model has written anything that passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mmgen.config.descriptions import DESCRIPTIONS_VERSION, DescriptionParams
from mmgen.kinds import KINDS
from mmgen.seeds import seed_of
from mmgen.writing.sound_part import sound_part
from mmgen.writing.specification import drafts
from mmgen.writing.writer import Candidate, Materials, Request, WriterEntry


@dataclass(frozen=True)
class Composer:
    """Composes texts in any language and of any kind."""

    params: DescriptionParams

    def write(self, requests: Sequence[Request]) -> list[Iterator[Candidate]]:
        """Drafts for each request, the fullest first; of prose the next is without what the checks object to."""
        return [self._drafts(request) for request in requests]

    def _drafts(self, request: Request) -> Iterator[Candidate]:
        seed = seed_of(request.product_id, self.params.run_seed, request.kind)
        found = drafts(request.facts, request.language, request.kind, seed, self.params)
        yield from (Candidate(draft.text) for draft in found)
        if KINDS[request.kind].is_prose:
            yield Candidate(sound_part(found[0], request, self.params).text)


def _composer(materials: Materials) -> Composer:
    return Composer(materials.params)


COMPOSER = WriterEntry(
    name="composer",
    make=_composer,
    choice="first",
    may_wait=True,
    version=f"composer-{DESCRIPTIONS_VERSION}",
)
