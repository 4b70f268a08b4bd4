"""A report as one HTML page: self-contained, without scripts, and every value escaped."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mmgen.kinds import KINDS
from mmgen.rejects import RejectReason
from mmgen.report import words
from mmgen.report.findings import ACTIONS, STATUSES, DatasetFigures, ModelCard, Report, State
from mmgen.report.pictures import MAX_PAGE_BYTES, data_uri
from mmgen.report.words import Change, change

TEMPLATES = Path(__file__).resolve().parent
GOOD_ACTIONS = {"inserted", "updated"}
COHERENCE = ("coherence", *(f"coherence_from_{medium}" for medium in ("image", "text", "audio", "all")))
MAIN_FIGURES = ("image_psnr_db", "image_ssim", "text_perplexity", "retrieval_recall_at_10", *COHERENCE)


@dataclass(frozen=True)
class Tile:
    """One large number with what it was before."""

    label: str
    value: str
    change: Change | None
    note: str


@dataclass(frozen=True)
class Bar:
    """Rows of one dataset that were rejected for one reason; ``width`` in percent of the longest bar."""

    reason: str
    count: int
    share: float
    width: float
    change: Change | None
    is_echo: bool


@dataclass(frozen=True)
class TestFigure:
    """A figure of the model's card beside its baseline."""

    label: str
    value: float
    low: float | None
    high: float | None
    baseline: float | None
    is_better: bool | None


def render(report: Report) -> str:
    """The page. ValueError where texts make it too large; the pictures have a budget."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    numbers = (words.whole, words.real, words.percent, words.seconds, words.live_share)
    formats = (*numbers, words.language_tag, words.readable, data_uri)
    environment.filters |= {f.__name__: f for f in formats}
    environment.globals |= {"change": change, "KIND": words.kind_labels(), "STATUS": words.STATUS_LABELS}
    environment.globals["PROSE"] = [name for name, kind in KINDS.items() if kind.is_prose]
    html = environment.get_template("report.html.j2").render(
        report=report,
        style=(TEMPLATES / "report.css").read_text(encoding="utf-8"),
        tiles=tiles(report),
        actions=ACTIONS,
        kinds=[kind for kind in KINDS if kind in report.actions or kind in report.actions_before],
        figures=[f for f in report.quality if not f.name.startswith("enhanced_")],
        enhanced=[f for f in report.quality if f.name.startswith("enhanced_")],
        bars=[(d, bars(d, longest(report))) for d in report.datasets if d.rejects],
        samples=[(s, [x for x in report.samples if x.status == s]) for s in STATUSES],
        card=figures_of(report.model) if report.model else [],
        other_figures=other_figures_of(report.model) if report.model else [],
        model_data=data_versions_of(report.model) if report.model else {},
    )
    size = len(html.encode("utf-8"))
    if size > MAX_PAGE_BYTES:
        raise ValueError(f"the page has {size:,} bytes of at most {MAX_PAGE_BYTES:,}: lower report.num_samples")
    return html


def tiles(report: Report) -> list[Tile]:
    """The night in six numbers."""
    state, before = report.state, report.state_before or State()
    is_first = report.state_before is None
    products, shop = report.products, []

    def since(value: float | None, then: float | None, unit: str = "", is_better: str = "") -> Change | None:
        return None if is_first else change(value, then, unit, is_better)

    for count, word in ((products.new, "new"), (products.changed, "changed"), (products.removed, "removed")):
        shop += [f"{count:,} {word}"] if count else []
    written, rejected = report.num_actions("inserted", "updated"), sum(state.rejected.values())
    by_kind = [f"{n:,} {kind.label.lower()}" for k, kind in KINDS.items() if (n := state.waiting.get(k, 0))]
    covered = state.coverage
    return [
        Tile("Products", words.whole(state.num_products), since(state.num_products, before.num_products),
             ", ".join(shop) or "none changed"),
        Tile("Fully published", words.percent(covered.share),
             since(covered.share, before.coverage.share, "share", "up"),
             f"{covered.num_published:,} of {covered.num_products:,} products with a photo or a text"),
        Tile("Pieces published", words.whole(written), change(written, report.num_actions_before(*GOOD_ACTIONS)),
             f"{report.num_actions('inserted'):,} new, {report.num_actions('updated'):,} updated on this date"),
        Tile("Wait for a person", words.whole(state.num_waiting),
             since(state.num_waiting, before.num_waiting, "", "down"), ", ".join(by_kind) or "nothing waits"),
        Tile("Rejected pieces", words.whole(rejected),
             since(rejected, sum(before.rejected.values()), "", "down"),
             "failed a content check, or a person said no"),
        Tile("Written by the model", words.percent(state.share_by_model),
             since(state.share_by_model, before.share_by_model, "share"),
             "of the descriptions; the composer wrote the rest"),
    ]  # fmt: skip


def longest(report: Report) -> int:
    """The most rows that any dataset rejected for one reason: all bars are drawn to one scale."""
    return max((count for d in report.datasets for count in d.rejects.values()), default=1)


def bars(dataset: DatasetFigures, most: int) -> list[Bar]:
    """One bar a reason, most first; rows whose input was rejected already come last, since they are counted above."""
    echo = str(RejectReason.INPUT_REJECTED)
    before = dataset.num_rows_before
    found = [
        Bar(
            reason, count, count / max(dataset.num_rows, 1), round(100 * count / most, 2),
            change(
                count / max(dataset.num_rows, 1),
                dataset.rejects_before.get(reason, 0) / before if before else None,
                "share",
                "down",
            ),
            reason == echo,
        )
        for reason, count in dataset.rejects.items()
    ]  # fmt: skip
    return sorted(found, key=lambda bar: (bar.is_echo, -bar.count))


def figures_of(model: ModelCard) -> list[TestFigure]:
    """The figures that have a baseline or that everybody asks for, with their intervals."""
    found = []
    for name in [n for n in MAIN_FIGURES if n in model.figures]:
        value, baseline = model.figures[name], model.figures.get(f"baseline_{name}")
        low, high = model.figures.get(f"{name}_low"), model.figures.get(f"{name}_high")
        is_better = None
        if baseline is not None:
            lower = words.is_lower_better(name)
            worst = (high if lower else low) if low is not None and high is not None else value
            is_better = bool((worst or value) < baseline) if lower else bool((worst or value) > baseline)
        found.append(TestFigure(words.FIGURE_LABELS[name], value, low, high, baseline, is_better))
    return found


def other_figures_of(model: ModelCard) -> list[TestFigure]:
    """What is left: the bound and its terms."""
    skip = ("baseline_", "num_", "latent_units")
    bounds = ("_low", "_high")
    names = [n for n in model.figures if n not in MAIN_FIGURES and not n.startswith(skip) and not n.endswith(bounds)]
    return [
        TestFigure(
            words.FIGURE_LABELS.get(n, words.readable(n)), model.figures[n], model.figures.get(f"{n}_low"),
            model.figures.get(f"{n}_high"), None, None,
        )
        for n in sorted(names)
    ]  # fmt: skip


def data_versions_of(model: ModelCard) -> dict[str, Any]:
    """Dataset -> version that the model was trained on."""
    try:
        found = json.loads(model.tags.get("data_versions", "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
