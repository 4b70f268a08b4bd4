"""Two nights of a small shop."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen.config.config import Config
from tests.report.homes import DAY, NEXT, product, products, write_night


@pytest.fixture
def config(home: Path) -> Config:
    """A configuration of a home of its own, with few samples."""
    return Config.load({"home": str(home), "report": {"num_samples": 12}})


@pytest.fixture
def one_night(config: Config) -> Config:
    """Forty products, all new."""
    write_night(config.home, DAY, products(40))
    return config


@pytest.fixture
def two_nights(one_night: Config) -> Config:
    """On the second date ten products are written again, five of them new."""
    rows = [product(n, description=f"Another red shirt, {n}.", locale="en") for n in range(35, 45)]
    write_night(one_night.home, NEXT, rows, action="updated")
    return one_night
