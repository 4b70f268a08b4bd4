"""Starts a training's processes, starts them again where they hang, and ends all of them when it is ended itself."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mmgen.config.launch import LaunchParams
from mmgen.launch.launcher import Launcher, Start
from mmgen.launch.life import LIFE_FOLDER, STEP_LIMIT_S, SUPERVISOR
from mmgen.launch.watch import Watch
from mmgen.services.night import Interrupts, interruptible
from mmgen.services.processes import snapshot, start_tree, stop_tree

INTERRUPTED = 130
"""Exit status where a signal ended it, or whoever started it is gone."""
TORCHRUN_FOLDER = "PET_LOG_DIR"
"""Variable that torchrun takes for a folder of its own, which it would leave behind in /tmp."""
TICK_S = 0.2
GRACE_S, ELSEWHERE_GRACE_S = 3.0, 20.0
"""Until what does not end is killed. Airflow gives a cancelled task 5 s; a cluster has to be told."""

log = logging.getLogger("mmgen.launch")


def supervise(name: str, start: Start, params: LaunchParams, cwd: Path, launcher: Launcher) -> int:
    """Run the command until it ends; its exit status.

    Where its processes are watched, it is started again ``params.restarts`` times at most: when one of them was killed
    or failed in a way that may pass, when one hangs, when the launcher itself was killed. The training goes on from its
    newest checkpoint. SIGTERM, SIGINT and SIGHUP end all processes, as does the end of the one that started this one.
    """
    with interruptible() as interrupts:
        for attempt in range(params.restarts + 1):
            if attempt:
                log.warning("%s: started again, %d of %d times", name, attempt, params.restarts)
            status, why = _once(start, params, cwd, launcher, interrupts)
            if why:
                log.error("%s: %s", name, why)
            if status is not None:
                return status
    print(f"{name}: error: given up after {params.restarts} restarts", file=sys.stderr)
    return 1


def _once(
    start: Start, params: LaunchParams, cwd: Path, launcher: Launcher, interrupts: Interrupts
) -> tuple[int | None, str]:
    """Exit status (None: to be started again), and why, where the processes did not end by themselves."""
    with tempfile.TemporaryDirectory(prefix="mmgen-life-") as folder:
        me = f"{os.getpid()} {snapshot()[os.getpid()].started}"
        signs = {LIFE_FOLDER: folder, STEP_LIMIT_S: str(params.step_limit_s), SUPERVISOR: me}
        signs[TORCHRUN_FOLDER] = str(Path(folder, "torchrun"))
        environment = {**os.environ, **start.environment, **(signs if launcher.is_watched else {})}
        watch = Watch(Path(folder), params) if launcher.is_watched else None
        stdin = subprocess.PIPE if start.given else subprocess.DEVNULL
        process, tree = start_tree(
            start.command, environment, cwd, sys.stdout.fileno(), sys.stderr.fileno(), stdin, ends_with_parent=True
        )
        try:
            with interrupts.heeded():
                if process.stdin:
                    process.stdin.write(start.given)
                    process.stdin.close()
                return _outcome(process, watch)
        except KeyboardInterrupt:
            return INTERRUPTED, "ended by a signal"
        finally:
            stop_tree(tree, GRACE_S if launcher.is_watched else ELSEWHERE_GRACE_S)


def _outcome(process: subprocess.Popen[bytes], watch: Watch | None) -> tuple[int | None, str]:
    parent = os.getppid()
    while True:
        try:
            status = process.wait(TICK_S)
        except subprocess.TimeoutExpired:
            status = None
        if watch and (failure := watch.failure()):
            time.sleep(TICK_S)  # the process says it, too
            process.kill()  # told to end, torchrun would add a traceback of its own
            return 1, f"failed, and would fail again: {failure}"
        if status and watch:
            return None, f"its launcher ended with {signal.Signals(-status).name if status < 0 else status}"
        if status is not None:
            return abs(status), ""
        if os.getppid() != parent:
            return INTERRUPTED, "whoever started it is gone"
        if watch and (hanging := watch.hangs()):
            return None, hanging
