"""A report as metrics, parameters and JSON: what MLflow compares between dates and a program reads."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from typing import Any

from mmgen.kinds import KINDS
from mmgen.report.findings import ACTIONS, Report


def metrics_of(report: Report) -> dict[str, float]:
    """Metric -> value; names hold only what MLflow takes. What is unknown is left out."""
    found: dict[str, float | None] = {}
    for d in report.datasets:
        found[f"rows.{d.name}"] = d.num_rows
        found[f"rejects.{d.name}"] = d.num_rejects
        found[f"computed.{d.name}"] = d.computed
        found[f"reused.{d.name}"] = d.reused
        found[f"seconds.{d.name}"] = d.seconds
        found |= {f"rejects.{d.name}.{reason}": count for reason, count in d.rejects.items()}
    for kind in KINDS:
        counts = report.actions.get(kind, {})
        found |= {f"publications.{kind}.{action}": counts.get(action, 0) for action in ACTIONS}
    found |= {f"publications.{action}": report.num_actions(action) for action in ACTIONS}
    found["publications.published"] = report.num_actions("inserted", "updated")
    changes = dataclasses.asdict(report.products)
    found |= {f"products.{name}": count for name, count in changes.items()}
    state = report.state
    found |= {"products": state.num_products, "waiting": state.num_waiting, "checks.warnings": _num_warnings(report)}
    found |= {"published_share": state.coverage.share, "written_by_model_share": state.share_by_model}
    found |= {f"published_share.{locale}": c.share for locale, c in state.by_locale.items()}
    for figure in report.quality:
        found[f"quality.{figure.name}"] = figure.value
        if figure.name.startswith("enhanced_"):
            found[f"quality.{figure.name}_received"] = figure.before
    if report.model:
        found |= {f"champion.{name}": value for name, value in report.model.figures.items()}
    return {metric_name(k): float(v) for k, v in found.items() if v is not None and math.isfinite(v)}


def metric_name(name: str) -> str:
    """The characters that MLflow takes in a name; others, of a language's tag for instance, become ``_``."""
    return re.sub(r"[^\w./ -]", "_", name, flags=re.ASCII)[:250]


def _num_warnings(report: Report) -> int:
    return sum(len(d.warnings) for d in report.datasets)


def params_of(report: Report) -> dict[str, str]:
    """What the date's content depends on."""
    versions = {f"data.{d.name}": f"{d.name}@{d.version}" for d in report.datasets if d.version >= 0}
    return {
        "config_hash": report.config_hash,
        "code_version": report.code_version,
        "seed": str(report.seed),
        "model_version": report.model.version if report.model else "none",
        "compared_with": report.previous_ds or "none",
        **versions,
    }


def withdrawn(metrics: Mapping[str, float], known: Mapping[str, float]) -> dict[str, float]:
    """Metrics that an earlier run of the date logged and this one has not: a count is none now, a figure is unknown."""
    counts = ("rows.", "rejects.", "computed.", "reused.", "seconds.", "publications.")
    return {name: 0.0 if name.startswith(counts) else math.nan for name in known if name not in metrics}


def summary_of(report: Report) -> str:
    """The whole report as JSON, without the pictures' bytes."""
    values = _plain(report)
    values["metrics"] = metrics_of(report)
    return json.dumps(values, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.type != "Picture | None"}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
