"""Two homes of the same shop and date: is the content of every table, of the catalogue and of the models the same?

    python benchmarks/compare_homes.py HOME OTHER

For a change that should move code alone: run a night before and after it, each in a home of its own, with one run
id (``MMGEN_RUN_ID``), and compare. Clock times differ between any two runs and are left out. The recipe of
``publications`` names the catalogue, so its hashes differ between homes. Exit status 1 where anything differs.
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable

CLOCK = ("_at", "seconds")
"""Endings of columns that hold times of the clock."""


def is_compared(column: str) -> bool:
    return not column.endswith(CLOCK)


def digest(rows: list[Any]) -> str:
    """One hash of rows in any order."""
    whole = hashlib.sha256()
    for row in sorted(repr(row) for row in rows):
        whole.update(row.encode())
    return whole.hexdigest()[:16]


def table_digests(home: Path, name: str) -> dict[str, str]:
    """Each column's values beside the key, so that a difference is named by its column."""
    data = pa.table(DeltaTable(home / "tables" / name).to_pyarrow_table())
    keys = [
        data.column(key).to_pylist() for key in ("product_id", "kind", "modality", "ds") if key in data.column_names
    ]
    found = {"rows": str(data.num_rows)}
    for column in filter(is_compared, data.column_names):
        values = [hashlib.sha256(v).hexdigest() if isinstance(v, bytes) else v for v in data.column(column).to_pylist()]
        found[column] = digest(list(zip(*keys, values, strict=True)))
    return found


def catalogue_digests(home: Path) -> dict[str, dict[str, str]]:
    """Each table of the embedded catalogue."""
    found: dict[str, dict[str, str]] = {}
    with sqlite3.connect(f"file:{home / 'catalogue.db'}?mode=ro", uri=True) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            cursor = connection.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - a name of the database's own
            columns = [part[0] for part in cursor.description]
            rows = cursor.fetchall()
            kept = [i for i, column in enumerate(columns) if is_compared(column)]
            found[f"catalogue.{name}"] = {
                "rows": str(len(rows)),
                "all": digest([[row[i] for i in kept] for row in rows]),
            }
    return found


def digests(home: Path) -> dict[str, dict[str, str]]:
    """Of everything that a night leaves behind."""
    found = {path.name: table_digests(home, path.name) for path in sorted((home / "tables").iterdir())}
    found |= catalogue_digests(home)
    weights = sorted((home / "mlflow" / "artifacts").rglob("*.safetensors"))
    found["models"] = {"weights": digest([hashlib.sha256(path.read_bytes()).hexdigest() for path in weights])}
    pictures = sorted(path for path in (home / "published").rglob("*") if path.is_file())
    found["published"] = {"files": digest([(p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in pictures])}
    return found


def main(first: str, second: str) -> int:
    """Print a line a table; 0 where all are equal."""
    one, other = digests(Path(first)), digests(Path(second))
    num_unequal = 0
    for name in sorted(set(one) | set(other)):
        here, there = one.get(name, {}), other.get(name, {})
        unequal = sorted(column for column in set(here) | set(there) if here.get(column) != there.get(column))
        num_unequal += bool(unequal)
        print(f"{name:32} {here.get('rows', ''):>6} {'DIFFERS: ' + ', '.join(unequal) if unequal else 'equal'}")
    print(f"{len(set(one) | set(other))} compared, {num_unequal} differ")
    return 1 if num_unequal else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
