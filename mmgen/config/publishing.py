"""Parameters of publishing."""

from __future__ import annotations

from pydantic import Field

from mmgen.config.params import Params


class PublishParams(Params):
    """``[publish]`` of the configuration."""

    batch_size: int = Field(default=1000, ge=1, le=10_000)
