"""What a writer of texts is: it is asked for texts of products and answers with candidates; the checks decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import pyarrow as pa

from mmgen.clean.text.language import language_of
from mmgen.config.descriptions import DescriptionParams
from mmgen.facts.fact import Fact


@dataclass(frozen=True)
class Request:
    """One text to write. ``row``: the product's place in the batch; ``facts``: all that the text may say."""

    kind: str
    row: int
    product_id: str
    locale: str
    facts: Sequence[Fact]

    @property
    def language(self) -> str:
        """The language to write in: ``en`` for ``en_GB``."""
        return language_of(self.locale)


@dataclass(frozen=True)
class Candidate:
    """A text that a writer offers; ``""`` for a draft that came to nothing, which counts as looked at.

    ``log_prob``: of the whole text in nats, where the writer knows it; ``num_tokens``: over how many tokens.
    """

    text: str
    log_prob: float | None = None
    num_tokens: int = 1


class Writer(Protocol):
    """Writes texts for a batch of products."""

    def write(self, requests: Sequence[Request]) -> Sequence[Iterable[Candidate]]:
        """The candidates for each request, in the requests' order; none for what it cannot write.

        They may be made one at a time, as they are looked at. The same request gives the same candidates, whatever
        stands beside it: random choices are seeded by the product, the run's seed and the kind.
        """
        ...


class ScoredTokens(Protocol):
    """A sampled text: its tokens without the begin token, its log-probability in nats, whether it came to an end."""

    @property
    def tokens(self) -> Sequence[str]: ...
    @property
    def log_prob(self) -> float: ...
    @property
    def is_finished(self) -> bool: ...


class TextSampler(Protocol):
    """What draws candidate texts: ``FusionModel``, or a stand-in in tests."""

    def sample_texts(
        self,
        examples: Any,
        allowed: list[set[str]],
        seeds: list[int],
        num_samples: int,
        temperature: float,
        max_tokens: int,
        kind: str = "description",
        traits: list[str] | None = None,
    ) -> Sequence[Sequence[ScoredTokens]]:
        """``num_samples`` texts a row of ``examples``; a row draws no slot that isn't in its ``allowed``, and no
        sentence that wasn't learnt for a product of its ``traits``."""
        ...


@dataclass(frozen=True, eq=False)
class Materials:
    """What a writer may draw on for one batch.

    ``batch``: rows of ``examples``. ``sampler``: the champion, None where there is none; ``to_arrays`` turns rows into
    what it reads. ``params``: with the run's seed.
    """

    batch: pa.RecordBatch
    params: DescriptionParams
    sampler: TextSampler | None
    to_arrays: Callable[[pa.RecordBatch], Any]


@dataclass(frozen=True)
class WriterEntry:
    """A writer in the registry; ``name`` is what a row says of who wrote it.

    ``make``: the writer for one batch. ``choice``: the
    ``best`` of all its approved candidates, or the ``first``. ``may_wait``: whether a text that draws warnings may wait
    for a person where no writer has an approved one. ``version``: what a row says it was made by; ``""`` for the
    champion's version.
    """

    name: str
    make: Callable[[Materials], Writer]
    choice: Literal["best", "first"] = "best"
    may_wait: bool = False
    version: str = ""
