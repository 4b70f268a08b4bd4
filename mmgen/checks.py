"""Checks: a contract's expectations, run once on a staged partition. The only file that imports great_expectations."""

from __future__ import annotations

import logging
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mmgen.contracts import Check, Contract

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

log = logging.getLogger(__name__)

NOT_NULL = "expect_column_values_to_not_be_null"


class CheckFailedError(RuntimeError):
    """A ``fail`` check did not hold: the partition was not committed, the earlier one still stands."""


@dataclass(frozen=True)
class CheckOutcome:
    """One expectation's result on one partition. ``is_met`` is None where too few rows were there to say."""

    name: str
    severity: str
    is_met: bool | None
    detail: str


@dataclass(frozen=True)
class Audit:
    """What the checks saw of a staged partition."""

    num_rows: int
    rejects: dict[str, int]
    outcomes: list[CheckOutcome] = field(default_factory=list)

    @property
    def failed(self) -> list[CheckOutcome]:
        """The ``fail`` checks that did not hold."""
        return [o for o in self.outcomes if o.severity == "fail" and o.is_met is False]

    @property
    def warned(self) -> list[CheckOutcome]:
        """The ``warn`` checks that did not hold."""
        return [o for o in self.outcomes if o.severity == "warn" and o.is_met is False]


def audit(contract: Contract, files: list[Path]) -> Audit:
    """Run a contract's checks on staged Parquet files, and see that its required columns are filled.

    Only these columns are read, never media: Great Expectations costs ten times plain pandas, so it runs once a
    partition and on scalars. A rejected row has its keys and its lineage; its own columns may be empty.
    """
    columns = sorted({c for check in contract.checks for c in _columns_of(check)} | {"reject_reason"})
    required = _required_columns(contract)
    frames: list[pd.DataFrame] = []
    nulls: Counter[str] = Counter()
    for file in files:
        table = pq.read_table(file, columns=sorted({*columns, *required}))
        clean = table.filter(pc.is_null(table.column("reject_reason"))) if required else table
        for name in required:
            nulls[name] += (clean if name in contract.own_columns else table).column(name).null_count
        frames.append(table.select(columns).to_pandas())
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({c: [] for c in columns})
    rejects = Counter(str(r) for r in frame["reject_reason"].dropna())
    enough = [c for c in contract.checks if len(frame) and len(frame) >= c.min_rows]
    skipped = [c for c in contract.checks if c not in enough]
    outcomes = run_expectations(frame, enough)
    outcomes += [CheckOutcome(c.name, c.severity, None, f"skipped: {len(frame)} rows") for c in skipped]
    outcomes += [CheckOutcome(f"{n}_present", "fail", not nulls[n], _share(nulls[n], len(frame))) for n in required]
    return Audit(len(frame), dict(rejects.most_common()), outcomes)


def _required_columns(contract: Contract) -> list[str]:
    """The columns that the contract requires, less those of which an expectation says so already."""
    full = [c for c in contract.checks if c.expectation == NOT_NULL and c.severity == "fail" and not c.min_rows]
    said = {"ds", *(c.kwargs["column"] for c in full if "mostly" not in c.kwargs)}  # ds stands in the path
    return [c.name for c in contract.columns if c.is_required and c.name not in said]


def _share(count: int, num_rows: int) -> str:
    return f"{count} of {num_rows} rows" if count else ""


def run_expectations(frame: pd.DataFrame, checks: list[Check]) -> list[CheckOutcome]:
    """Validate a data frame by Great Expectations; one outcome a check, in order."""
    if not checks:
        return []
    import great_expectations as gx

    for name in [n for n in logging.root.manager.loggerDict if n.startswith("great_expectations")]:
        logging.getLogger(name).setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    batch = (
        context.data_sources.add_pandas("staged")
        .add_dataframe_asset("partition")
        .add_batch_definition_whole_dataframe("all")
        .get_batch({"dataframe": frame})
    )
    suite = gx.ExpectationSuite(name="contract")
    for position, check in enumerate(checks):
        suite.add_expectation(expectation_of(check, position))
    result = batch.validate(suite)
    by_position = {r.expectation_config.meta["position"]: r for r in result.results}
    return [_outcome(check, by_position[i]) for i, check in enumerate(checks)]


def expectation_of(check: Check, position: int = 0) -> Any:
    """A contract's check as a Great Expectations object. ValueError for an unknown type or wrong arguments."""
    import great_expectations.expectations as gxe

    name = "".join(part.capitalize() for part in check.expectation.split("_"))
    kind = getattr(gxe, name, None)
    if kind is None:
        raise ValueError(f"check {check.name}: Great Expectations has no {check.expectation}")
    return kind(**check.kwargs, meta={"position": position})


def _outcome(check: Check, result: Any) -> CheckOutcome:
    values = result.result or {}
    info = result.exception_info or {}
    if info.get("raised_exception"):
        return CheckOutcome(check.name, check.severity, False, str(info.get("exception_message", ""))[:200])
    unexpected = values.get("unexpected_count")
    detail = _share(unexpected or 0, values.get("element_count", 0)) or str(values.get("observed_value", ""))
    return CheckOutcome(check.name, check.severity, bool(result.success), detail)


def _columns_of(check: Check) -> list[str]:
    named = [check.kwargs.get("column"), check.kwargs.get("column_A"), check.kwargs.get("column_B")]
    return [c for c in named if c] + list(check.kwargs.get("column_list") or [])


def require(name: str, result: Audit) -> None:
    """Raise CheckFailedError naming every failed check; log the warnings."""
    for outcome in result.warned:
        log.warning("%s: check %s does not hold: %s", name, outcome.name, outcome.detail)
    if result.failed:
        lines = "\n".join(f"  {o.name}: {o.detail}" for o in result.failed)
        reasons = ", ".join(f"{reason} {count}" for reason, count in result.rejects.items()) or "none"
        raise CheckFailedError(
            f"{name}: {len(result.failed)} check(s) failed on {result.num_rows} rows; nothing was committed and the "
            f"earlier partition still stands.\n{lines}\n  rejected rows: {reasons}\nMend the source, the code or the "
            f"contract (schemas/{name}.yaml), and run the job again."
        )
