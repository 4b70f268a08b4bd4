"""What a night costs when one product in a hundred changed, beside a full refresh of the same catalogue.

    python benchmarks/bench_incremental.py [--quick] [--products 5000]

The changed products have another title, another photo and, where they had one, another clip.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from report import Section, options, publish

from job_costs import Night, import_shop, make_champion, prepare, run_night, stop_spark
from repeats import change_shop, write_shop

from mmgen.pipeline import JOBS

WARM_UP = 20
PRODUCTS = 5_000
EVERY = 100
D1, D2 = "2026-11-01", "2026-11-02"
TRAINING = ("image_encoder", "text_encoder", "audio_encoder", "train")
BAR = 0.05

SMALL = """
[encoders.image]
schedule = {epochs = 1, min_steps = 20, max_steps = 20, batch_rows = 32, learning_rate = 3e-3}

[encoders.audio]
schedule = {epochs = 1, min_steps = 20, max_steps = 20, batch_rows = 32, learning_rate = 3e-3}

[train]
min_steps = 60
max_steps = 60
batch_rows = 16
warmup_steps = 5
checkpoint_every = 60
validate_every = 30
bootstrap_rounds = 10
"""
"""Models that are trained in a minute; they are used as any champion is."""
TINY = Path(__file__).with_name("tiny_model.toml")

NOTE = """\
{products:,} products made of real ones (benchmarks/repeats.py). *Full* is the first night, in which everything is new;
*changed* is the next one, in which one product in {every} has another title, photo and clip. Training is in neither;
both generate, check and publish by a quickly trained champion. One process and one Spark session run the jobs' own
entry points; a night of {warm_up} products starts everything before. CPU seconds of the job, the JVM and all Python
workers. *Fixed* is a night of {warm_up} products when everything is started: plans, checks, commits and look-ups that
each job does whatever the catalogue's size, the rest of its start-up. **The bar** is 5%:
{bar}.
"""


@dataclass(frozen=True)
class Measured:
    """The three nights."""

    fixed: Night
    full: Night
    changed: Night


def main() -> None:
    args = options(__doc__, ("--products", f"size of the catalogue (default {PRODUCTS})"))
    products = int(args.products or (500 if args.quick else PRODUCTS))
    prepare()
    with tempfile.TemporaryDirectory(prefix="mmgen-incremental-") as folder:
        measured = measure(Path(folder), products)
        stop_spark()
    publish(args, section_of(products, measured))


def measure(folder: Path, products: int) -> Measured:
    """Run the nights. The small shop's second one is measured: by then everything is started and trained."""
    config = folder / "small.toml"
    config.write_text(SMALL + TINY.read_text(encoding="utf-8"), encoding="utf-8")
    jobs = [job.name for job in JOBS]
    before, after = jobs[: jobs.index("train") + 1], jobs[jobs.index("train") + 1 :]

    def night(home: Path, ds: str) -> Night:
        first = run_night(home, ds, before, config)
        make_champion(home, config)
        rest = run_night(home, ds, after, config)
        return Night([cost for cost in first.costs + rest.costs if cost.job not in TRAINING])

    def shop(size: int) -> tuple[Path, Path]:
        return write_shop(folder / f"shop-{size}", size), folder / f"home-{size}"

    small, small_home = shop(WARM_UP)
    import_shop(small, small_home)
    night(small_home, D1)
    import_shop(change_shop(small, 1), small_home)
    fixed = night(small_home, D2)
    large, home = shop(products)
    import_shop(large, home)
    full = night(home, D1)
    import_shop(change_shop(large, EVERY), home)
    return Measured(fixed, full, night(home, D2))


def section_of(products: int, measured: Measured) -> Section:
    """Seconds of each job on both nights, and the share."""
    rows: list[list[object]] = []
    for full, changed, fixed in zip(measured.full.costs, measured.changed.costs, measured.fixed.costs, strict=True):
        rows.append([full.job, f"{fixed.cpu_s:.1f}", *_figures(full.cpu_s, changed.cpu_s, fixed.cpu_s)])
    full_s, changed_s, fixed_s = measured.full.cpu_s, measured.changed.cpu_s, measured.fixed.cpu_s
    rows.append(["**all**", f"{fixed_s:.1f}", *_figures(full_s, changed_s, fixed_s)])
    bars = {
        "beyond the session's start": changed_s / full_s,
        "beyond all that is fixed": (changed_s - fixed_s) / (full_s - fixed_s),
    }
    bar = "; ".join(f"{name} {share:.1%}, {'met' if share <= BAR else '**missed**'}" for name, share in bars.items())
    note = NOTE.format(products=products, every=EVERY, warm_up=WARM_UP, bar=bar)
    columns = ["CPU seconds", "fixed", "full", "changed", "share", "share beyond fixed"]
    return Section("bench_incremental", "One product in a hundred changed", note, columns, rows)


def _figures(full_s: float, changed_s: float, fixed_s: float) -> list[str]:
    beyond = f"{(changed_s - fixed_s) / (full_s - fixed_s):.1%}" if full_s > 1.5 * fixed_s else ""
    return [f"{full_s:.1f}", f"{changed_s:.1f}", f"{changed_s / full_s:.1%}", beyond]


if __name__ == "__main__":
    main()
