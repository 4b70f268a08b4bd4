"""A process of a training without any training: gives signs of life, and fails in the way that it is told.

``rank.py FOLDER WAY [CHILDREN]``: the first attempt fails, the later ones end well, unless the way says "always".
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from mmgen.launch.life import signs_of_life

folder, way = Path(sys.argv[1]), sys.argv[2]
is_first = not list(folder.glob("attempt-*"))
(folder / f"attempt-{os.getpid()}").touch()
for _ in range(int((sys.argv[3:] or ["0"])[0])):  # as torchrun's workers: in sessions of their own
    subprocess.Popen([sys.executable, __file__, str(folder), "sleeps"], start_new_session=True)
if not is_first and way not in ("wrong", "stops always", "sleeps"):
    sys.exit(0)
with signs_of_life() as step:
    if way in ("stops", "stops always"):
        os.kill(os.getpid(), signal.SIGSTOP)
    elif way == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif way == "wrong":
        raise ValueError("no such column")
    elif way == "passing":
        raise RuntimeError("a peer is gone")
    elif way == "step hangs":
        step(1, 3)
        time.sleep(60)
    elif way == "slow before and after":
        time.sleep(2)
        step(3, 3)
        time.sleep(2)
    elif way == "sleeps":
        time.sleep(60)
    elif way == "mute":
        next(Path(os.environ["MMGEN_LIFE_FOLDER"]).glob("rank-*")).rename(folder / "away")
        time.sleep(60)
