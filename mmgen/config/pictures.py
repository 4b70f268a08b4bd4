"""Parameters of the picture model, which draws products from noise and the fusion model's latent. Imports no torch."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from mmgen.config.params import Params


class PictureSizes(Params):
    """Sizes of generator and discriminator, as they are saved beside the weights."""

    px: int = Field(default=64, ge=32, le=256, description="side of a picture, a power of two; clean photos have 224")
    noise: int = Field(default=64, ge=1, description="standard normal numbers beside the latent")
    style: int = Field(default=128, ge=8, description="what both become before they reach the layers")
    width: int = Field(default=48, ge=8, multiple_of=8, description="channels of the generator's last layer but one")
    max_width: int = Field(default=192, ge=8, multiple_of=8, description="channels of its first")
    critic_width: int = Field(default=32, ge=8, multiple_of=8, description="channels of the discriminator's first")
    spectral_norm: bool = Field(default=False, description="on every layer of the discriminator")

    @field_validator("px")
    @classmethod
    def _power_of_two(cls, px: int) -> int:
        if px & (px - 1):
            raise ValueError(f"{px} is no power of two: the layers double the side from 4 on")
        return px


class AdaptiveParams(Params):
    """Augmentation of what the discriminator sees, so that it cannot learn a small catalogue by heart."""

    target: float = Field(default=0.6, ge=0, le=1, description="mean sign of its scores of real pictures to hold")
    images: float = Field(default=100_000, gt=0, description="seen while the share of augmented ones goes from 0 to 1")
    start: float = Field(default=0.0, ge=0, le=1, description="that share at the first step")
    highest: float = Field(default=0.8, ge=0, le=1, description="0: never augmented")
    shift: float = Field(default=0.125, ge=0, le=0.5, description="share of the side, either way")
    colour: float = Field(default=0.3, ge=0, le=1, description="of brightness, contrast and saturation, either way")
    cutout: float = Field(default=0.4, ge=0, lt=1, description="side of the square blanked out, of the picture's")


class PictureParams(Params):
    """How the picture model is trained. Steps, never seconds, bound it: a time budget would make two runs differ."""

    sizes: PictureSizes = PictureSizes()
    loss: str = Field(default="non_saturating", description="of the game, by its name in LOSSES")
    r1_weight: float = Field(default=0.02, ge=0, description="of the gradient penalty on real pictures; 0: none")
    r1_interval: int = Field(default=16, ge=1, description="steps between two of them")
    reconstruction: float = Field(
        default=20.0,
        ge=0,
        description="weight of the distance, in the discriminator's features, from the product's own",
    )
    adaptive: AdaptiveParams = AdaptiveParams()
    average: float = Field(default=0.995, ge=0, lt=1, description="of the generator's weights, kept from step to step")
    batch_rows: int = Field(default=16, ge=4, description="small: for the same photos seen, more steps teach more")
    steps: int = Field(default=10_000, ge=1)
    learning_rate: float = Field(default=4e-4, gt=0)
    critic_learning_rate: float = Field(default=4e-4, gt=0)
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto", description="of the arithmetic in training; auto: bfloat16 where the processor has it"
    )
    num_threads: int = Field(default=0, ge=0, description="0: all cores that the process may use")
    checkpoint_every: int = Field(default=200, ge=1)
    min_rows: int = Field(default=500, ge=8, description="training photos below which nothing is trained")
    max_rows: int = Field(default=20_000, ge=8, description="training photos held in memory")
    max_test_rows: int = Field(default=2000, ge=8)
    bootstrap_rounds: int = Field(default=100, ge=10)
