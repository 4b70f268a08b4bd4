"""Checks: a contract's expectations, run once on a staged partition. The only file that imports great_expectations."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mmgen.store.contracts import Check, Contract
from mmgen.store.parquet import open_parquet
from mmgen.telemetry import TELEMETRY_OFF

os.environ.update(TELEMETRY_OFF)  # before great_expectations is imported

log = logging.getLogger(__name__)

NOT_NULL = "expect_column_values_to_not_be_null"
OF_ALL_ROWS = (
    "expect_column_values_to_be_unique",
    "expect_column_values_to_be_increasing",
    "expect_column_values_to_be_decreasing",
)
"""Count rows, but judge each by the others."""
CHUNK_ROWS = 100_000
"""Rows whose checked columns are in memory at a time; of checks that judge all rows together, the columns are whole."""


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

    Only these columns are read, never media, and no more than ``CHUNK_ROWS`` rows of them at a time. Great Expectations
    costs ten times plain pandas, so it runs once a partition and on scalars. A rejected row has its keys and its
    lineage; its own columns may be empty.
    """
    num_rows = sum(pq.read_metadata(file).num_rows for file in files)
    enough = [c for c in contract.checks if num_rows and num_rows >= c.min_rows]
    singly = [c for c in enough if judges_single_rows(c)]
    together = [c for c in enough if c not in singly]
    groups = [[c for c in singly if c.besides == one] for one in sorted({c.besides for c in singly})]
    singly = [check for checks in groups for check in checks]
    required = _required_columns(contract)
    rejects: Counter[str] = Counter()
    nulls: Counter[str] = Counter()
    seen: list[list[Result]] = []
    for table in _chunks(files, sorted({"reject_reason", *required, *_columns_of(singly)})):
        reasons = table.column("reject_reason")
        rejects.update(str(reason) for reason in reasons.drop_null().to_pylist())
        clean = table.filter(pc.is_null(reasons)) if required else table
        for name in required:
            nulls[name] += (clean if name in contract.own_columns else table).column(name).null_count
        seen.append([one for checks in groups for one in run_expectations(_judged(table, checks), checks)])
    whole = [table.to_pandas() for table in _chunks(files, _columns_of(together))] if together else []
    of_all = run_expectations(pd.concat(whole, ignore_index=True), together) if whole else []
    results = list(zip(singly, map(merged, zip(*seen, strict=True)), strict=True)) if seen else []
    results += zip(together, of_all, strict=True)
    results.sort(key=lambda pair: enough.index(pair[0]))
    outcomes = [_outcome(check, result) for check, result in results]
    outcomes += [
        CheckOutcome(c.name, c.severity, None, f"skipped: {num_rows} rows") for c in contract.checks if c not in enough
    ]
    outcomes += [CheckOutcome(f"{n}_present", "fail", not nulls[n], _share(nulls[n], num_rows)) for n in required]
    return Audit(num_rows, dict(rejects.most_common()), outcomes)


def _judged(table: pa.Table, checks: list[Check]) -> pd.DataFrame:
    """The columns that checks of one ``besides`` speak of; that reject reason is none to them."""
    judged = table.select(_columns_of(checks))
    if checks[0].besides and "reject_reason" in judged.column_names:
        reasons = judged.column("reject_reason")
        counted = pc.if_else(pc.equal(reasons, checks[0].besides), pa.scalar(None, reasons.type), reasons)
        judged = judged.set_column(judged.column_names.index("reject_reason"), "reject_reason", counted)
    return judged.to_pandas()


def _chunks(files: list[Path], columns: list[str]) -> Iterator[pa.Table]:
    """The files' rows, about ``CHUNK_ROWS`` at a time."""
    held: list[pa.Table] = []
    for file in files:
        for batch in open_parquet(file).iter_batches(batch_size=CHUNK_ROWS, columns=columns):
            held.append(pa.Table.from_batches([batch]))
            if sum(table.num_rows for table in held) >= CHUNK_ROWS:
                yield pa.concat_tables(held)
                held = []
    if held:
        yield pa.concat_tables(held)


def judges_single_rows(check: Check) -> bool:
    """Whether an expectation says of each row by itself whether it holds, so that chunks can be counted together."""
    from great_expectations.expectations.expectation import ColumnMapExpectation, ColumnPairMapExpectation

    kind = type(expectation_of(check))
    return issubclass(kind, ColumnMapExpectation | ColumnPairMapExpectation) and check.expectation not in OF_ALL_ROWS


def _required_columns(contract: Contract) -> list[str]:
    """The columns that the contract requires, less those of which an expectation says so already."""
    full = [c for c in contract.checks if c.expectation == NOT_NULL and c.severity == "fail" and not c.min_rows]
    said = {"ds", *(c.kwargs["column"] for c in full if "mostly" not in c.kwargs)}  # ds stands in the path
    return [c.name for c in contract.columns if c.is_required and c.name not in said]


def _share(count: int, num_rows: int) -> str:
    return f"{count} of {num_rows} rows" if count else ""


@dataclass(frozen=True)
class Result:
    """What Great Expectations says of one check: counts where it judges rows, else the observed value."""

    is_met: bool
    unexpected: int = 0
    elements: int = 0
    judged: int = 0  # elements that are not null, where null ones are let pass
    mostly: float = 1.0
    observed: str = ""
    error: str = ""


def merged(parts: Iterable[Result]) -> Result:
    """One check's results on parts of the rows, as one. A share of rows (``mostly``) is that of all of them."""
    listed = list(parts)
    if len(listed) == 1:
        return listed[0]
    unexpected, judged = sum(r.unexpected for r in listed), sum(r.judged for r in listed)
    error = next((r.error for r in listed if r.error), "")
    is_met = not error and (judged == 0 or 1 - unexpected / judged >= listed[0].mostly)
    return Result(is_met, unexpected, sum(r.elements for r in listed), judged, listed[0].mostly, "", error)


def run_expectations(frame: pd.DataFrame, checks: list[Check]) -> list[Result]:
    """Validate a data frame by Great Expectations; one result a check, in order."""
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
    return [_result(check, by_position[i]) for i, check in enumerate(checks)]


def expectation_of(check: Check, position: int = 0) -> Any:
    """A contract's check as a Great Expectations object. ValueError for an unknown type or wrong arguments."""
    import great_expectations.expectations as gxe

    name = "".join(part.capitalize() for part in check.expectation.split("_"))
    kind = getattr(gxe, name, None)
    if kind is None:
        raise ValueError(f"check {check.name}: Great Expectations has no {check.expectation}")
    return kind(**check.kwargs, meta={"position": position})


def _result(check: Check, result: Any) -> Result:
    values = result.result or {}
    info = result.exception_info or {}
    if info.get("raised_exception"):
        return Result(False, error=str(info.get("exception_message", ""))[:200] or "it raised")
    elements = int(values.get("element_count") or 0)
    return Result(
        bool(result.success),
        int(values.get("unexpected_count") or 0),
        elements,
        elements - int(values.get("missing_count") or 0),
        float(check.kwargs.get("mostly", 1.0)),
        str(values.get("observed_value", "")),
    )


def _outcome(check: Check, result: Result) -> CheckOutcome:
    detail = result.error or _share(result.unexpected, result.elements) or result.observed
    return CheckOutcome(check.name, check.severity, result.is_met, detail)


def _columns_of(checks: list[Check]) -> list[str]:
    """The columns that checks speak of, sorted."""
    names = {check.kwargs.get(key) for check in checks for key in ("column", "column_A", "column_B")}
    names |= {column for check in checks for column in check.kwargs.get("column_list") or []}
    return sorted(name for name in names if name)


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
