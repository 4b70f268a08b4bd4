"""Which of the processes that train together this one is, and what it has of a batch. Light: readers need no torch to
know it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ranks:
    """This process's number, how many there are, and its number among those of its machine."""

    rank: int = 0
    world_size: int = 1
    local_rank: int = 0

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def part(self, num_rows: int) -> Part:
        """This process's rows of a batch of all: consecutive ones, as many as the others have or one more or less.

        Raises ValueError where there are fewer rows than processes.
        """
        if num_rows < self.world_size:
            raise ValueError(f"{num_rows} rows can't be shared out among {self.world_size} processes: start fewer")
        first, end = (num_rows * rank // self.world_size for rank in (self.rank, self.rank + 1))
        return Part(first, end, num_rows, self)


@dataclass(frozen=True)
class Part:
    """Rows ``first`` to ``end`` of the ``total`` that a step has over all processes."""

    first: int
    end: int
    total: int
    ranks: Ranks = field(default_factory=Ranks)

    @property
    def rows(self) -> slice:
        return slice(self.first, self.end)

    @property
    def weight(self) -> float:
        """What the mean over these rows counts for in the mean over the processes, so that each row of the batch counts
        alike: 1 where all have as many."""
        return (self.end - self.first) * self.ranks.world_size / self.total
