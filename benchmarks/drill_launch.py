"""Trainings whose processes are killed or stopped at a random moment: whether they end, and with the very same weights.

Two processes train the fusion model, tiny, for a few steps with a checkpoint every other one, under torchrun and its
watch (`python -m mmgen.launch`). Then, at a moment drawn by seed, from the processes' first breath to the last step:
SIGKILL or SIGSTOP. *Lost* is how many steps the first process did twice; a checkpoint interval is two steps. *Again*
is the time from the blow to the next step that is done. Weights are compared bit by bit with those of a training that
nobody disturbed. A watch that is killed is started again by this script, as Airflow does, once nothing of it is left.
Of two machines, which are one here, each has a process, a torchrun and a watch, and they meet at a port.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from report import ROOT, Section, options, publish

from mmgen.config.config import Config
from mmgen.hashes import sha256_of, sha256_of_file
from mmgen.launch.launcher import Training
from mmgen.launch.registry import LAUNCHERS
from mmgen.pipeline import job_python
from mmgen.services.processes import snapshot
from tests.training.examples_files import write_shop

RANK = ROOT / "tests" / "launch" / "tiny.py"
STEPS, PAUSE_S, INTERVAL = 12, 0.1, 2
AT_ONCE = 4
"""Drills side by side."""
STALLED_S = 10.0
END_S, GONE_S = 600.0, 15.0
"""A training that has not ended by then hangs; a process that is there by then was left behind."""
SUPERVISOR = f"""
import json, logging, sys
from pathlib import Path
from mmgen.config.launch import LaunchParams
from mmgen.launch.launcher import Start
from mmgen.launch.registry import LAUNCHERS
from mmgen.launch.supervise import supervise
logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
name, command = json.loads(sys.argv[1])
params = LaunchParams(stalled_s={STALLED_S}, begin_limit_s=120)
sys.exit(supervise("train", Start(command), params, Path.cwd(), LAUNCHERS[name]()))
"""
COLUMNS = ("what is hit", "drills", "ended well", "same weights", "most steps lost", "again, s (median, most)", "left")


@dataclass(frozen=True)
class Hit:
    """How one training was disturbed, and what became of it."""

    kind: str
    number: int
    is_ended: bool
    is_same: bool
    lost_steps: int
    again_s: float
    left: int
    moment: str


@dataclass(frozen=True)
class Kind:
    """What is hit with which signal, how often."""

    name: str
    signal: signal.Signals
    victims: Callable[[Path, random.Random], list[int]]
    drills: int
    launcher: str = "torchrun"


def main() -> None:
    args = options(__doc__, ("--work", "a folder that keeps what was done, for a run that goes on"))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(args.work or scratch).absolute()
        reference = undisturbed(folder)
        drills = [(kind, n) for kind in KINDS for n in range(1 if args.quick else kind.drills)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            hits = list(pool.map(lambda drill: drilled(folder, *drill, reference), drills))
    rows = [row(kind, [hit for hit in hits if hit.kind == kind.name]) for kind in KINDS]
    note = (
        f"{(__doc__ or '').strip()}\n\n{STEPS} steps; a process without a sign of life for {STALLED_S:.0f} s hangs; "
        f"{AT_ONCE} trainings at a time, on a machine that was busy with other work. Killed at: "
        f"{'; '.join(hit.moment for hit in hits if hit.kind == KINDS[0].name)}."
    )
    publish(args, Section("drill_launch", "Trainings that are killed", note, COLUMNS, rows))
    if bad := [hit for hit in hits if not is_well(hit)]:
        sys.exit("\n".join(["a drill failed:", *map(str, bad)]))


def is_well(hit: Hit) -> bool:
    """Whether nothing was lost but what may be."""
    return hit.is_ended and hit.is_same and hit.lost_steps <= INTERVAL and not hit.left


def row(kind: Kind, hits: list[Hit]) -> list[object]:
    """A line of the table."""
    again = [hit.again_s for hit in hits if hit.again_s >= 0]
    seconds = f"{statistics.median(again):.0f}, {max(again):.0f}" if again else "none was due"
    ended, same = (f"{sum(getattr(hit, name) for hit in hits)} of {len(hits)}" for name in ("is_ended", "is_same"))
    left = sum(hit.left for hit in hits)
    return [kind.name, len(hits), ended, same, max(hit.lost_steps for hit in hits), seconds, left]


def undisturbed(folder: Path) -> str:
    """The hash of the weights of a training that nobody disturbs. RuntimeError where even that fails."""
    home = folder / "undisturbed"
    if not (home / "rank-0.safetensors").exists():
        with training(home, "torchrun") as processes:
            if any(process.wait(END_S) for process in processes):
                raise RuntimeError((home / "log").read_text(encoding="utf-8", errors="replace")[-3000:])
    return sha256_of_file(home / "rank-0.safetensors")


@contextmanager
def training(home: Path, launcher: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A watched training of two processes in ``home``; whatever is left of it afterwards is killed. Yields its watch,
    or one for each of two machines."""
    if not (home / "shop").exists():
        write_shop(home / "shop")
    rank = Training("train", "2026-11-01", RANK, (str(home), str(STEPS), str(PAUSE_S)))
    machines = 2 if launcher == "rendezvous" else 1
    values = {
        "home": str(home),
        "train": {"processes": 2 // machines},
        "launch": {"nodes": machines, "endpoint": f"127.0.0.1:{free_port()}"},
    }
    command = LAUNCHERS[launcher]().start(rank, Config.load(values)).command
    watched = [job_python(), "-c", SUPERVISOR, json.dumps([launcher, command])]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    with (home / "log").open("ab") as log:
        processes = [
            subprocess.Popen(watched, env=environment, cwd=home, stdout=log, stderr=log, start_new_session=True)
            for _ in range(machines)
        ]
    try:
        yield processes
    finally:
        for pid in alive(home):
            os.kill(pid, signal.SIGKILL)
        for process in processes:
            process.wait()


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def drilled(folder: Path, kind: Kind, number: int, reference: str) -> Hit:
    """The drill, or what is kept of it from a run before."""
    kept = folder / f"{kind.name.replace(' ', '-')}-{number}-{made_by()}.json"
    if kept.exists():
        return Hit(**json.loads(kept.read_text(encoding="utf-8")))
    home = folder / kept.stem
    with training(home, kind.launcher) as processes:
        struck, moment = strike(home, kind, random.Random(f"{kind.name} {number}"))
        left, is_ended = ended(processes, home)
    if kind is WATCH:
        with training(home, kind.launcher) as processes:
            again, is_ended = ended(processes, home)
            left += again
    weights = [home / f"rank-{n}.safetensors" for n in (0, 1)]
    is_same = all(file.exists() and sha256_of_file(file) == reference for file in weights)
    hit = Hit(kind.name, number, is_ended, is_same, *resumed(home, struck), left, moment)
    kept.write_text(json.dumps(asdict(hit)), encoding="utf-8")
    print(hit, flush=True)
    return hit


@cache
def made_by() -> str:
    """Short hash of the code that a drill tries."""
    own = [
        ROOT / "mmgen" / "launch" / f"{name}.py" for name in ("life", "rendezvous", "supervise", "torchrun", "watch")
    ]
    files = [*own, ROOT / "mmgen" / "services" / "processes.py", RANK]
    return sha256_of("".join(map(sha256_of_file, files)).encode())[:8]


def strike(home: Path, kind: Kind, rng: random.Random) -> tuple[float, str]:
    """Wait for a random moment, send the signal; when that was, and the moment in words."""
    step = rng.randrange(STEPS)
    delay_s = rng.uniform(0, 3.0 if step == 0 else 0.5)
    end = time.monotonic() + END_S
    while time.monotonic() < end and (len(ranks(home)) < 2 if step == 0 else last_step(home) < step):
        time.sleep(0.02)
    time.sleep(delay_s)
    victims = kind.victims(home, rng)
    struck = time.time()
    for pid in victims:
        try:
            os.kill(pid, kind.signal)
        except ProcessLookupError:
            continue
    return struck, f"{f'step {step}' if step else 'start'} + {delay_s:.2f} s"


def ended(processes: list[subprocess.Popen[bytes]], home: Path) -> tuple[int, bool]:
    """How many processes are left when the watches have ended, and whether they have, and well."""
    try:
        statuses = [process.wait(END_S) for process in processes]
    except subprocess.TimeoutExpired:
        return len(alive(home)), False
    return left_after(home), not any(statuses)


def left_after(home: Path) -> int:
    """Processes that are left, if they don't go within seconds."""
    end = time.monotonic() + GONE_S
    while alive(home) and time.monotonic() < end:
        time.sleep(0.1)
    return len(alive(home))


def resumed(home: Path, struck: float) -> tuple[int, float]:
    """Steps that the first process did twice, and seconds from the blow to the next step (-1: none was left to do)."""
    steps = [step for step in steps_of(home) if step[1] == 0]
    lost = len(steps) - len({step[2] for step in steps})
    before = {pid for pid, _, _, at in steps if at <= struck}
    after = [at for pid, _, _, at in steps if at > struck and pid not in before]
    return lost, (min(after) - struck if after else -1.0)


def steps_of(home: Path) -> list[tuple[int, int, int, float]]:
    """Process, rank, step and time of each line of the log of steps."""
    file = home / "steps.log"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    rows = [line.split() for line in lines]
    return [(int(row[0]), int(row[1]), int(row[2]), float(row[3])) for row in rows if len(row) == 4]


def last_step(home: Path) -> int:
    """The furthest step that is done."""
    return max((step for _, _, step, _ in steps_of(home)), default=0)


def alive(home: Path) -> dict[int, list[str]]:
    """Processes of a training, by number, with their command lines: its folder is in each of them."""
    found = {}
    for pid in snapshot():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
        except OSError:
            continue
        if any(str(home) in word for word in words):
            found[pid] = words
    return found


def ranks(home: Path) -> list[int]:
    """The processes that train."""
    return [pid for pid, words in alive(home).items() if str(RANK) in words[1:3]]


def one_rank(home: Path, rng: random.Random) -> list[int]:
    """One of those that train."""
    found = sorted(ranks(home))
    return [rng.choice(found)] if found else []


def torchrun(home: Path) -> list[int]:
    """The launchers."""
    return [pid for pid, words in alive(home).items() if any(word.endswith("/torchrun") for word in words[:3])]


def one_torchrun(home: Path, rng: random.Random) -> list[int]:
    """One of the launchers."""
    found = sorted(torchrun(home))
    return [rng.choice(found)] if found else []


def watch(home: Path) -> list[int]:
    """The one that watches."""
    return [pid for pid, words in alive(home).items() if SUPERVISOR in words]


WATCH = Kind("the watch", signal.SIGKILL, lambda home, _: watch(home), 3)
KINDS = (
    Kind("one process", signal.SIGKILL, one_rank, 20),
    Kind("one process, stopped", signal.SIGSTOP, one_rank, 3),
    Kind("both processes", signal.SIGKILL, lambda home, _: ranks(home), 3),
    Kind("torchrun", signal.SIGKILL, lambda home, _: torchrun(home), 3),
    WATCH,
    Kind("of two machines, a process", signal.SIGKILL, one_rank, 3, "rendezvous"),
    Kind("of two machines, a torchrun", signal.SIGKILL, one_torchrun, 3, "rendezvous"),
)

if __name__ == "__main__":
    main()
