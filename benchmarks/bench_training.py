"""Training of the fusion model by one and by several processes: whether they are taught the same, and how fast.

    python benchmarks/bench_training.py [--quick]

The base recipe on invented products (photos, texts of 12 and 50 words, sound, attributes), a thread a process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from report import ROOT, Section, options, publish

import numpy as np

BAR_MATMUL, BAR_PAIR, BAR_LOSS = 0.35, 0.90, 1e-4
WORDS, VOCABULARY = 50, 1500
NOTE = """\
The base recipe, {rows} products, batches of 32 rows over all processes, {steps} steps, a thread each, float32, gloo.
*loss apart*: the largest relative difference of the training loss from one process's, over all steps. *of the matrix
product's rate*: model FLOPs a second over the rate of a 768 x 768 product in the same process; *CPU*: the same by the
process's CPU seconds, which load from elsewhere hardly skews. Shares are of the clock. *two alone*: two processes at
once, each by itself with half the rows; their rows are added up.

Bars: {bar_matmul} of the matrix product's rate for one process: {matmul}; two processes at {bar_pair} of two alone:
{pair}; losses within {bar_loss:g}: {loss}. This was not run on a GPU.
"""
Found = Mapping[str, Any]


def main() -> None:
    if "--worker" in sys.argv:
        work(Path(sys.argv[-2]), int(sys.argv[-1]))
        return
    args = options(__doc__)
    num_rows, steps = (200, 12) if args.quick else (2000, 120)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write(home, num_rows)
        found = {size: started(home, steps, size) for size in ((1, 2) if args.quick else (1, 2, 4))}
        alone = together(home, steps)
    apart = {size: loss_apart(found[1], one) for size, one in found.items()}
    pair = float(found[2]["samples_per_s"]) / alone
    rows: list[list[object]] = [
        [f"{size}", *shares(one), f"{apart[size]:.1e}" if size > 1 else ""] for size, one in found.items()
    ]
    rows.append(["two alone", f"{alone:.0f}", *[""] * 7])
    columns = [
        "processes",
        "rows/s",
        "of the matrix product's rate",
        "CPU",
        "model",
        "loading",
        "communication",
        "rest",
    ]
    note = NOTE.format(
        rows=num_rows, steps=steps, bar_matmul=BAR_MATMUL, bar_pair=BAR_PAIR, bar_loss=BAR_LOSS,
        matmul=verdict(found[1]["cpu_share"], BAR_MATMUL), pair=verdict(pair, BAR_PAIR),
        loss="met" if max(apart.values()) <= BAR_LOSS else "MISSED",
    )  # fmt: skip
    publish(args, Section("bench_training", "Training by several processes", note, [*columns, "loss apart"], rows))


def verdict(value: float, bar: float) -> str:
    return f"{value:.2f}, {'met' if value >= bar else 'MISSED'}"


def shares(one: Found) -> list[str]:
    names = ("share_model", "share_loading", "share_communication", "share_rest")
    parts = [f"{one[name]:.0%}" for name in names]
    return [f"{one['samples_per_s']:.0f}", f"{one['matmul_share']:.2f}", f"{one['cpu_share']:.2f}", *parts]


def loss_apart(one: Found, other: Found) -> float:
    pairs = zip(one["losses"], other["losses"], strict=True)
    return float(max(abs(a - b) / max(abs(a), 1e-9) for a, b in pairs))


def started(home: Path, steps: int, size: int) -> Found:
    """Train with ``size`` processes; what the first of them noted."""
    return ended(start(home, steps, size, f"ranks-{size}"))


def together(home: Path, steps: int) -> float:
    """Rows a second of two trainings at once, each of half the rows a step."""
    both = [start(home, steps, 1, f"alone-{number}", "16") for number in range(2)]
    return float(sum(ended(one)["samples_per_s"] for one in both))


def start(home: Path, steps: int, size: int, name: str, batch_rows: str = "32") -> tuple[subprocess.Popen[str], Path]:
    launch = [sys.executable]
    if size > 1:
        launch += ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={size}"]
    out = home / name
    out.mkdir()
    command = [*launch, str(Path(__file__).resolve()), "--worker", str(out), str(steps)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "BENCH_BATCH_ROWS": batch_rows}
    return subprocess.Popen(command, env=environment, text=True, stderr=subprocess.PIPE), out


def ended(run: tuple[subprocess.Popen[str], Path]) -> Found:
    process, out = run
    _, words = process.communicate()
    if process.returncode:
        sys.exit(f"{out.name} failed: {words[-2000:]}")
    found: Found = json.loads((out / "found.json").read_text(encoding="utf-8"))
    return found


def work(out: Path, steps: int) -> None:
    """One process: trains, and the first one notes what was logged."""
    from mmgen.config.training import TrainParams
    from mmgen.training.data.snapshot import take_snapshots
    from mmgen.training.distributed.group import process_group
    from mmgen.training.fusion import loop
    from mmgen.training.fusion.texts import collect

    loop.LOG_EVERY = 1
    params = TrainParams(
        batch_rows=int(os.environ["BENCH_BATCH_ROWS"]), min_steps=steps, max_steps=steps, num_threads=1,
        min_token_count=1, checkpoint_every=steps, validate_every=steps, timeout_s=600,
    )  # fmt: skip
    data = take_snapshots([str(out.parent / "shop.parquet")], loop.SPLITS)
    texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
    last: dict[str, float] = {}
    losses: list[float] = []
    marks: list[tuple[int, float]] = []

    def note(metrics: Mapping[str, float], step: int) -> None:
        last.update(metrics)
        if "train_loss" in metrics:
            losses.append(metrics["train_loss"])
            marks.append((step, time.process_time()))

    with process_group(params.timeout_s) as ranks:
        loop.train(data, texts, out, params, 7, ranks, on_metrics=note)
    if not ranks.is_first:
        return
    # The second half: the critic has set in, and every kind of step was counted before
    half = marks[len(marks) // 2 :]
    cpu_s = (half[-1][1] - half[0][1]) / (half[-1][0] - half[0][0])
    flop = last["model_gflop_per_s"] * 1e9 * params.batch_rows / last["samples_per_s"]
    found = {**last, "losses": losses, "cpu_share": flop / cpu_s / cpu_rate()}
    (out / "found.json").write_text(json.dumps(found), encoding="utf-8")


def cpu_rate() -> float:
    """FLOP a CPU second of the matrix product that ``Meter`` goes by."""
    import torch

    size, seconds = 768, []
    one = torch.full((size, size), 0.5)
    for _ in range(30):
        started = time.process_time()
        torch.mm(one, one)
        seconds.append(time.process_time() - started)
    return float(2 * size**3 / min(seconds))


def write(home: Path, num_rows: int) -> None:
    """Products with gaps, as ``examples`` has them: one in five without a photo, half without sound."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    generator = np.random.default_rng(7)
    splits = np.where(np.arange(num_rows) % 10 == 9, "validation", "train").tolist()
    coarse = generator.integers(0, 255, (num_rows, 8, 8, 3), np.uint8)
    photos = [coarse[i].repeat(8, axis=0).repeat(8, axis=1).tobytes() if i % 5 else None for i in range(num_rows)]
    floats = pa.list_(pa.float32())
    columns = {
        "product_id": [f"p{i}" for i in range(num_rows)],
        "locale": ["en"] * num_rows,
        "category": pa.array([["Shirts"]] * num_rows),
        "attributes": pa.array([[("colour", "red")]] * num_rows, pa.map_(pa.string(), pa.string())),
        "pixels": pa.array(photos, pa.binary()),
        "text_embedding": pa.array(list(generator.normal(size=(num_rows, 256)).astype(np.float32) / 16), floats),
        "audio_embedding": pa.array([generator.normal(size=128) if i % 2 else None for i in range(num_rows)], floats),
        "attribute_ids": pa.array([[i % 40, 50 + i % 7] for i in range(num_rows)], pa.list_(pa.int32())),
        "group_id": [f"g{i}" for i in range(num_rows)],
        "split": splits,
        "reject_reason": pa.array([None] * num_rows, pa.string()),
    }
    pq.write_table(pa.table(columns), home / "shop.parquet", row_group_size=500)


def targets(row: Mapping[str, Any]) -> Any:
    """A description and an ad line of words as frequent as a language's."""
    from mmgen.models.text.sentences import TextTargets

    generator = np.random.default_rng(int(row["product_id"][1:]))
    words: Sequence[str] = [f"w{word}" for word in generator.zipf(1.3, WORDS) % VOCABULARY]
    texts = [["<bos:description:en>", *words, "."], ["<bos:ad_copy:en>", *words[:12], "!"]]
    return TextTargets(texts, [frozenset({"<colour>"})] * 2, "one")


if __name__ == "__main__":
    main()
