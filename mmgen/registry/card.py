"""A model version's card: what it is, what it was trained on, how good it is and what was decided, for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LIMITS = (
    "It has seen this shop's products alone, and says nothing of others.",
    "What it draws and writes is checked before anything is published; what it holds likely is no fact.",
    "Files are safetensors and JSON; loading it runs no code of theirs.",
)


def card_of(name: str, about: Mapping[str, Any], figures: Mapping[str, float], reasons: Sequence[str]) -> str:
    """Markdown. ``about``: what is known of the training; ``figures``: by name, with ``_low`` and ``_high`` where there
    is an interval, and ``baseline_`` where there is one."""
    bounds = ("_low", "_high")
    shown = [one for one in sorted(figures) if not one.endswith(bounds) and not one.startswith("baseline_")]
    lines = [f"# {name}", "", "## Training", "", *(f"* {key}: {_cell(value)}" for key, value in sorted(about.items()))]
    lines += ["", "## Figures on held-out products", ""]
    lines += ["| figure | value | 95% interval | baseline |", "|---|---|---|---|"]
    lines += [_line(one, figures) for one in shown]
    lines += ["", "## Decision", "", *(f"* {_cell(reason)}" for reason in reasons)]
    return "\n".join([*lines, "", "## Limits", "", *(f"* {limit}" for limit in LIMITS), ""])


def _line(name: str, figures: Mapping[str, float]) -> str:
    low, high, base = (figures.get(key) for key in (f"{name}_low", f"{name}_high", f"baseline_{name}"))
    interval = "" if low is None or high is None else f"{low:.4g} to {high:.4g}"
    return f"| {_cell(name)} | {figures[name]:.4g} | {interval} | {'' if base is None else f'{base:.4g}'} |"


def _cell(value: object) -> str:
    """One line, and no cell's or list's end within."""
    return " ".join(str(value).replace("|", "\\|").split())
