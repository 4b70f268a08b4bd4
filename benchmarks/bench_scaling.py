"""How a night's cost and memory grow with the catalogue: the same jobs at 1,000, 10,000 and 50,000 products.

    python benchmarks/bench_scaling.py [--quick] [--sizes 1000,10000,50000] [--jobs extract_products,clean_images,...]

Every size is a shop of its own (benchmarks/repeats.py), all of whose products are new to a new home: nothing is reused.
"""

from __future__ import annotations

import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

from report import Section, options, publish

from job_costs import Night, import_shop, prepare, run_night, stop_spark
from repeats import write_shop

from mmgen.pipeline import select

WARM_UP = 20
"""Products of the shop that the session is started on."""
SIZES = (1_000, 10_000, 50_000)
DS = "2026-11-01"
TRAINING = ("image_encoder", "audio_encoder", "train")
FITTED = "text_encoder"
QUICK = "[features.text_model]\niterations = 1\n"

NOTE = """\
A first night of all jobs up to `examples`, training left out (its steps are bounded, not its rows), on real photos,
titles and clips, each product's changed by its number. Word vectors are fitted in one pass, which is not counted. One
process and one Spark session run the jobs' own entry points, one size after the other; before, a night of {warm_up}
products starts everything. CPU seconds of the job, the JVM and all Python workers: other work on the machine hardly
counts. *Fixed* is what the job takes on {warm_up} products once everything is started (plans, checks, commits);
*growth* is taken beyond it, so that it flatters nothing.
**The bar**: ten times the products cost at most 10.5 times as much{bar}.

Memory is the largest resident size seen, 5 looks a second, sizes in this order in one process, so a later size cannot
look smaller than an earlier one. Spark's heap may grow to `spark.driver.memory` (3 GB) before it collects.
"""


def main() -> None:
    args = options(
        __doc__,
        ("--sizes", f"numbers of products, comma-separated (default {','.join(map(str, SIZES))})"),
        ("--jobs", "jobs, comma-separated (default: all up to examples but training)"),
    )
    default = (200, 1_000) if args.quick else SIZES
    sizes = [int(size) for size in args.sizes.split(",")] if args.sizes else list(default)
    jobs = args.jobs.split(",") if args.jobs else nightly_jobs()
    prepare()
    with tempfile.TemporaryDirectory(prefix="mmgen-scaling-") as folder:
        nights = {size: night_of(size, Path(folder), jobs) for size in (WARM_UP, *sizes)}
        fixed = night_of(WARM_UP, Path(folder), jobs)
        stop_spark()
    publish(args, section_of(sizes, nights, fixed, jobs))


def nightly_jobs() -> list[str]:
    """The night up to the training rows, without what trains."""
    return [job.name for job in select(None, "examples") if job.name not in TRAINING]


def night_of(size: int, folder: Path, jobs: list[str]) -> Night:
    """A first night of a shop of this size. What it wrote is gone afterwards."""
    shop = folder / "shop"
    # Never a folder of before: MLflow keeps a database open
    home = Path(tempfile.mkdtemp(prefix=f"home-{size}-", dir=folder))
    try:
        import_shop(write_shop(shop, size), home)
        config = folder / "quick.toml"
        config.write_text(QUICK, encoding="utf-8")
        night = run_night(home, DS, jobs, config)
        return Night([cost for cost in night.costs if cost.job != FITTED], night.peaks)
    finally:
        shutil.rmtree(shop, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def section_of(sizes: list[int], nights: dict[int, Night], fixed: Night, jobs: list[str]) -> Section:
    """Seconds per 1,000 products of each job at each size, growth from size to size, and memory."""
    columns = ["", "fixed, s", *(f"{size:,} products" for size in sizes)]
    columns += [f"growth {small:,} to {large:,}" for small, large in pairwise(sizes)]
    rows: list[list[object]] = []
    jobs = [job for job in jobs if job != FITTED]
    growths = [_growth(nights, fixed, small, large, jobs) for small, large in pairwise(sizes)]
    for job in jobs:
        rates = [f"{nights[size].of(job).cpu_s / size * 1000:.2f}" for size in sizes]
        grown = [_growth(nights, fixed, small, large, [job]) for small, large in pairwise(sizes)]
        rows.append([job, f"{fixed.of(job).cpu_s:.1f}", *rates, *(f"{times:.1f}x" for times in grown)])
    totals = [f"{nights[size].cpu_s / size * 1000:.2f}" for size in sizes]
    rows.append(
        ["**all, CPU s per 1,000**", f"{fixed.cpu_s:.1f}", *totals, *(f"**{times:.1f}x**" for times in growths)]
    )
    walls = [f"{nights[size].wall_s / size * 1000:.2f}" for size in sizes]
    empty = [""] * len(growths)
    rows.append(["all, wall s per 1,000", f"{fixed.wall_s:.1f}", *walls, *empty])
    for name, label in (
        ("driver_jvm", "Spark's JVM (driver and executor), MiB"),
        ("job", "the job's Python process, MiB"),
        ("worker", "largest Python worker, MiB"),
        ("workers", "all Python workers, MiB"),
    ):
        rows.append([label, "", *(f"{getattr(nights[size].peaks, name):,.0f}" for size in sizes), *empty])
    bars = [times <= 1.05 * large / small for times, (small, large) in zip(growths, pairwise(sizes), strict=True)]
    bar = ": met" if all(bars) else ": **missed**"
    note = NOTE.format(warm_up=WARM_UP, bar=bar)
    return Section("bench_scaling", "Ten times the products", note, columns, rows)


def _growth(nights: dict[int, Night], fixed: Night, small: int, large: int, jobs: list[str]) -> float:
    def beyond(size: int) -> float:
        return sum(nights[size].of(job).cpu_s - fixed.of(job).cpu_s for job in jobs)

    return beyond(large) / max(beyond(small), 1e-9)


if __name__ == "__main__":
    main()
