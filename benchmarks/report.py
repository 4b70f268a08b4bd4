"""What all measurements share: their options, fair timing, intervals, and their sections of docs/BENCHMARKS.md.

from report import Section, options, publish, ratio_of

args = options(__doc__)
ratio = ratio_of(ours, theirs, rounds=5)
publish(args, Section("bench_x", "X", "how it was measured", ["case", "times"], [["plain", ratio]]))
"""

from __future__ import annotations

import argparse
import fcntl
import importlib
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "BENCHMARKS.md"
PEERS = ROOT / ".venv" / "benchmarks"
CATALOGUE = Path(os.environ.get("MMGEN_CATALOGUE", ROOT / "var" / "catalogue"))
"""The real shops' photos, texts and sounds to measure on; no part of the project."""

# A script is started from anywhere: mmgen first, and the peers last, so that none of them hides a library of the jobs
sys.path[:0] = [] if str(ROOT) in sys.path else [str(ROOT)]
sys.path += [] if str(PEERS) in sys.path else [str(PEERS)]
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(ROOT)]))


@dataclass(frozen=True)
class Ratio:
    """How many times as fast ``a`` is as ``b``: seconds of ``b`` over seconds of ``a``, the median over rounds."""

    times: float
    lowest: float  # of all rounds
    highest: float
    a_s: float  # median seconds of one call
    b_s: float

    def __str__(self) -> str:
        return f"{self.times:.2f}x ({self.lowest:.2f} to {self.highest:.2f})"


@dataclass(frozen=True)
class Interval:
    """A figure and its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True)
class Section:
    """One measurement's outcome: a table, and what a reader must know of it."""

    name: str  # of the script, without .py: it marks the section
    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


def options(description: str | None, *extra: tuple[str, str]) -> argparse.Namespace:
    """Parse the options of every measurement; ``extra``: (name, help) of further text options."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small sample, a minute at most; writes no section")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--dry-run", action="store_true", help="print, but leave docs/BENCHMARKS.md as it is")
    for name, text in extra:
        parser.add_argument(name, help=text)
    return parser.parse_args()


def catalogue(part: str) -> Path:
    """A folder of the real catalogue; ends the script with a word where there is none."""
    folder = CATALOGUE / part
    if not folder.exists():
        sys.exit(f"nothing measured: there is no {folder}; set MMGEN_CATALOGUE to the folder that has {part}/")
    return folder


def assembler() -> ModuleType:
    """The catalogue's own script, which reads numbers aloud from recorded digits and mixes in noise."""
    spec = importlib.util.spec_from_file_location("assemble", catalogue("assemble.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def peer(name: str) -> ModuleType:
    """A tool to compare with; ends the script with a word where it is not installed."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        sys.exit(f"nothing measured: {name} is not installed; `make peers` installs it")


def cpu_seconds() -> float:
    """CPU time of this process and of its children that have ended, in seconds: load from elsewhere hardly skews it."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system  # os.times() counts in hundredths


def ratio_of(
    a: Callable[[], object], b: Callable[[], object], rounds: int, clock: Callable[[], float] = cpu_seconds
) -> Ratio:
    """Time two callables, interleaved A B B A in each round so that drift hits both alike; each is warmed up once.

    ``clock``: CPU seconds, or ``time.perf_counter`` where the work is done by processes that outlive the call.
    """

    def timed(call: Callable[[], object]) -> float:
        started = clock()
        call()
        return clock() - started

    a()
    b()
    a_seconds, b_seconds, ratios = [], [], []
    for _ in range(rounds):
        seconds = [timed(call) for call in (a, b, b, a)]
        a_seconds += [seconds[0], seconds[3]]
        b_seconds += [seconds[1], seconds[2]]
        ratios.append((seconds[1] + seconds[2]) / max(seconds[0] + seconds[3], 1e-9))
    return Ratio(
        statistics.median(ratios),
        min(ratios),
        max(ratios),
        statistics.median(a_seconds),
        statistics.median(b_seconds),
    )


def bootstrap(
    values: Sequence[float] | npt.NDArray[np.float64],
    statistic: Callable[[npt.NDArray[np.float64]], float] = lambda x: float(x.mean()),
    draws: int = 1000,
    seed: int = 0,
) -> Interval:
    """A statistic of independent values with its 95% percentile-bootstrap interval (Efron 1979)."""
    array = np.asarray(values, np.float64)
    if not len(array):
        raise ValueError("no values to draw from")
    rng = np.random.default_rng(seed)
    drawn = [statistic(array[rng.integers(0, len(array), len(array))]) for _ in range(draws)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Interval(statistic(array), float(low), float(high))


def machine() -> str:
    """Cores, memory, processor and Python of this machine, in one line."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model na")]
        cpu = names[0] if names else cpu
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores of {cpu}, {memory_gib:.0f} GiB, Python {platform.python_version()}"


def commit() -> str:
    """The short hash of the checked-out commit; ``unknown`` outside a checkout."""
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table with aligned columns. ValueError for a row of another length."""
    cells = [[str(name) for name in columns], *([_cell(value) for value in row] for row in rows)]
    if any(len(row) != len(columns) for row in cells):
        raise ValueError(f"every row needs {len(columns)} cells: {', '.join(columns)}")
    widths = [max(3, *(len(row[i]) for row in cells)) for i in range(len(columns))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def _cell(value: object) -> str:
    text = f"{value:.3g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def write_section(
    name: str,
    title: str,
    note: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    page: Path = PAGE,
) -> None:
    """Replace a measurement's section of the page, or add it at the end. Two scripts may write at once."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    stamp = f"`python benchmarks/{name}.py`, {datetime.now(UTC):%Y-%m-%d}, commit {commit()}, {machine()}."
    body = "\n".join([begin, f"## {title}", "", note.strip(), "", table(columns, rows), "", stamp, end])
    page.parent.mkdir(parents=True, exist_ok=True)
    with page.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = file.read()
        if begin in text and end in text:
            text = text[: text.index(begin)] + body + text[text.index(end) + len(end) :]
        else:
            text = text.rstrip("\n") + ("\n\n" if text.strip() else "") + body + "\n"
        file.seek(0)
        file.truncate()
        file.write(text)


def publish(args: argparse.Namespace, section: Section) -> None:
    """Print the outcome; a full run writes its section of the page as well."""
    if args.json:
        facts = {"name": section.name, "title": section.title, "commit": commit(), "machine": machine()}
        rows = [dict(zip(section.columns, row, strict=True)) for row in section.rows]
        print(json.dumps({**facts, "quick": args.quick, "rows": rows}, default=_plain, ensure_ascii=False))
    else:
        print(f"{section.title}\n{section.note}\n\n{table(section.columns, section.rows)}\n{machine()}")
    if not args.quick and not args.dry_run:
        write_section(section.name, section.title, section.note, section.columns, section.rows)


def _plain(value: object) -> object:
    return dict(vars(value)) if isinstance(value, Ratio | Interval) else str(value)
