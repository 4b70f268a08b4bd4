"""What every job has in common: its command line, its context, its error messages."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mmgen.config.config import load_config
from mmgen.dates import parse_ds
from mmgen.engine.context import JobContext

if TYPE_CHECKING:
    from mmgen.engine.step import Outcome

log = logging.getLogger("mmgen.job")


def progress_lines(name: str, every_s: float = 10.0) -> Callable[[int, int], None]:
    """A progress callback for long work: a line every few seconds, in a log as in a terminal."""
    started = last = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= every_s or done == total:
            last = now
            left_s = (now - started) / max(done, 1) * (total - done)
            log.info("%s: %d of %d (%.0f%%), about %.0f s left", name, done, total, 100 * done / total, left_s)

    return show


def argument_parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """The options that every job takes."""
    parser = argparse.ArgumentParser(prog=f"{name}.py", description=description)
    parser.add_argument("--ds", required=True, help="logical date, YYYY-MM-DD")
    parser.add_argument("--config", help="TOML file (default: MMGEN_CONFIG, else conf/local.toml)")
    parser.add_argument("--run-id", default=os.environ.get("MMGEN_RUN_ID"), help="recorded with every commit")
    parser.add_argument(
        "--full",
        action="store_true",
        default=os.environ.get("MMGEN_FULL") == "True",
        help="refresh every product, not only those that changed",
    )
    parser.add_argument("--retry", default="", help="compute rows rejected for these reasons again, comma-separated")
    parser.add_argument("--force", action="store_true", help="train even where there is a champion (train only)")
    return parser


def is_for_a_person(error: Exception) -> bool:
    """Whether an error's message says what to do. All else is a defect, and its traceback is wanted.

    The type itself counts: Arrow's errors, wrong bytes and wrong JSON are ValueErrors by inheritance only.
    """
    return type(error) in (ValueError, FileNotFoundError) or type(error).__module__.partition(".")[0] == "mmgen"


def main(
    name: str,
    run: Callable[[JobContext], Outcome | str],
    batch_rows: int = 64,
    argv: Sequence[str] | None = None,
) -> None:
    """Parse, run, print one line, exit 0; or exit 1 with an error that says what to do."""
    arguments = argument_parser(name, run.__doc__).parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for noisy in ("py4j", "great_expectations", "alembic", "mlflow", "jieba", "petastorm"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    started = time.monotonic()
    try:
        ds = parse_ds(arguments.ds)
        reasons = [r for r in arguments.retry.split(",") if r]
        run_id = arguments.run_id or f"manual__{ds}"
        config = load_config(arguments.config)
        ctx = JobContext(name, config, ds, run_id, arguments.full, arguments.force, reasons, batch_rows)
        result = run(ctx)
        ctx.close()
    except Exception as error:
        log.debug("%s failed", name, exc_info=True)
        if not is_for_a_person(error):
            log.exception("%s failed after %.1f s", name, time.monotonic() - started)
        print(f"{name}: error: {error}", file=sys.stderr)
        sys.exit(1)
    print("; ".join([result if isinstance(result, str) else result.line(), *ctx.notes]), flush=True)
