"""Starts a real PostgreSQL server from the machine's own packages, for as long as the tests need it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoPostgresError(RuntimeError):
    """There is no server to start here; the message says what is missing."""


@contextmanager
def postgres_server(wait_s: float = 30.0) -> Iterator[str]:
    """URL of a fresh, empty database on a free loopback port; its files and processes are gone afterwards.

    Raises NoPostgresError where the machine has no server.
    """
    bin_folder = _bin_folder()
    prefix, user = _as_user()
    home = Path(tempfile.mkdtemp(prefix="mmgen-pg-"))
    if user is not None:
        os.chown(home, user.pw_uid, user.pw_gid)
    data, port = home / "data", _free_port()
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(home)}
    server: subprocess.Popen[bytes] | None = None
    try:
        initdb = [bin_folder / "initdb", "-D", data, "-U", "mmgen", "-A", "trust", "-E", "UTF8", "--no-sync"]
        made = subprocess.run([*prefix, *map(str, initdb)], cwd=home, env=environment, capture_output=True, check=False)
        if made.returncode:
            raise NoPostgresError(f"initdb failed: {made.stderr.decode(errors='replace')[-300:]}")
        command = [bin_folder / "postgres", "-D", data, "-p", port, "-h", "127.0.0.1", "-k", home, "-F"]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(
                [*prefix, *map(str, command)], cwd=home, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        _wait_until_ready(bin_folder, port, server, home / "log", time.monotonic() + wait_s)
        yield f"postgresql+psycopg://mmgen@127.0.0.1:{port}/postgres"
    finally:
        if server is not None:
            _end_group(server)
        shutil.rmtree(home, ignore_errors=True)


def _bin_folder() -> Path:
    """Where ``initdb`` and ``postgres`` lie: Debian keeps them out of PATH, one folder a version; the newest wins."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: _version(p.parent.name), reverse=True)
    found = shutil.which("initdb")
    if found:
        folders.append(Path(found).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgresError("no PostgreSQL server on this machine (apt-get install postgresql)")


def _version(name: str) -> int:
    return int(name) if name.isdigit() else -1


def _as_user() -> tuple[list[str], pwd.struct_passwd | None]:
    """The server refuses to run as root: then as ``postgres``, else as ``nobody``."""
    if os.geteuid() != 0:
        return [], None
    if shutil.which("runuser") is None:
        raise NoPostgresError("PostgreSQL does not run as root, and there is no runuser to change the user with")
    for name in ("postgres", "nobody"):
        try:
            return ["runuser", "-u", name, "--"], pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgresError("PostgreSQL does not run as root, and there is neither a postgres nor a nobody user")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(folder: Path, port: int, server: subprocess.Popen[bytes], log: Path, until: float) -> None:
    while server.poll() is None and time.monotonic() < until:
        probe = [str(folder / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        if subprocess.run(probe, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise NoPostgresError(f"the PostgreSQL server did not start: {log.read_text(errors='replace')[-300:]}")


def _end_group(server: subprocess.Popen[bytes]) -> None:
    """SIGINT is PostgreSQL's fast shutdown; the group, since runuser stands between us and the server."""
    for sign, patience_s in ((signal.SIGINT, 10), (signal.SIGKILL, 5)):
        try:
            os.killpg(server.pid, sign)
            server.wait(timeout=patience_s)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        if not _is_alive(server.pid):
            return


def _is_alive(group: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return False
        time.sleep(0.05)
    return True
