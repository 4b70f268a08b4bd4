"""The whole `clean_images` job beside a bare two-process loop, Ray Data and Daft: Parquet in, Parquet out.

Every engine runs in a process of its own on two cores, warm, and calls the same function on 64 photos at a time; the
outputs are compared first, byte for byte. Runs alternate (Spark, other, other, Spark).
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from report import PEERS, ROOT, Section, options, publish

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

import photos
from mmgen.telemetry import TELEMETRY_OFF

NUM_FILES = 16
BARS = {"bare": 0.85, "ray": 1.3, "daft": 0.95}
NAMES = {"bare": "two-process loop, pyarrow", "ray": "Ray Data map_batches", "daft": "Daft, Python function"}
ENV = {"OMP_NUM_THREADS": "1", "RAY_DEDUP_LOGS": "0", "DAFT_PROGRESS_BAR": "0", "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0"}
ENV |= TELEMETRY_OFF


class Engine:
    """A running engine; ``run`` gives wall and CPU seconds (of all its processes) of one whole job."""

    def __init__(self, name: str, photos_in: Path, work: Path) -> None:
        self.name, self.work, self.count = name, work, 0
        # Daft wants a newer pyarrow than the jobs have: it and Ray see the peers' libraries first
        path = [str(PEERS), str(ROOT)] if name in ("ray", "daft") else [str(ROOT), str(PEERS)]
        command = [sys.executable, str(Path(__file__).with_name("image_job_engines.py")), name, str(photos_in)]
        self.log = (work / f"{name}.log").open("w")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            env={**os.environ, **ENV, "PYTHONPATH": os.pathsep.join(path)},
        )
        self._answer()

    def _answer(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline().strip()
        if not line:
            sys.exit(f"{self.name} ended:\n" + (self.work / f"{self.name}.log").read_text()[-2000:])
        return line

    def run(self) -> tuple[float, float]:
        assert self.process.stdin
        self.count += 1
        before = self._cpu_s()
        print(self.out, file=self.process.stdin, flush=True)
        wall_s = float(self._answer())
        return wall_s, self._cpu_s() - before

    @property
    def out(self) -> Path:
        return self.work / f"{self.name}-{self.count}"

    def _cpu_s(self) -> float:
        total = 0.0
        mine = psutil.Process(self.process.pid)
        for process in [mine, *mine.children(recursive=True)]:
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            total += times.user + times.system + times.children_user + times.children_system
        return total

    def rows(self) -> pa.Table:
        files = sorted(self.out.rglob("*.parquet"))
        tables = [pq.read_table(file) for file in files]
        names = sorted(tables[0].column_names)
        return pa.concat_tables([table.select(names) for table in tables]).sort_by("product_id")

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


def pack(folder: Path, wanted: int) -> int:
    """Photos as the job reads them: product_id, input_hash, reject_reason, data."""
    folder.mkdir()
    paths = [*photos.fashion(True), *photos.fashion(False)][:wanted]
    for number in range(NUM_FILES):
        part = paths[number::NUM_FILES]
        columns = {
            "product_id": [path.stem for path in part],
            "input_hash": [path.stem for path in part],
            "reject_reason": pa.nulls(len(part), pa.string()),
            "data": [path.read_bytes() for path in part],
        }
        pq.write_table(pa.table(columns), folder / f"{number:02}.parquet", compression="none", use_dictionary=False)
    return len(paths)


def same(one: pa.Table, other: pa.Table) -> bool:
    """Whether both have the same rows in the same columns."""
    return one.column_names == other.column_names and all(
        one.column(name).to_pylist() == other.column(name).to_pylist() for name in one.column_names
    )


def compared(spark: Engine, other: Engine, rounds: int) -> tuple[list[float], dict[str, list[float]]]:
    """Ratios of wall seconds (other over Spark) of each round, and the seconds of both."""
    found: dict[str, list[float]] = {"spark": [], "other": [], "spark CPU": [], "other CPU": []}
    ratios = []
    for _ in range(rounds):
        wall: dict[str, float] = {"spark": 0.0, "other": 0.0}
        for name, engine in (("spark", spark), ("other", other), ("other", other), ("spark", spark)):
            wall_s, cpu_s = engine.run()
            wall[name] += wall_s
            found[name].append(wall_s)
            found[f"{name} CPU"].append(cpu_s)
            shutil.rmtree(engine.out)
        ratios.append(wall["other"] / wall["spark"])
    return ratios, found


def main() -> None:
    args = options(__doc__)
    wanted, rounds = (320, 1) if args.quick else (5000, 3)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        count = pack(work / "in", wanted)
        spark = Engine("spark", work / "in", work)
        spark.run()
        expected = spark.rows()
        for name, bar in BARS.items():
            other = Engine(name, work / "in", work)
            other.run()
            equal = same(expected, other.rows())
            ratios, found = compared(spark, other, rounds)
            other.close()
            print(f"{name}: {', '.join(f'{r:.2f}x' for r in ratios)}", file=sys.stderr)
            ratio, seconds = statistics.median(ratios), {k: statistics.median(v) for k, v in found.items()}
            rows.append(
                [NAMES[name], "yes" if equal else "NO", f"{ratio:.2f}x ({min(ratios):.2f} to {max(ratios):.2f})",
                 f"{bar:.2f}x", "yes" if ratio >= bar else "NO", f"{count / seconds['spark']:.0f}",
                 f"{count / seconds['other']:.0f}", f"{seconds['other CPU'] / max(seconds['spark CPU'], 0.01):.2f}x"]
            )  # fmt: skip
        spark.close()
    note = (
        f"{count} studio photos (224 px) from Parquet through `clean_images` to Parquet; two cores, engines warm, "
        "wall seconds; all call the same function. *Spark is*: seconds of the other over those of Spark. The last "
        "column is the same ratio in CPU seconds of all processes, which other work on the machine skews less."
    )
    columns = ("beside", "outputs equal", "Spark is", "bar", "reaches", "Spark /s", "other /s", "in CPU seconds")
    publish(args, Section("bench_image_job", "The image job as a whole", note, columns, rows))


if __name__ == "__main__":
    main()
