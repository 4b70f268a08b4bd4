"""What pictures are measured by."""

from __future__ import annotations

import numpy as np

from mmgen.clean.image.frame import lengths


def test_lengths_are_the_same_wherever_they_lie_in_memory() -> None:
    across, down = (np.random.default_rng(0).integers(-60, 60, (2, 160, 160)) / 255).astype(np.float32)
    held: list[np.ndarray] = []
    for size in range(0, 640, 16):
        held += [lengths(across, down), np.empty(size, np.uint8)]  # so that the next one starts elsewhere
    assert len({found.ctypes.data % 32 for found in held[::2]}) > 1
    assert len({found.tobytes() for found in held[::2]}) == 1
