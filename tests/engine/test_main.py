"""What a job prints, and which errors show where they come from."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from mmgen.engine.context import JobContext
from mmgen.engine.inputs import MissingInputError
from mmgen.engine.main import main
from mmgen.engine.step import Outcome
from mmgen.store.checks import CheckFailedError

ERRORS = {
    "a wrong value": (ValueError("--ds 'x': a date is wanted"), False),
    "no such file": (FileNotFoundError("no file"), False),
    "a failed check": (CheckFailedError("3 checks failed"), False),
    "no input yet": (MissingInputError("run extract_products first"), False),
    "Arrow's": (pa.ArrowInvalid("cannot cast"), True),
    "wrong bytes": (UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"), True),
    "wrong JSON": (json.JSONDecodeError("bad", "{", 0), True),
    "a missing key": (KeyError("price"), True),
    "anything else": (RuntimeError("worker died"), True),
}


@pytest.mark.parametrize(("error", "is_defect"), ERRORS.values(), ids=ERRORS)
def test_a_defect_shows_where_it_is(
    home: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    is_defect: bool,
) -> None:
    def run(_: JobContext) -> str:
        """Fails."""
        raise error

    with pytest.raises(SystemExit) as ended:
        main("publish", run, argv=["--ds", "2026-11-01"])
    assert ended.value.code == 1
    assert f"publish: error: {error}" in capsys.readouterr().err
    shown = [record for record in caplog.records if record.exc_info and record.levelname == "ERROR"]
    assert bool(shown) is is_defect


def test_notes_end_the_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(ctx: JobContext) -> Outcome:
        """Does nothing."""
        ctx.notes.append("3 products are left")
        return Outcome("raw_products", ctx.ds, 0, 0)

    main("extract_products", run, argv=["--ds", "2026-11-01"])
    line = capsys.readouterr().out
    assert line.startswith("raw_products ds=2026-11-01: 0 rows") and line.endswith("; 3 products are left\n")
