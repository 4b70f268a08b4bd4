"""How many processes a machine is to have: one for each GPU that torch can use, else one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from mmgen.pipeline import job_python

AUTO = "auto"
DEV = Path("/dev")
DRIVERS = ("nvidia[0-9]*", "kfd", "dxg")
"""What a GPU's driver leaves in /dev: NVIDIA's, AMD's, and Windows' in its Linux subsystem."""
HIDDEN = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES")
"""Set to nothing or to -1 they hide every GPU."""
ASK_TORCH = "import torch; print(torch.cuda.device_count())"
PATIENCE_S = 120.0


def processes_of(wanted: int | str, environment: Mapping[str, str] = os.environ) -> int:
    """The number of processes on this machine: ``wanted``, or for ``auto`` as many as there are GPUs, at least one."""
    return int(wanted) if wanted != AUTO else max(1, num_gpus(environment))


def num_gpus(environment: Mapping[str, str] = os.environ) -> int:
    """GPUs that the jobs' torch can use.

    Without a driver there is none, and torch, which takes seconds to import, is not asked. Otherwise it is, in a
    process of its own: it alone knows whether it was built for GPUs, and which of them the environment leaves to it.
    RuntimeError where it cannot say.
    """
    if not _has_driver() or any(environment.get(name) in ("", "-1") for name in HIDDEN):
        return 0
    command = [job_python(), "-c", ASK_TORCH]
    done = subprocess.run(
        command, env=dict(environment), capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    if done.returncode:
        raise RuntimeError(f"torch can't say how many GPUs there are: {done.stderr[-500:].strip()}")
    return int(done.stdout.split()[-1])


def _has_driver() -> bool:
    return any(found for pattern in DRIVERS for found in DEV.glob(pattern))
