"""One JVM with Spark's driver for the jobs of a night on one machine, lent to one job at a time.

Starting Spark costs more than the work of a small shop's job: a JVM loads its classes and runs them uncompiled.
Here the JVM stays up between jobs. Each job is still a process and makes a Spark context of its own in it, the way that
spark-submit lets Python do so (``PYSPARK_GATEWAY_PORT``), and stops it at its end.

Jobs ask at a Unix socket in the home, which its owner alone may open. A lease is a connection: a job that ends it with
``DONE`` gives a clean JVM back. One that is killed, crashes or fails only closes it, and then the JVM is ended with all
its Python workers, so that none of its work goes on. Whoever gets no lease starts Spark by itself.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mmgen import STARTED_WITH
from mmgen.services.processes import MARK_PREFIX, start_tree, stop_tree

DONE = b"done\n"
MAX_REQUEST_BYTES = 1024 * 1024
MAX_SOCKET_PATH = 100
"""Bytes: what the systems' addresses hold, less some."""

STARTED_WITHIN_S = 60.0
REQUEST_WITHIN_S = 10.0
IDLE_S = 600.0
MAX_LEASES = 60
"""Then another JVM: what jobs leave in it (compiled queries, py4j's references) does not add up for ever."""

GIVEN_BACK_WITHIN_S = 5.0
OF_ONE_JOB = ("MMGEN_RUN_ID", "MMGEN_FULL", "PWD", "OLDPWD", "SHLVL", "_")
OF_ONE_TASK = (MARK_PREFIX, "AIRFLOW_CTX_", "_AIRFLOW_")
"""Names, and beginnings of names, of variables that differ between jobs and mean nothing to the JVM or its workers."""


def socket_file(home: Path) -> Path:
    """Where jobs of a home ask."""
    return home / "services" / "spark.sock"


@contextmanager
def warm_spark(home: Path, is_wanted: bool = True) -> Iterator[None]:
    """Within, jobs of this home are lent a JVM, which the first of them starts. ``home`` is absolute.

    Nothing is done where somebody else lends one already, or where the home cannot hold a socket: its path is too long,
    or its file system has none.
    """
    path = socket_file(home)
    lender = None
    if is_wanted and len(os.fsencode(path)) <= MAX_SOCKET_PATH and not is_answering(path):
        with contextlib.suppress(OSError):
            lender = Lender(path)
    try:
        yield
    finally:
        if lender is not None:
            lender.close()


def is_answering(path: Path) -> bool:
    """Whether somebody listens at a socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(os.fspath(path))
        except OSError:
            return False
    return True


@dataclass(frozen=True)
class Wanted:
    """What a job's JVM is started with: jobs that want the very same may have it one after another."""

    command: tuple[str, ...]
    folder: str
    environment: Mapping[str, str]

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Wanted:
        """From a job's request. ValueError, KeyError, TypeError: it is none."""
        environment = {str(k): str(v) for k, v in dict(request["environment"]).items() if not _is_of_one_job(str(k))}
        return cls(tuple(map(str, request["command"])), str(request["folder"]), environment)


def wanted_here() -> dict[str, Any]:
    """The request of this process: its Spark, started as PySpark itself would."""
    options = shlex.split(os.environ.get("PYSPARK_SUBMIT_ARGS", "pyspark-shell"))
    command = [str(Path(sys.executable).parent / "spark-submit"), *options]
    return {"command": command, "folder": str(Path.cwd()), "environment": STARTED_WITH}


def _is_of_one_job(name: str) -> bool:
    return name in OF_ONE_JOB or name.startswith(OF_ONE_TASK)


class Lender:
    """Listens, and lends the JVM to one job at a time."""

    def __init__(self, path: Path, idle_s: float = IDLE_S) -> None:
        self._path, self._idle_s = path, idle_s
        self._jvm: Jvm | None = None
        self._leased = threading.Lock()
        self._is_closed = False
        self._last_used = time.monotonic()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        mask = os.umask(0o177)
        try:
            self._listener.bind(os.fspath(path))
        finally:
            os.umask(mask)
        self._listener.listen()
        self._listener.settimeout(0.5)
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """End the JVM, and whoever has it must do without."""
        self._is_closed = True
        self._path.unlink(missing_ok=True)
        self._listener.close()
        self._end()

    def _listen(self) -> None:
        while not self._is_closed:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                self._end_if_idle()
            except OSError:
                return
            else:
                threading.Thread(target=self._lend, args=(connection,), daemon=True).start()

    def _end_if_idle(self) -> None:
        if time.monotonic() - self._last_used > self._idle_s and self._leased.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._leased.release()

    def _lend(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, ValueError, KeyError, TypeError):  # gone, or it was no request
            connection.settimeout(REQUEST_WITHIN_S)
            request, log = _received(connection)
            if log is None:
                return
            with log:
                wanted = Wanted.of(request)
                if self._leased.acquire(blocking=False):  # else another job has it: closing says so
                    self._lend_to(connection, wanted, log)

    def _lend_to(self, connection: socket.socket, wanted: Wanted, log: IO[bytes]) -> None:
        """One lease from its beginning to its end. Afterwards the JVM is clean, or there is none."""
        is_given_back = False
        try:
            jvm = self._jvm_for(wanted, log)
            connection.sendall(json.dumps({"port": jvm.port, "secret": jvm.secret}).encode() + b"\n")
            connection.settimeout(None)
            is_given_back = connection.recv(len(DONE)) == DONE and jvm.leases < MAX_LEASES and not self._is_closed
            jvm.write_to(None)
        finally:
            if not is_given_back:
                self._end()
            self._last_used = time.monotonic()
            self._leased.release()
        connection.settimeout(REQUEST_WITHIN_S)
        connection.sendall(DONE)  # which tells the job that its log is whole, and that the next one may ask

    def _jvm_for(self, wanted: Wanted, log: IO[bytes]) -> Jvm:
        if self._jvm is None or self._jvm.wanted != wanted or not self._jvm.is_alive():
            self._end()
            self._jvm = Jvm(wanted, log)
        else:
            self._jvm.write_to(log)
        self._jvm.leases += 1
        return self._jvm

    def _end(self) -> None:
        jvm, self._jvm = self._jvm, None
        if jvm is not None:
            jvm.end()


def _received(connection: socket.socket) -> tuple[dict[str, Any], IO[bytes] | None]:
    """A request and the file that the job's JVM is to write to; None where the connection was closed at once."""
    data, files, _, _ = socket.recv_fds(connection, 65_536, 1)
    log = os.fdopen(files[0], "wb", buffering=0) if files else None
    while data and not data.endswith(b"\n"):
        more = connection.recv(65_536)
        if not more or len(data) > MAX_REQUEST_BYTES:
            raise ValueError("a request that does not end")
        data += more
    return (json.loads(data) if data else {}), log


class Jvm:
    """A running JVM with a py4j gateway on the loopback device, which asks for a secret. OSError: it did not start.

    It dies with this process: it reads its standard input, and ends where that does.
    """

    def __init__(self, wanted: Wanted, log: IO[bytes]) -> None:
        self.wanted, self.leases = wanted, 0
        self._log: IO[bytes] | None = log
        self._writing = threading.Lock()
        folder = Path(tempfile.mkdtemp(prefix="mmgen-spark-"))
        info = folder / "gateway"
        ours = {name: value for name, value in os.environ.items() if name.startswith(MARK_PREFIX)}
        variables = {**wanted.environment, **ours, "_PYSPARK_DRIVER_CONN_INFO_PATH": str(info)}
        try:
            pipe, folder_of_job = subprocess.PIPE, Path(wanted.folder)
            command = list(wanted.command)
            self._process, self._tree = start_tree(command, variables, folder_of_job, pipe, subprocess.STDOUT, pipe)
            threading.Thread(target=self._copy_output, daemon=True).start()
            try:
                self.port, self.secret = self._gateway(info)
            except BaseException:
                self.end()
                raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def write_to(self, log: IO[bytes] | None) -> None:
        """From now on, what it says goes there; what it said before has gone where it should."""
        output = self._process.stdout
        deadline = time.monotonic() + GIVEN_BACK_WITHIN_S
        while output and self.is_alive() and time.monotonic() < deadline and select.select([output], [], [], 0)[0]:
            time.sleep(0.01)
        with self._writing:
            self._log = log

    def end(self) -> None:
        """End it, and its Python workers."""
        stop_tree(self._tree)
        self._log = None

    def _gateway(self, info: Path) -> tuple[int, str]:
        deadline = time.monotonic() + STARTED_WITHIN_S
        while not info.is_file():
            if not self.is_alive() or time.monotonic() > deadline:
                raise OSError("no JVM")
            time.sleep(0.05)
        data = info.read_bytes()  # java.io.DataOutputStream: the port, the secret's length, the secret
        port, length = struct.unpack_from(">ii", data)
        return port, data[8 : 8 + length].decode()

    def _copy_output(self) -> None:
        output = self._process.stdout
        while output and select.select([output], [], []):
            with self._writing:
                data = os.read(output.fileno(), 65_536)
                if self._log is not None:
                    with contextlib.suppress(OSError, ValueError):
                        self._log.write(data)
            if not data:
                return


def main() -> None:
    """Lend until SIGTERM: ``python -m mmgen.services.warm_spark HOME``, a service of `mmgen up`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("home", type=Path, help="an absolute path")
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
    with warm_spark(parser.parse_args().home):
        ended.wait()


if __name__ == "__main__":
    main()
