"""How one dataset is made, and what a run did for one partition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mmgen.engine.work import Transform, Work
from mmgen.rejects import RejectReason

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Budget:
    """At most ``rows`` a partition are made anew whose inputs are as they were: those with the lowest ``worst`` first,
    rows without one before all. Until its turn comes a row stands that was made with one of the ``earlier``
    configurations, which differ from the present one in the model alone."""

    rows: int
    earlier: frozenset[str]
    worst: str = ""


@dataclass(frozen=True)
class Step:
    """How one dataset is made.

    ``needs``: an input row where this column is null has nothing to work on: it stays an empty row, without a reason
    (a product without a clip is normal). ``is_external``: it also reads what is no dataset (the catalogue, files), so
    unchanged input tables do not mean unchanged inputs; where what it reads has a fingerprint, ``external`` is that
    instead. ``is_by_product``: an input row rests on its own product's rows alone, so inputs can be asked for a few
    products; then wide columns of the others are not read. Where it rests on others as well (neighbours, copies),
    ``enrich`` adds what the transform needs to the rows that are to be computed, and to no others. ``budget``: how many
    rows a new model makes anew on one date; without one all of them.
    """

    output: str
    config_hash: str
    transform: Transform
    needs: str | None = None
    is_external: bool = False
    is_by_product: bool = False
    external: str = ""
    enrich: Callable[[DataFrame], DataFrame] | None = None
    budget: Budget | None = None

    @property
    def work(self) -> Work:
        """What the executors are sent."""
        return Work(self.config_hash, self.transform, self.needs)


@dataclass(frozen=True)
class Outcome:
    """What a run did for one partition."""

    output: str
    ds: str
    computed: int
    reused: int
    rejects: dict[str, int] = field(default_factory=dict)
    is_unchanged: bool = False
    seconds: float = 0.0
    warnings: list[str] = field(default_factory=list)

    @property
    def num_rows(self) -> int:
        """Rows of the partition."""
        return self.computed + self.reused

    def line(self) -> str:
        """One line for a person."""
        rejected = sum(n for reason, n in self.rejects.items() if reason != RejectReason.INPUT_REJECTED)
        reasons = ", ".join(f"{reason} {n}" for reason, n in self.rejects.items())
        tail = f" ({reasons})" if reasons else ""
        state = "; partition already as it should be" if self.is_unchanged else ""
        return (
            f"{self.output} ds={self.ds}: {self.num_rows} rows, computed {self.computed}, reused {self.reused}, "
            f"rejected {rejected}{tail} in {self.seconds:.1f} s{state}"
        )
