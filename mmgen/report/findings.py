"""What a night's report says, as plain values: made by ``collect``, shown by ``render``, logged by ``summary``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ACTIONS = ("inserted", "updated", "unchanged", "held", "superseded", "rejected")
STATUSES = ("approved", "borderline", "rejected")


@dataclass(frozen=True)
class DatasetFigures:
    """One dataset on the date: what its job did, and its version. Counts are None where the commit does not tell."""

    name: str
    version: int
    is_committed: bool
    num_rows: int
    computed: int | None = None
    reused: int | None = None
    seconds: float | None = None
    rejects: dict[str, int] = field(default_factory=dict)
    num_rows_before: int | None = None
    rejects_before: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def num_rejects(self) -> int:
        """Rejected rows, those whose input was rejected before them included."""
        return sum(self.rejects.values())

    @property
    def reject_share(self) -> float | None:
        """Share of the partition's rows, 0..1; None for an empty partition."""
        return self.num_rejects / self.num_rows if self.num_rows else None

    @property
    def reject_share_before(self) -> float | None:
        """The same of the previous date."""
        return sum(self.rejects_before.values()) / self.num_rows_before if self.num_rows_before else None


@dataclass(frozen=True)
class Coverage:
    """Of the products that have a photo or a text, those with a published description and a published creative."""

    num_products: int = 0
    num_published: int = 0

    @property
    def share(self) -> float | None:
        """0..1; None where there is no such product."""
        return self.num_published / self.num_products if self.num_products else None


@dataclass(frozen=True)
class State:
    """The catalogue as of one date: every product's newest rows at or before it."""

    num_products: int = 0
    coverage: Coverage = Coverage()
    by_locale: dict[str, Coverage] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    writers: dict[str, int] = field(default_factory=dict)

    @property
    def num_waiting(self) -> int:
        """Pieces of content that wait for a person."""
        return sum(self.waiting.values())

    @property
    def share_by_model(self) -> float | None:
        """Share of the descriptions that the model wrote, 0..1."""
        total = sum(self.writers.values())
        return self.writers.get("model", 0) / total if total else None


@dataclass(frozen=True)
class Products:
    """What the shop changed: products of the date's partition that are new, changed or gone."""

    new: int = 0
    changed: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Figure:
    """A quality figure over ``count`` rows of the date. ``is_better``: "up", "down" or "" where neither is."""

    name: str
    label: str
    value: float
    count: int
    unit: str = ""
    is_better: str = ""
    meaning: str = ""
    before: float | None = None


@dataclass(frozen=True)
class CheckLine:
    """One content check's outcome."""

    name: str
    severity: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class FactLine:
    """One fact that a text may state, and whether it does (None: a fact that no text has to state)."""

    name: str
    value: str
    is_stated: bool | None


@dataclass(frozen=True)
class Piece:
    """One kind of content of a sample: what the checks and publishing said."""

    kind: str
    status: str
    checks: list[CheckLine]
    reject_reason: str | None
    action: str
    published_status: str | None

    @property
    def failed(self) -> list[CheckLine]:
        """The checks that did not pass."""
        return [check for check in self.checks if not check.passed]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found against it."""
        return self.status == "approved" and not self.failed and self.reject_reason is None


@dataclass(frozen=True)
class Picture:
    """A small JPEG for the page."""

    data: bytes
    width_px: int
    height_px: int


@dataclass(frozen=True)
class Sample:
    """One product, for a person to judge. ``texts``: kind -> text; ``texts_before``: those that were other before."""

    product_id: str
    locale: str
    ds: str
    status: str
    title: str | None
    category: list[str]
    brand: str | None
    texts: dict[str, str]
    writer: str | None
    score: float | None
    model_version: str | None
    facts: list[FactLine]
    pieces: list[Piece]
    layout: str | None = None
    backdrop: str | None = None
    alt_text: str | None = None
    photo_reason: str | None = None
    text_reason: str | None = None
    photo: Picture | None = None
    creative: Picture | None = None
    texts_before: dict[str, str] = field(default_factory=dict)

    @property
    def num_stated(self) -> int:
        """Facts that the description states."""
        return sum(fact.is_stated is True for fact in self.facts)

    @property
    def num_statable(self) -> int:
        """Facts that it might state."""
        return sum(fact.is_stated is not None for fact in self.facts)


@dataclass(frozen=True)
class Waiting:
    """A piece of content that waits for a person, and why."""

    product_id: str
    kind: str
    locale: str
    since: str
    reasons: list[str]


@dataclass(frozen=True)
class ModelCard:
    """The champion: its version, what is known of it (``tags``), and its test figures."""

    version: str
    tags: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Medium:
    """What one medium of a product means to the model. ``contribution``: nats that it adds to the likelihood of the
    product's attributes (a Shapley value); ``weight``: its share of the posterior; None where nothing is known."""

    name: str
    contribution: float | None
    weight: float | None


@dataclass(frozen=True)
class Near:
    """A training product that the model holds alike: the cosine of both latents."""

    product_id: str
    title: str
    likeness: float


@dataclass(frozen=True)
class Explanation:
    """A held-out product beside what the model makes of it: drawn from all that it has, and from its text alone."""

    product_id: str
    title: str
    photo: Picture | None
    drawn: Picture | None
    drawn_from_text: Picture | None
    media: list[Medium]
    near: list[Near]


@dataclass(frozen=True)
class Attention:
    """Something that an analyst should not miss. ``level``: bad, warn or info."""

    level: str
    text: str


@dataclass(frozen=True)
class Report:
    """Everything that is shown of one date."""

    ds: str
    run_id: str
    code_version: str
    config_hash: str
    seed: int
    previous_ds: str | None
    datasets: list[DatasetFigures]
    products: Products
    products_before: Products | None
    state: State
    state_before: State | None
    actions: dict[str, dict[str, int]]
    actions_before: dict[str, dict[str, int]]
    quality: list[Figure]
    samples: list[Sample]
    waiting: list[Waiting]
    model: ModelCard | None
    attention: list[Attention] = field(default_factory=list)
    explained: list[Explanation] = field(default_factory=list)

    def num_actions(self, *names: str) -> int:
        """Pieces of content with one of these actions on the date, over all kinds."""
        return sum(counts.get(name, 0) for counts in self.actions.values() for name in names)

    def num_actions_before(self, *names: str) -> int | None:
        """The same of the previous date; None where nothing is known of it."""
        if self.previous_ds is None or not self.actions_before:
            return None
        return sum(counts.get(name, 0) for counts in self.actions_before.values() for name in names)
