"""Signs of life: what a process of a training tells the one that watches it. Light: imports no torch.

Each process has a file in a folder that ``LIFE_FOLDER`` names; its time is renewed while the process works. An error
that another attempt would meet again is written down, so that none is made.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mmgen.services.processes import Tree, end_with_parent, is_alive

LIFE_FOLDER = "MMGEN_LIFE_FOLDER"
STEP_LIMIT_S = "MMGEN_STEP_LIMIT_S"
SUPERVISOR = "MMGEN_SUPERVISOR"
"""Variables: the folder of the signs, the seconds after which a step that is not done hangs, and who watches: number
and start of a process."""
FAILED = "failed"
"""File of the folder with the error that ended a process for good."""
BEAT_S = 0.5
PASSING = (RuntimeError, OSError, MemoryError)
STAYING = (FileNotFoundError, NotImplementedError)
Step = Callable[[int, int], None]


@contextmanager
def signs_of_life(environment: Mapping[str, str] = os.environ) -> Iterator[Step]:
    """Within, this process gives signs of life, if somebody watches. Yields what is to be called after every step, with
    the steps done and the steps in all.

    Before the first step and after the last one the process counts as alive as long as its threads run; between them
    only while steps come in time.
    """
    if LIFE_FOLDER not in environment:
        yield lambda _done, _total: None
        return
    end_with_parent()
    if _is_left_behind(environment[SUPERVISOR]):
        raise RuntimeError("whoever watches this process is gone")
    pulse = _Pulse(Path(environment[LIFE_FOLDER]), environment.get("LOCAL_RANK", "0"), environment[STEP_LIMIT_S])
    try:
        yield pulse.step
    except Exception as error:
        if not _may_pass(error):
            pulse.fail(error)
        raise
    finally:
        pulse.end()


def _is_left_behind(supervisor: str) -> bool:
    """Whether the one that watches died before the kernel was asked to tell."""
    pid, _, started = supervisor.partition(" ")
    return not is_alive(Tree(int(pid), started, ""))


class _Pulse:
    """Renews the time of a file from a thread of its own."""

    def __init__(self, folder: Path, number: str, step_limit_s: str) -> None:
        self._file, self._failed = folder / f"rank-{number}", folder / FAILED
        self._file.write_text(str(os.getpid()), encoding="ascii")
        self._limit_s = float(step_limit_s)
        self._last_step: float | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="signs of life", daemon=True)
        self._thread.start()

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            begun = self._last_step
            if begun is None or time.monotonic() - begun < self._limit_s:
                os.utime(self._file)

    def step(self, done: int, total: int) -> None:
        """A step is done; after the last one nothing bounds what follows."""
        self._last_step = None if done == total else time.monotonic()

    def fail(self, error: Exception) -> None:
        """Write the error down."""
        self._failed.write_text(f"{type(error).__name__}: {error}", encoding="utf-8")

    def end(self) -> None:
        """No more signs."""
        self._over.set()
        self._thread.join()
        self._file.unlink(missing_ok=True)


def _may_pass(error: Exception) -> bool:
    """Whether the same again may go well: a peer that is gone, memory, a disk. A wrong value or a missing file stay."""
    return isinstance(error, PASSING) and not isinstance(error, STAYING)
