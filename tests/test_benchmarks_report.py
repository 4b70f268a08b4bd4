"""The report of the measurements: fair order of timing, intervals, tables, sections that replace themselves."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from benchmarks import report

# It puts what benchmarks are compared with on the path; the other tests of this process are without it
sys.path[:] = [entry for entry in sys.path if entry != str(report.PEERS)]


def test_interleaves_and_divides() -> None:
    calls: list[str] = []
    now = [0.0]

    def call(name: str, seconds: float) -> None:
        calls.append(name)
        now[0] += seconds

    ratio = report.ratio_of(lambda: call("a", 2.0), lambda: call("b", 6.0), rounds=2, clock=lambda: now[0])
    assert "".join(calls) == "ab" + "abba" * 2
    assert (ratio.times, ratio.lowest, ratio.highest, ratio.a_s, ratio.b_s) == (3.0, 3.0, 3.0, 2.0, 6.0)
    assert str(ratio) == "3.00x (3.00 to 3.00)"


def test_bootstrap_holds_the_mean_and_repeats() -> None:
    values = np.random.default_rng(3).normal(5.0, 1.0, 400)
    interval = report.bootstrap(values)
    assert interval.low < interval.value < interval.high
    assert interval.high - interval.low == pytest.approx(4 * values.std() / 20, rel=0.25)
    assert report.bootstrap(values) == interval
    with pytest.raises(ValueError, match="no values"):
        report.bootstrap([])


def test_table_escapes_and_refuses_short_rows() -> None:
    assert report.table(["a", "b"], [["x|y", 0.12345]]).splitlines() == [
        "| a    | b     |",
        "|------|-------|",
        "| x\\|y | 0.123 |",
    ]
    with pytest.raises(ValueError, match="2 cells"):
        report.table(["a", "b"], [["x"]])


def test_a_section_replaces_itself_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Head\n")
    report.write_section("bench_one", "One", "note", ["n"], [[1]], page)
    report.write_section("bench_two", "Two", "note", ["n"], [[2]], page)
    report.write_section("bench_one", "One", "note", ["n"], [[3]], page)
    text = page.read_text()
    assert text.startswith("# Head\n") and text.count("## One") == 1 and text.count("## Two") == 1
    assert "| 3   |" in text and "| 2   |" in text and "| 1   |" not in text
    assert text.index("bench_one:end") < text.index("bench_two:begin")
    assert "python benchmarks/bench_one.py" in text and "cores" in text


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    names = [f"bench_{i}" for i in range(8)]
    threads = [
        threading.Thread(target=report.write_section, args=(name, name, "", ["n"], [[0]], page)) for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(page.read_text().count(f"<!-- {name}:begin -->") == 1 for name in names)


@pytest.mark.parametrize(("quick", "dry_run", "written"), [(False, False, 1), (True, False, 0), (False, True, 0)])
def test_only_a_full_run_writes(
    quick: bool, dry_run: bool, written: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(report, "write_section", lambda *section: seen.append(section[0]))
    ratio = report.Ratio(2.0, 1.9, 2.1, 1.0, 2.0)
    section = report.Section("bench_x", "X", "how", ["case", "times"], [["plain", ratio]])
    report.publish(argparse.Namespace(json=True, quick=quick, dry_run=dry_run), section)
    assert len(seen) == written
    assert json.loads(capsys.readouterr().out)["rows"][0]["times"]["times"] == 2.0
