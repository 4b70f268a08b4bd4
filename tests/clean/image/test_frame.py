"""What pictures are measured by."""

from __future__ import annotations

import numpy as np

from mmgen.clean.image.frame import lengths


def test_lengths_are_the_same_wherever_they_lie_in_memory() -> None:
    across, down = (np.random.default_rng(0).integers(-60, 60, (2, 160, 160)) / 255).astype(np.float32)
    # A part of an image begins at any multiple of four bytes: vector instructions then round other pixels than before
    found = {lengths(across[:, k:], down[:, k:])[:, 16 - k :].tobytes() for k in range(16)}
    assert len(found) == 1
