"""The sizes of a fusion model, as they are saved beside its weights. No torch."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from mmgen.config.params import Params

FIRST = ("image", "text", "audio", "attributes")
"""What a model has that was saved before its modalities were named."""


class FusionConfig(Params):
    """Sizes of a model, what it reads, and how it fuses that.

    ``sizes``: how many values a row of a modality has, where the data decides it. ``fitted_by``: the fitted model that
    a modality's values are by.
    """

    latent: int = 96
    hidden: int = 256
    image_width: int = 32
    text_hidden: int = 192
    text_embedding: int = 96
    fusion: str = "product_of_experts"
    image_likelihood: Literal["gaussian", "cross_entropy"] = "gaussian"
    fusion_options: dict[str, float] = Field(default={})
    modalities: tuple[str, ...] = FIRST
    sizes: dict[str, int] = Field(default={})
    fitted_by: dict[str, str] = Field(default={})
    num_tokens: int
    num_slots: int

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, values: Any) -> Any:
        """Read what was saved before modalities were named: ``text_size``, ``audio_size``, ``audio_encoder``."""
        if not isinstance(values, dict) or "text_size" not in values:
            return values
        old = {name: values[name] for name in values if name not in ("text_size", "audio_size", "audio_encoder")}
        sizes = {"text": values["text_size"], "audio": values["audio_size"]}
        return old | {"sizes": sizes, "fitted_by": {"audio": values["audio_encoder"]}}
