"""Signs of life: which errors another attempt would meet again, and that nobody watches where nobody asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mmgen.launch.life import FAILED, LIFE_FOLDER, STEP_LIMIT_S, SUPERVISOR, signs_of_life
from mmgen.services.processes import snapshot

ERRORS = {
    "a wrong value": (ValueError("no such column"), "ValueError: no such column"),
    "a defect": (KeyError("pixels"), "KeyError: 'pixels'"),
    "a missing file": (FileNotFoundError("weights.h5"), "FileNotFoundError: weights.h5"),
    "what is not written yet": (NotImplementedError("nll"), "NotImplementedError: nll"),
    "a peer is gone": (RuntimeError("Connection closed by peer"), None),
    "memory": (MemoryError(), None),
    "a disk": (OSError(28, "No space left on device"), None),
}


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """As a process finds its environment, with this one as the watch; it isn't to end with pytest's parent."""
    monkeypatch.setattr("mmgen.launch.life.end_with_parent", lambda: None)
    me = f"{os.getpid()} {snapshot()[os.getpid()].started}"
    return {LIFE_FOLDER: str(tmp_path), STEP_LIMIT_S: "60", SUPERVISOR: me, "LOCAL_RANK": "3"}


@pytest.mark.parametrize(("error", "said"), ERRORS.values(), ids=ERRORS)
def test_an_error_that_would_come_again_is_written_down(
    watched: dict[str, str], tmp_path: Path, error: Exception, said: str | None
) -> None:
    with pytest.raises(type(error)), signs_of_life(watched):
        assert (tmp_path / "rank-3").read_text() == str(os.getpid())
        raise error
    failed = tmp_path / FAILED
    assert (failed.read_text() if failed.exists() else None) == said
    assert not (tmp_path / "rank-3").exists()


def test_one_whose_watch_is_gone_does_not_begin(watched: dict[str, str], tmp_path: Path) -> None:
    gone = watched | {SUPERVISOR: f"{os.getpid()} of another boot"}
    with pytest.raises(RuntimeError, match="whoever watches this process is gone"), signs_of_life(gone):
        pytest.fail("it began")
    assert list(tmp_path.iterdir()) == []


def test_without_a_watch_a_step_is_only_a_step() -> None:
    with signs_of_life({}) as step:
        step(1, 2)
