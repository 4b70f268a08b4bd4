"""Ends what was started, and nothing else: a process, its children, and those that left its session.

A child of a child may open a session of its own (Airflow's Bash tasks and torchrun's workers do), and outlive its
parents. Hence each tree carries a mark in its environment, which every descendant inherits.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PROC = Path("/proc")
MARK_PREFIX = "MMGEN_TREE_"
POLL_S = 0.2
GRACE_S = 15.0
KILLS = 10
PR_SET_PDEATHSIG = 1
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


@dataclass(frozen=True)
class Process:
    """One living process. ``started`` tells it from a later one with the same number."""

    pid: int
    parent: int
    session: int
    started: str


@dataclass(frozen=True)
class Tree:
    """A process started by ``start_tree``, and all that descend from it."""

    pid: int
    started: str
    mark: str


def start_tree(
    command: list[str],
    environment: Mapping[str, str],
    cwd: Path,
    stdout: int | IO[bytes],
    stderr: int | IO[bytes],
    stdin: int = subprocess.DEVNULL,
    ends_with_parent: bool = False,
) -> tuple[subprocess.Popen[bytes], Tree]:
    """Start a command in a session of its own. ``environment`` is the whole one. FileNotFoundError where it is not.

    ``ends_with_parent``: it is killed when this process dies, also by SIGKILL (Linux alone; call it from the main
    thread, whose end counts as the process's).
    """
    mark = f"{MARK_PREFIX}{uuid.uuid4().hex}"
    # Without SPT_NOENV a process that sets its title overwrites the environment that /proc shows, and the mark.
    marked = {**environment, mark: "1", "SPT_NOENV": "1"}
    process = subprocess.Popen(
        command,
        env=marked,
        cwd=cwd,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=end_with_parent if ends_with_parent else None,
    )
    born = snapshot().get(process.pid)
    return process, Tree(process.pid, born.started if born else "", mark)


def end_with_parent() -> None:
    """Let the kernel kill this process when the one that started it dies, however that happens. Linux alone has it."""
    if _PRCTL is not None:
        _PRCTL(PR_SET_PDEATHSIG, signal.SIGKILL)


def snapshot() -> dict[int, Process]:
    """All processes that are alive (not those that only wait to be collected)."""
    found = _from_proc() if (PROC / "self" / "stat").exists() else _from_ps()
    return {process.pid: process for process in found}


def _from_proc() -> list[Process]:
    found = []
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # The name may hold blanks and brackets: the fields start behind the last one. See proc_pid_stat(5).
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] not in "ZX":
            found.append(Process(int(folder.name), int(fields[1]), int(fields[3]), fields[19]))
    return found


def _from_ps() -> list[Process]:
    """Where there is no /proc (macOS). A process group stands in for the session."""
    columns = "pid=,ppid=,pgid=,stat=,lstart="
    listing = subprocess.run(["ps", "-axo", columns], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 4) for line in listing.splitlines()]
    return [Process(int(r[0]), int(r[1]), int(r[2]), r[4].strip()) for r in rows if not r[3].startswith("Z")]


def is_alive(tree: Tree) -> bool:
    """Whether the tree's first process is alive: the very one, not a later one of the same number."""
    process = snapshot().get(tree.pid)
    return process is not None and process.started == tree.started


def members(tree: Tree) -> list[Process]:
    """All living processes of the tree: of its session, descended from it, or carrying its mark."""
    alive = snapshot()
    first = alive.get(tree.pid)
    is_ours = first is None or first.started == tree.started
    ours = {pid for pid, p in alive.items() if _carries(pid, tree.mark) or (is_ours and p.session == tree.pid)}
    if first is not None and is_ours:
        ours.add(tree.pid)
    while True:
        children = {pid for pid, p in alive.items() if p.parent in ours} - ours
        if not children:
            break
        ours |= children
    return [alive[pid] for pid in sorted(ours - {os.getpid()})]


def _carries(pid: int, mark: str) -> bool:
    try:
        return f"\0{mark}=".encode() in b"\0" + (PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False


def stop_tree(tree: Tree, grace_s: float = GRACE_S) -> int:
    """End one tree, see ``stop_trees``."""
    return stop_trees([tree], grace_s)[0]


def stop_trees(trees: Sequence[Tree], grace_s: float = GRACE_S) -> list[int]:
    """End trees: SIGTERM to all their processes, SIGKILL after ``grace_s`` to what is left.

    Returns how many processes each had.
    """
    seen = [members(tree) for tree in trees]
    for processes in seen:
        _send(processes, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while (left := _left(trees)) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    for _ in range(KILLS):
        if not left:
            break
        _send(left, signal.SIGKILL)  # again and again: one may have started another in between
        time.sleep(POLL_S)
        left = _left(trees)
    return [len(processes) for processes in seen]


def _left(trees: Sequence[Tree]) -> list[Process]:
    for tree in trees:
        _collect(tree.pid)
    return [process for tree in trees for process in members(tree)]


def _send(processes: list[Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            os.kill(process.pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def _collect(pid: int) -> None:
    """Take a dead child of ours off the process table."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
