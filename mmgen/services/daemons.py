"""Processes that stay: started once, kept on record with the time of their start, ended with all that they started."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from mmgen.resources import working_folder
from mmgen.services.processes import Tree, is_alive, members, start_tree, stop_trees

HOST = "127.0.0.1"
PORTS_TRIED = 50


@dataclass(frozen=True)
class Service:
    """A process that stays: how it is started, and where it answers (None: it has no port)."""

    name: str
    command: list[str]
    environment: dict[str, str]
    url: str | None = None
    port: int | None = None


@dataclass(frozen=True)
class Record:
    """What is kept of a running service, so that ``down`` ends this one and no other."""

    name: str
    pid: int
    started: str
    mark: str
    url: str | None
    port: int | None
    log: str

    @property
    def tree(self) -> Tree:
        """Its processes."""
        return Tree(self.pid, self.started, self.mark)


def start(home: Path, service: Service) -> Record:
    """Start one service and keep its record."""
    log = log_file(home, service.name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        _, tree = start_tree(service.command, service.environment, working_folder(home), stream, stream)
    record = Record(service.name, tree.pid, tree.started, tree.mark, service.url, service.port, str(log))
    file = record_file(home, service.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")
    return record


def stop(home: Path, records: Sequence[Record]) -> dict[str, int]:
    """End services with all their processes, and forget them; name -> how many processes it had."""
    counts = stop_trees([record.tree for record in records])
    for record in records:
        if members(record.tree):
            raise RuntimeError(f"{record.name} (process {record.pid}) could not be ended; is it another user's?")
        record_file(home, record.name).unlink(missing_ok=True)
    return {record.name: count for record, count in zip(records, counts, strict=True)}


def record_file(home: Path, name: str) -> Path:
    """Where a service's record is."""
    return home / "services" / f"{name}.json"


def log_file(home: Path, name: str) -> Path:
    """All that a service says."""
    return home / "logs" / "services" / f"{name}.log"


def all_records(home: Path) -> list[Record]:
    """What was started and not ended by ``down``; it may have died since."""
    files = sorted((home / "services").glob("*.json"))
    return [Record(**json.loads(file.read_text(encoding="utf-8"))) for file in files]


def live_records(home: Path) -> list[Record]:
    """Those whose first process is alive."""
    return [record for record in all_records(home) if is_alive(record.tree)]


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """One ``up`` or ``down`` of a home at a time."""
    folder = home / "services"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(f"another `mmgen up` or `down` is at work on {home}: wait for it") from None
        yield


def last_lines(log: Path, lines: int = 15) -> str:
    """The end of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) if log.is_file() else ""


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def next_free(first: int, taken: set[int]) -> int:
    """The first free port from ``first`` on. RuntimeError where there is none among the next ones."""
    for port in range(first, first + PORTS_TRIED):
        if port not in taken and is_free(port):
            return port
    raise RuntimeError(f"no free port from {first} to {first + PORTS_TRIED - 1}")


def fetch(url: str) -> bytes | None:
    """What a local address answers, None where it does not. No proxy: it is this machine."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=5) as answer:
            body: bytes = answer.read()
            return body
    except (URLError, OSError):
        return None


def fetch_json(url: str) -> dict[str, Any] | None:
    """The same as JSON."""
    body = fetch(url)
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
