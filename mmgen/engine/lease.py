"""A running JVM for this job, where one is lent on this machine (``mmgen.services.warm_spark``)."""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
from pathlib import Path

from mmgen.services.warm_spark import DONE, STARTED_WITHIN_S, socket_file, wanted_here

log = logging.getLogger(__name__)

PORT, SECRET = "PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET"
"""Where PySpark looks for a JVM before it starts one. spark-submit sets both."""


class Lease:
    """A JVM that this process has to itself until it ends, well or not."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def give_back(self) -> None:
        """For the next job; the Spark context must have been stopped."""
        with self._connection:
            try:
                self._connection.sendall(DONE)
                self._connection.recv(len(DONE))  # all that the JVM said is in our log
            except OSError:
                log.debug("the JVM's lender has gone", exc_info=True)
        for name in (PORT, SECRET):
            os.environ.pop(name, None)


def leased_jvm(home: Path) -> Lease | None:
    """Let PySpark use the JVM that is lent to the jobs of this home. None where none is, or another job has it, or this
    process was started by spark-submit, which brings its own: then everything is as if there were none."""
    path = socket_file(home)
    if PORT in os.environ or not path.exists():
        return None
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(STARTED_WITHIN_S)
        connection.connect(os.fspath(path))
        request = json.dumps(wanted_here()).encode() + b"\n"
        first = socket.send_fds(connection, [request], [sys.stderr.fileno()])
        connection.sendall(request[first:])
        with connection.makefile("rb") as stream:
            answer = json.loads(stream.readline())
        port, secret = int(answer["port"]), str(answer["secret"])
    except (OSError, ValueError, KeyError):
        connection.close()
        log.debug("no JVM is lent", exc_info=True)
        return None
    connection.settimeout(10)
    os.environ[PORT], os.environ[SECRET] = str(port), secret
    return Lease(connection)
