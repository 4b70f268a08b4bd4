"""Gives a PyTorchJob to a cluster, shows what its first pod says, and waits for its end; told to end, it deletes it.

``python -m mmgen.launch.on_kubernetes NAMESPACE NAME < manifest.yaml``. By ``kubectl``, with the cluster and the rights
that it is configured with.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

POLL_S = 5.0
KIND = "pytorchjobs.kubeflow.org"


def main(argv: Sequence[str] | None = None) -> int:
    """0 when the training has succeeded, 1 when it has failed or can't be made."""
    namespace, name = sys.argv[1:] if argv is None else argv
    kubectl = ["kubectl", "--namespace", namespace]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if _found(kubectl, name) is not None:  # of an attempt that ended before it could delete it
        _delete(kubectl, name)
    made = subprocess.run([*kubectl, "create", "--filename", "-"], input=sys.stdin.buffer.read(), check=False)
    if made.returncode:
        return 1
    try:
        return _follow(kubectl, name)
    except BaseException:
        _delete(kubectl, name)
        raise


def _follow(kubectl: list[str], name: str) -> int:
    """Wait for the end; what the first pod says goes to this process's own output, from wherever it broke off."""
    logs: subprocess.Popen[bytes] | None = None
    since = "--tail=-1"
    while True:
        conditions = _conditions(_found(kubectl, name))
        is_over = {"Succeeded", "Failed", "Gone"} & conditions
        if (logs is None or logs.poll() is not None) and "Running" in conditions and not is_over:
            logs = subprocess.Popen([*kubectl, "logs", "--follow", since, f"pod/{name}-master-0"])
            since = f"--since={POLL_S:.0f}s"
        if is_over:
            if logs is None and "Gone" not in is_over:  # it was over before it was seen to run
                logs = subprocess.Popen([*kubectl, "logs", "--tail=-1", f"pod/{name}-master-0"])
            if logs is not None:
                logs.wait()
            return 0 if "Succeeded" in is_over else 1
        time.sleep(POLL_S)


def _found(kubectl: list[str], name: str) -> dict[str, Any] | None:
    """The job as the cluster has it; None where it has none. RuntimeError where the cluster does not answer."""
    command = [*kubectl, "get", KIND, name, "--ignore-not-found", "--output", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"kubectl: {done.stderr.strip()}")
    return json.loads(done.stdout) if done.stdout.strip() else None


def _conditions(job: dict[str, Any] | None) -> set[str]:
    """The conditions that hold; ``Gone`` of a job that somebody deleted."""
    if job is None:
        return {"Gone"}
    listed = job.get("status", {}).get("conditions") or []
    return {str(one["type"]) for one in listed if one.get("status") == "True"}


def _delete(kubectl: list[str], name: str) -> None:
    subprocess.run([*kubectl, "delete", KIND, name, "--ignore-not-found", "--wait=false"], check=False)


if __name__ == "__main__":
    sys.exit(main())
