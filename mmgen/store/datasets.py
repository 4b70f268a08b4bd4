"""Datasets: Delta tables written by write-audit-publish. The only file that imports deltalake.

Executors write plain Parquet under ``ds=<D>/<attempt>/``; nobody sees it. After the checks, the driver commits one
Delta transaction that adds those files and removes the partition's earlier ones. A crash at any moment leaves the
old partition whole.
"""

from __future__ import annotations

import json
import logging
import shutil
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError
from deltalake.transaction import AddAction, CommitProperties, RemoveAction

from mmgen.hashes import sha256_of
from mmgen.store.as_of import date_of, index_of, newest_places, newest_rows, rows_at
from mmgen.store.contracts import Contract, contract
from mmgen.store.parquet import open_parquet

log = logging.getLogger(__name__)

READ_BATCH_ROWS = 65_536
MEDIA_BATCH_ROWS = 64  # of photos of up to some MB each
COMMIT_TRIES = 8
ABANDONED_AFTER_S = 24 * 3600
"""An attempt folder that the log does not know and that is older than any task's time-out was left by a crash."""


class ContractBrokenError(ValueError):
    """Staged files do not have the columns and types that the contract promises."""


@dataclass(frozen=True)
class Commit:
    """One entry of a dataset's history."""

    version: int
    timestamp_ms: int
    metadata: dict[str, str]


@dataclass(frozen=True)
class Partition:
    """One committed ``ds``."""

    ds: str
    num_rows: int
    num_bytes: int
    attempt: str


class Dataset:
    """A named Delta table under ``<home>/tables``. Every call opens a fresh handle: no stale snapshots."""

    def __init__(self, name: str, home: Path) -> None:
        self.name = name
        self.contract: Contract = contract(name)
        self.path = home / "tables" / name

    def exists(self) -> bool:
        """Whether anything was ever committed."""
        return DeltaTable.is_deltatable(str(self.path))

    def version(self) -> int:
        """The table's newest version, -1 where there is none."""
        return int(DeltaTable(str(self.path)).version()) if self.exists() else -1

    def _adds(self) -> list[dict[str, Any]]:
        if not self.exists():
            return []
        rows: list[dict[str, Any]] = pa.table(DeltaTable(str(self.path)).get_add_actions(flatten=True)).to_pylist()
        return sorted(rows, key=lambda row: str(row["path"]))

    def partitions(self) -> list[Partition]:
        """The committed partitions, oldest first."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self._adds():
            found.setdefault(row["partition.ds"], []).append(row)
        return [
            Partition(
                ds,
                sum(int(r["num_records"] or 0) for r in rows),
                sum(int(r["size_bytes"]) for r in rows),
                _attempt_of(rows[0]["path"]),
            )
            for ds, rows in sorted(found.items())
        ]

    def files(
        self,
        ds: list[str] | None = None,
        until: str | None = None,
        before: str | None = None,
        after: str | None = None,
    ) -> list[str]:
        """Absolute paths of the committed files: of given partitions; up to, ``before`` or ``after`` a date."""

        def wanted(value: str) -> bool:
            bounds = (until is None or value <= until, before is None or value < before, after is None or value > after)
            return (ds is None or value in ds) and all(bounds)

        return [str(self.path / row["path"]) for row in self._adds() if wanted(row["partition.ds"])]

    def fingerprint(self, until: str | None = None, before: str | None = None) -> str:
        """What the dataset says up to a date, as a hash: file names are unique, so equal names are equal rows.

        Names below the table's folder, so that a home that is moved or restored elsewhere counts as unchanged.
        """
        files = [str(Path(file).relative_to(self.path)) for file in self.files(until=until, before=before)]
        return sha256_of("\n".join(sorted(files)))[:16]

    def scan(self, files: list[str]) -> pads.Dataset:
        """The files as a pyarrow dataset, ``ds`` as a column."""
        hive = pads.partitioning(pa.schema([("ds", pa.string())]), flavor="hive")
        schema = pa.schema([*self.contract.file_schema, pa.field("ds", pa.string())])
        return pads.dataset(
            files, schema=schema, format="parquet", partitioning=hive, partition_base_dir=str(self.path)
        )

    def batches(self, files: list[str], columns: list[str], batch_rows: int = 512) -> Iterator[pa.RecordBatch]:
        """Stream chosen columns of chosen files; memory stays bounded by the batch."""
        if files:
            yield from self.scan(files).to_batches(
                columns=columns, batch_size=batch_rows, batch_readahead=1, fragment_readahead=1
            )

    def newest(
        self,
        columns: list[str],
        until: str | None = None,
        before: str | None = None,
        only: Collection[str] | None = None,
    ) -> pa.Table:
        """The newest row of each key at or before ``until``, or before ``before`` (``mmgen.store.as_of``), and ``ds``.

        ``only`` the rows of these products. The rows are held in memory: small columns, or few products. Of rows that
        a newer one replaced, no more than the keys are.
        """
        keys = self.contract.keys
        wanted = list(dict.fromkeys([*keys, "ds", *columns]))
        files = self.files(until=until, before=before)
        if only is None and len({date_of(file) for file in files}) == 1:
            return self.scan(files).to_table(columns=wanted)
        schema = pa.schema([self.contract.arrow_schema.field(name) for name in wanted])
        has_media = any(column.is_media and column.name in wanted for column in self.contract.columns)
        batch_rows = MEDIA_BATCH_ROWS if has_media else READ_BATCH_ROWS
        parts = [schema.empty_table()]
        for path, rows in newest_places(files, keys, only).items():
            with open_parquet(path) as file:
                stored = [name for name in wanted if name in file.schema_arrow.names]
                table = rows_at(file, rows, stored, batch_rows)
            table = table.append_column("ds", pa.array([date_of(path)] * len(table), pa.string()))
            parts.append(_with_schema(table, schema))
        return pa.concat_tables(parts)

    def places(self, product_ids: Collection[str], until: str) -> pa.Table:
        """The keys of a few products, each with the ``ds`` of its newest row at or before ``until``."""
        keys = self.contract.keys
        return newest_rows(index_of(self.files(until=until), keys, product_ids), keys).select([*keys, "ds"])

    # --- writing -----------------------------------------------------------------------------------------------

    def stage(self, ds: str) -> Path:
        """A new attempt folder for a partition. Its files are invisible until committed."""
        attempt = self.path / f"ds={ds}" / f"attempt-{uuid.uuid4().hex[:12]}"
        attempt.mkdir(parents=True)
        return attempt

    def staged_files(self, attempt: Path) -> list[Path]:
        """The Parquet files of an attempt, checked against the contract. ContractBrokenError where they differ."""
        files = sorted(attempt.glob("*.parquet"))
        want = {field.name: field.type for field in self.contract.file_schema}
        for file in files:
            have = {field.name: _plain(field.type) for field in pq.read_schema(file)}
            if have != {name: _plain(kind) for name, kind in want.items()}:
                changed = sorted({n for n in have.keys() | want.keys() if have.get(n) != _plain(want.get(n))})
                raise ContractBrokenError(
                    f"{self.name}: staged columns differ from schemas/{self.name}.yaml: {', '.join(changed)}"
                )
        return files

    def commit(self, ds: str, attempt: Path, metadata: Mapping[str, str]) -> int:
        """Replace the partition by the attempt's files in one transaction; returns the table's version.

        Two writers of one partition: the later commit wins and its rows alone stay. Delta-rs accepts two blind
        overwrites that were prepared from one snapshot and then keeps both sets of files, so the partition is looked
        at again afterwards, and files of attempts other than the winner's are removed.
        """
        adds = [self._add_action(ds, file) for file in self.staged_files(attempt)]
        properties = {**metadata, "ds": ds, "attempt": attempt.name}
        self._ensure_table()
        self._transact(adds, "overwrite", [("ds", "=", ds)], properties)
        self._settle(ds)
        self._sweep(ds)
        return self.version()

    def note(self, ds: str, metadata: Mapping[str, str]) -> int:
        """Record a run that found the partition as it should be: a commit without files."""
        self._ensure_table()
        self._transact([], "append", None, {**metadata, "ds": ds, "attempt": ""})
        return self.version()

    def discard(self, attempt: Path) -> None:
        """Drop a staged attempt that will not be committed."""
        shutil.rmtree(attempt, ignore_errors=True)

    def history(self, limit: int | None = None) -> list[Commit]:
        """The commits, newest first, with the metadata that jobs wrote (run, code version, counts, inputs)."""
        if not self.exists():
            return []
        rows = DeltaTable(str(self.path)).history(limit)
        return [
            Commit(int(r["version"]), int(r["timestamp"]), {k: str(v) for k, v in r.items() if k not in _DELTA_KEYS})
            for r in rows
        ]

    def last_commit(self, ds: str) -> Commit | None:
        """The newest commit about a partition."""
        return next((c for c in self.history() if c.metadata.get("ds") == ds), None)

    def is_run_after(self, ds: str) -> bool:
        """Whether a later date has been run, be it without rows."""
        noted = (commit.metadata.get("ds", "") for commit in self.history())
        return any(value > ds for value in (*(p.ds for p in self.partitions()), *noted))

    def vacuum(self, retention_hours: int, is_dry_run: bool = False) -> list[str]:
        """Delete files that no version within the retention needs, and those that crashed attempts left."""
        if not self.exists():
            return []
        table = DeltaTable(str(self.path))
        return list(table.vacuum(retention_hours, is_dry_run, enforce_retention_duration=False, full=True))

    def _ensure_table(self) -> None:
        if not self.exists():
            schema = pa.schema([pa.field(f.name, f.type) for f in self.contract.arrow_schema])
            DeltaTable.create(
                str(self.path),
                schema=schema,
                partition_by=["ds"],
                mode="ignore",
                name=self.name,
                description=self.contract.description,
                configuration={"delta.deletedFileRetentionDuration": "interval 30 days"},
            )

    def _add_action(self, ds: str, file: Path) -> AddAction:
        stat = file.stat()
        rows = pq.read_metadata(file).num_rows
        stats = json.dumps({"numRecords": rows})
        path = str(file.relative_to(self.path))
        return AddAction(path, stat.st_size, {"ds": ds}, int(stat.st_mtime * 1000), True, stats)

    def _transact(
        self, actions: list[Any], mode: str, filters: list[tuple[str, str, str]] | None, properties: Mapping[str, str]
    ) -> None:
        for attempt in range(COMMIT_TRIES):
            table = DeltaTable(str(self.path))
            try:
                table.create_write_transaction(
                    actions,
                    mode,
                    table.schema(),
                    ["ds"],
                    filters,
                    commit_properties=CommitProperties(custom_metadata=dict(properties), max_commit_retries=0),
                )
            except CommitFailedError:
                if attempt == COMMIT_TRIES - 1:
                    raise
                time.sleep(0.05 * 2**attempt)
                continue
            return

    def _settle(self, ds: str) -> None:
        for _ in range(COMMIT_TRIES):
            rows = [r for r in self._adds() if r["partition.ds"] == ds]
            attempts = {_attempt_of(r["path"]) for r in rows}
            if len(attempts) < 2:
                return
            order = [c.metadata.get("attempt") for c in self.history() if c.metadata.get("ds") == ds]
            winner = next(a for a in order if a in attempts)
            losers = [r for r in rows if _attempt_of(r["path"]) != winner]
            log.warning("%s ds=%s: two writers; keeping the later one's rows (%s)", self.name, ds, winner)
            removes = [_remove_action(r) for r in losers]
            try:
                self._transact(removes, "append", None, {"settled": ds})
            except CommitFailedError:
                continue  # the other writer settles it at this moment: look again
        raise RuntimeError(f"{self.name} ds={ds}: could not settle on one writer's rows; run the job again")

    def _sweep(self, ds: str) -> None:
        """Remove attempt folders that a crash left: unknown to the log and a day old."""
        # Entries older than the log's retention stand in a checkpoint alone: what is live counts in any case.
        known = {_attempt_of(path) for path in self._log_paths() | {str(row["path"]) for row in self._adds()}}
        for folder in (self.path / f"ds={ds}").glob("attempt-*"):
            if folder.name not in known and time.time() - folder.stat().st_mtime > ABANDONED_AFTER_S:
                self.discard(folder)

    def _log_paths(self) -> set[str]:
        """Every path that any version of the log named: time travel may still need it."""
        paths: set[str] = set()
        for file in (self.path / "_delta_log").glob("*.json"):
            for line in file.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                paths |= {entry[kind]["path"] for kind in ("add", "remove") if kind in entry}
        return paths


_DELTA_KEYS = {
    "version",
    "timestamp",
    "operation",
    "operationParameters",
    "operationMetrics",
    "engineInfo",
    "clientVersion",
    "readVersion",
    "isBlindAppend",
}


def _attempt_of(path: str) -> str:
    """``ds=2026-11-01/attempt-x/part.parquet`` -> ``attempt-x``."""
    return path.split("/")[1]


def _with_schema(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table's columns of these names and types; null where it was written before a column was added."""
    columns = [
        table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _plain(kind: pa.DataType | None) -> str:
    """A type's name without what differs between writers (names and nullability of list items)."""
    if kind is None:
        return "none"
    if pa.types.is_list(kind):
        return f"list<{_plain(kind.value_type)}>"
    if pa.types.is_map(kind):
        return f"map<{_plain(kind.key_type)},{_plain(kind.item_type)}>"
    return str(kind)


def _remove_action(row: Mapping[str, Any]) -> RemoveAction:
    return RemoveAction(
        path=row["path"],
        data_change=True,
        deletion_timestamp=int(time.time() * 1000),
        partition_values={"ds": row["partition.ds"]},
        size=int(row["size_bytes"]),
    )
