"""Contracts: what each dataset promises, read from ``schemas/<name>.yaml`` (Open Data Contract Standard v3).

One file gives the Arrow schema, the Spark schema, the Great Expectations suite and the documentation page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from open_data_contract_standard.model import OpenDataContractStandard, SchemaProperty

from mmgen.config.params import nearest
from mmgen.pipeline import JOBS
from mmgen.rejects import RejectReason
from mmgen.resources import ROOT

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

SCHEMAS = ROOT / "schemas"
LINEAGE = ("ds", "input_hash", "config_hash", "content_hash", "reject_reason")
"""Columns that every dataset has besides its keys and its own."""

SCALARS: dict[str, pa.DataType] = {
    "string": pa.string(),
    "binary": pa.binary(),
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
}


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, its unit, whether it is a key, whether its bytes are a picture or sound to export."""

    name: str
    type: pa.DataType
    physical: str
    description: str
    unit: str | None
    is_key: bool
    is_required: bool
    is_media: bool


@dataclass(frozen=True)
class Check:
    """One expectation. ``severity`` is ``fail`` (stops the commit) or ``warn`` (is reported).

    ``min_rows``: below so many rows a share says nothing, and the check is skipped: one bad row of three
    must not stop a night. ``besides``: the reject reason that this check does not count, since it is counted where the
    input was rejected: a shop whose photos cannot be fetched still gets its texts.
    """

    name: str
    expectation: str
    kwargs: dict[str, Any]
    severity: str
    min_rows: int = 0
    description: str = ""
    besides: str = ""


@dataclass(frozen=True)
class Contract:
    """The promise of one dataset."""

    name: str
    version: str
    description: str
    owner: str
    grain: str
    columns: tuple[Column, ...]
    checks: tuple[Check, ...]
    is_media: bool

    @property
    def keys(self) -> list[str]:
        """The key columns: one row a key a ``ds``."""
        return [c.name for c in self.columns if c.is_key]

    @property
    def own_columns(self) -> list[str]:
        """What a transform gives, in order: neither keys nor lineage."""
        return [c.name for c in self.columns if not c.is_key and c.name not in LINEAGE]

    @property
    def arrow_schema(self) -> pa.Schema:
        """The table's schema, ``ds`` included."""
        return pa.schema([pa.field(c.name, c.type, metadata=_metadata(c)) for c in self.columns])

    @property
    def file_schema(self) -> pa.Schema:
        """The schema of the Parquet files: ``ds`` stands in their path instead."""
        return pa.schema([pa.field(c.name, c.type) for c in self.columns if c.name != "ds"])

    @property
    def spark_schema(self) -> StructType:
        """The Spark schema of the Parquet files."""
        from pyspark.sql.pandas.types import from_arrow_schema

        return from_arrow_schema(self.file_schema)


def _metadata(column: Column) -> dict[str, str]:
    return {"unit": column.unit} if column.unit else {}


def arrow_type(physical: str, where: str) -> pa.DataType:
    """``string``, ``list<float>``, ``map<string,string>`` ... as an Arrow type. ValueError for anything else."""
    text = physical.replace(" ", "")
    if text in SCALARS:
        return SCALARS[text]
    if text.startswith("list<") and text.endswith(">"):
        return pa.list_(arrow_type(text[5:-1], where))
    if text.startswith("map<") and text.endswith(">") and text.count(",") == 1:
        key, value = text[4:-1].split(",")
        return pa.map_(arrow_type(key, where), arrow_type(value, where))
    raise ValueError(f"{where}: unknown physicalType {physical!r}.{nearest(physical, [*SCALARS, 'list<float>'])}")


def parse_contract(path: Path) -> Contract:
    """Read one contract file. ValueError with the file's name where it is not a valid contract."""
    document = OpenDataContractStandard.from_file(str(path))
    if not document.schema_ or len(document.schema_) != 1:
        raise ValueError(f"{path.name}: a contract holds exactly one schema object")
    table = document.schema_[0]
    properties = table.properties or []
    checks = [_check(q, f"{path.name}: {table.name}") for q in table.quality or []]
    for prop in properties:
        checks += [_check(q, f"{path.name}: {prop.name}") for q in prop.quality or []]
    columns = tuple(_column(p, path.name) for p in properties)
    missing = [c for c in LINEAGE if c not in [column.name for column in columns]]
    if missing or not any(c.is_key for c in columns):
        raise ValueError(f"{path.name}: needs a primaryKey and the columns {', '.join(missing) or 'of the lineage'}")
    purpose = document.description.purpose if document.description else ""
    return Contract(
        name=str(table.name),
        version=str(document.version),
        description=(purpose or "").strip(),
        owner=str(getattr(document.team, "name", None) or "data-engineering"),
        grain=(table.dataGranularityDescription or "").strip(),
        columns=columns,
        checks=tuple(checks),
        is_media=bool(_custom(table).get("isMedia", False)),
    )


def _custom(owner: Any) -> dict[str, Any]:
    return {p.property: p.value for p in (owner.customProperties or [])}


def _check(quality: Any, where: str) -> Check:
    rule = quality.implementation
    if quality.engine != "greatExpectations" or not isinstance(rule, dict) or "type" not in rule:
        raise ValueError(f"{where}: a check needs engine: greatExpectations and implementation: {{type, kwargs}}")
    severity = quality.severity or "fail"
    if severity not in ("fail", "warn"):
        raise ValueError(f"{where}: severity {severity!r} of {rule['type']}: use fail or warn")
    kwargs = dict(rule.get("kwargs") or {})
    if kwargs.get("column") == "reject_reason" and kwargs.get("value_set") == "reject_reasons":
        kwargs["value_set"] = [str(r) for r in RejectReason]
    custom = _custom(quality)
    return Check(
        name=quality.name or rule["type"],
        expectation=rule["type"],
        kwargs=kwargs,
        severity=severity,
        min_rows=int(custom.get("minRows", 0)),
        besides=str(custom.get("besides", "")),
        description=(quality.description or "").strip(),
    )


def _column(prop: SchemaProperty, where: str) -> Column:
    name, custom = prop.name or "", _custom(prop)
    return Column(
        name=name,
        type=arrow_type(prop.physicalType or "", f"{where}.{name}"),
        physical=prop.physicalType or "",
        description=(prop.description or "").strip(),
        unit=custom.get("unit"),
        is_key=bool(prop.primaryKey),
        is_required=bool(prop.required),
        is_media=prop.physicalType == "binary" and bool(custom.get("isMedia", True)),
    )


@cache
def contract(name: str) -> Contract:
    """The contract of a dataset. ValueError naming the nearest one where there is none of that name."""
    path = SCHEMAS / f"{name}.yaml"
    if not path.is_file():
        raise ValueError(f"no dataset {name!r}.{nearest(name, dataset_names())}")
    return parse_contract(path)


def dataset_names() -> list[str]:
    """The names of all datasets that have a contract."""
    return sorted(p.stem for p in SCHEMAS.glob("*.yaml"))


def datasets_in_order() -> list[str]:
    """The same in the order in which a night makes them."""
    names = dataset_names()
    return [job.output for job in JOBS if job.output in names]


def documentation(item: Contract) -> str:
    """The documentation page of a dataset, Markdown: generated, and compared in a test."""
    lines = [f"# {item.name}", "", item.description, ""]
    lines += [f"Version {item.version} · owner: {item.owner} · grain: {item.grain}", ""]
    lines += ["| column | type | unit | key | what it is |", "|---|---|---|---|---|"]
    for c in item.columns:
        kind = c.physical.replace("|", "\\|")
        lines.append(f"| `{c.name}` | {kind} | {c.unit or ''} | {'yes' if c.is_key else ''} | {c.description} |")
    lines += ["", "| check | severity | from rows | what it means |", "|---|---|---|---|"]
    for check in item.checks:
        lines.append(f"| {check.name} | {check.severity} | {check.min_rows or ''} | {check.description} |")
    lines += ["", f"*Generated from `schemas/{item.name}.yaml` by `mmgen docs`; edit the contract instead.*", ""]
    return "\n".join(lines)
