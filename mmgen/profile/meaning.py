"""Names of columns by their meaning: the nearest name that there is data for, by a sentence encoder that is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from mmgen.profile.names import PART, Concept, Match, Reading, names_in
from mmgen.profile.roles import Disposition

MEANT = 0.7
"""Weight of a match by meaning: above that of a part of a name, below that of a phrase marked as telling."""
CLOSE = 0.05
"""Of two meanings that are as near as this the one that is hidden counts."""

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]
"""Texts -> (len(texts), width), each row of unit length."""


@dataclass
class Meanings:
    """What names mean to an encoder. ``min_similarity``: cosine below which two names have nothing in common."""

    embed: Embed
    min_similarity: float = 0.7
    known: dict[str, tuple[list[tuple[Concept, str, str]], npt.NDArray[np.float32]]] = field(default_factory=dict)

    def read(self, readings: Mapping[str, Reading], language: str) -> dict[str, Reading]:
        """The readings, where a name is not known with what it is nearest to: by names in English and ``language``."""
        unknown = [name for name, one in readings.items() if one.words and all(m.weight <= PART for m in one.matches)]
        if not unknown:
            return dict(readings)
        pairs, vectors = self._names(language)
        likeness = self.embed([readings[name].words for name in unknown]) @ vectors.T
        found = {name: self._nearest(pairs, row) for name, row in zip(unknown, likeness, strict=True)}
        return {name: _with(one, found.get(name)) for name, one in readings.items()}

    def _names(self, language: str) -> tuple[list[tuple[Concept, str, str]], npt.NDArray[np.float32]]:
        """Every name in English and a language with its meaning, and their vectors; computed once."""
        if language not in self.known:
            pairs = list(names_in({"en", language}))
            self.known[language] = pairs, self.embed([phrase for _, phrase, _ in pairs])
        return self.known[language]

    def _nearest(self, pairs: list[tuple[Concept, str, str]], likeness: npt.NDArray[np.float32]) -> Match | None:
        near = [(float(likeness[at]), pairs[at]) for at in np.argsort(-likeness)[:20]]
        if not near or near[0][0] < self.min_similarity:
            return None
        similarity, (concept, phrase, language) = _hidden_first(near)
        return Match(concept, MEANT, language, phrase, round(similarity, 2))


def _hidden_first(near: list[tuple[float, tuple[Concept, str, str]]]) -> tuple[float, tuple[Concept, str, str]]:
    """The nearest; a hidden one where that is hardly further away, since saying it would do harm."""
    close = (one for one in near if one[0] >= near[0][0] - CLOSE)
    return next((one for one in close if one[1][0].disposition is Disposition.HIDE), near[0])


def _with(reading: Reading, match: Match | None) -> Reading:
    return reading if match is None else replace(reading, matches=(match, *reading.matches))
