"""Tells from their signs of life whether processes work, hang or have failed for good."""

from __future__ import annotations

import os
import time
from pathlib import Path

from mmgen.config.launch import LaunchParams
from mmgen.launch.life import FAILED


class Watch:
    """Looks at the folder of the signs, again and again. Clocks of files are compared with themselves alone."""

    def __init__(self, folder: Path, params: LaunchParams) -> None:
        self._folder, self._params = folder, params
        self._seen: dict[tuple[str, int], tuple[int, float]] = {}
        self._last_alive = time.monotonic()

    def failure(self) -> str | None:
        """The error that another attempt would meet again, None where there is none."""
        file = self._folder / FAILED
        return file.read_text(encoding="utf-8") or None if file.exists() else None

    def hangs(self) -> str | None:
        """Which process hangs and for how long, in words; None while all work."""
        now = time.monotonic()
        signs = {sign.name: found for sign in self._folder.glob("rank-*") if (found := _read(sign))}
        for name, (pid, renewed) in signs.items():
            before = self._seen.get((name, pid))
            if before is None or before[0] != renewed:
                self._seen[name, pid] = (renewed, now)
            elif now - before[1] > self._params.stalled_s:
                return f"{name} (process {pid}) has given no sign of life for {now - before[1]:.0f} s"
        if signs:
            self._last_alive = now
        elif now - self._last_alive > self._params.begin_limit_s:
            return f"no process has given a sign of life for {now - self._last_alive:.0f} s"
        return None


def _read(sign: Path) -> tuple[int, int] | None:
    """Process number and time of a sign; None of one whose process is gone: whoever started it sees that by itself."""
    try:
        pid, renewed = int(sign.read_text(encoding="ascii") or 0), sign.stat().st_mtime_ns
        os.kill(pid, 0)
    except (OSError, ValueError):
        return None
    return (pid, renewed) if pid else None
