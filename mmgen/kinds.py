"""The kinds of content that are made for a product: one entry each, and whoever treats kinds differently asks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Modality(StrEnum):
    """What a piece of content is."""

    TEXT = "text"
    IMAGE = "image"


@dataclass(frozen=True)
class Limits:
    """Lengths of a text in characters. ``aim``: a longer one asks for a person; None takes ``longest``."""

    shortest: int
    longest: int
    aim: int | None = None

    @property
    def aimed_at(self) -> int:
        """The longest that asks for nobody."""
        return self.longest if self.aim is None else self.aim


@dataclass(frozen=True)
class Kind:
    """One kind of content.

    ``dataset`` and ``column``: where it is kept. ``limits``: by language, ``""`` for all that are not named; where the
    configuration has a key for one (``max_ad_copy_chars_zh``), that key decides. ``text_of``: the kind whose text a
    picture shows, with its limits. ``writers`` and ``checks``: names in their registries; None for all of them.

    ``is_prose``: whole sentences, which end in a mark, keep the shop's own and state a share of the facts.
    ``is_learnt``: the text decoder learns to write it. Its vocabulary rests on them: a new one needs a new model.
    ``is_editable``: a person may write one. ``is_essential``: a product without a live one isn't fully published.
    """

    name: str
    label: str
    modality: Modality
    dataset: str
    column: str
    limits: Mapping[str, Limits] = field(default_factory=dict)
    text_of: str = ""
    writers: tuple[str, ...] | None = None
    checks: tuple[str, ...] | None = None
    is_prose: bool = False
    is_learnt: bool = False
    is_editable: bool = False
    is_essential: bool = False

    def __post_init__(self) -> None:
        if bool(self.limits) == bool(self.text_of):
            raise ValueError(f"{self.name}: give its own limits, or the kind whose text it shows")
        if self.limits and "" not in self.limits:
            raise ValueError(f"{self.name}: limits[''] is wanted, for the languages that are not named")


DESCRIPTION = Kind(
    name="description",
    label="Description",
    modality=Modality.TEXT,
    dataset="descriptions",
    column="description",
    limits={"": Limits(4, 2_000, aim=900), "zh": Limits(3, 800, aim=360)},
    is_prose=True,
    is_learnt=True,
    is_editable=True,
    is_essential=True,
)
AD_COPY = Kind(
    name="ad_copy",
    label="Ad copy",
    modality=Modality.TEXT,
    dataset="descriptions",
    column="ad_copy",
    limits={"": Limits(3, 90), "zh": Limits(2, 40)},
    is_learnt=True,
    is_editable=True,
)
CREATIVE = Kind(
    name="creative",
    label="Creative",
    modality=Modality.IMAGE,
    dataset="creatives",
    column="image",
    text_of="ad_copy",
    writers=(),
    is_essential=True,
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in (DESCRIPTION, AD_COPY, CREATIVE)}
"""In the order in which they are written and shown. The first text is the one that a row of texts is told by."""


def text_kinds() -> tuple[str, ...]:
    """The kinds that are texts of their own."""
    return tuple(kind.name for kind in KINDS.values() if kind.modality is Modality.TEXT)


def learnt_kinds() -> tuple[str, ...]:
    """The kinds that the text decoder learns to write."""
    return tuple(kind.name for kind in KINDS.values() if kind.is_learnt)


def editable_kinds() -> tuple[str, ...]:
    """The kinds that a person may write."""
    return tuple(kind.name for kind in KINDS.values() if kind.is_editable)
