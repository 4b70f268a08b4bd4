"""A time limit for what a worker does with rows: one that never ends must not hold the night."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TooSlowError(BaseException):
    """The time is over. No ``Exception``: a transform that catches those of a row must not catch this."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Run a block for at most ``seconds``, then raise ``TooSlowError`` in it; patterns (``re``) are left, too.

    Without effect outside of a process's main thread, and where an alarm is set already. A library's own code is
    interrupted only once it comes back.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getitimer(signal.ITIMER_REAL)[0] > 0:
        yield
        return
    before = signal.signal(signal.SIGALRM, _raise)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _raise(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError
