"""Parameters of training and where it is tracked. Light: imports no torch and no mlflow."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, field_validator

from mmgen.config.params import Params


class ModelSizes(Params):
    """Sizes of the fusion model; about 2.6 million weights with the defaults."""

    latent: int = Field(default=96, ge=2)
    hidden: int = Field(default=256, ge=8)
    image_width: int = Field(default=24, ge=8, multiple_of=8)
    text_hidden: int = Field(default=192, ge=8)
    text_embedding: int = Field(default=96, ge=8)


class Adversarial(Params):
    """The image decoder's second teacher. ``share`` is the norm of its gradient over that of the reconstruction's."""

    share: float = Field(default=0.2, ge=0)
    start: float = Field(default=0.4, ge=0, le=1, description="share of the steps before it sets in")
    interval: int = Field(default=2, ge=1, description="steps between two with the critic, which cost twice as much")
    width: int = Field(default=24, ge=8)
    feature_matching: float = Field(default=1.0, ge=0)
    r1_weight: float = Field(default=1.0, ge=0)
    r1_interval: int = Field(default=8, ge=1, description="critic steps between two gradient penalties")
    learning_rate: float = Field(default=4e-4, gt=0)


WEIGHTS = {"attributes": 100.0, "tokens": 10.0, "image_embedding": 0.1}
"""The pixels' 12,288 values drown 60 tokens and a handful of attributes unless these weigh more. A photo's features are
there to be read, not to be drawn: at a tenth, what they tell of new photos was measured (quality_fusion)."""


class AugmentParams(Params):
    """How far a photo is varied in training. Zero everywhere leaves it as it is.

    Colour tells products apart ("navy", "teal"), so hue and saturation move little; studio photos stand upright, so
    they are turned little.
    """

    flip: float = Field(default=0.5, ge=0, le=1, description="share of the photos that are mirrored left to right")
    rotation_deg: float = Field(default=5.0, ge=0, le=180, description="turned by up to this, either way")
    scale: float = Field(default=0.08, ge=0, le=1, description="0.1: from 1/1.1 to 1.1 times the size")
    shift: float = Field(default=0.03, ge=0, le=0.5, description="moved by up to this share of width and height")
    brightness: float = Field(default=0.04, ge=0, le=1, description="added, of the full range, either way")
    contrast: float = Field(default=0.08, ge=0, le=1, description="0.1: from 1/1.1 to 1.1 times, about mid-grey")
    saturation: float = Field(default=0.1, ge=0, le=1, description="0.1: from 1/1.1 to 1.1 times")
    hue: float = Field(default=0.01, ge=0, le=0.5, description="turned by up to this share of the colour circle")


class PromotionParams(Params):
    """When a model takes the champion's place (see ``mmgen.registry.promotion``)."""

    metrics: tuple[str, ...] = Field(
        default=("coherence", "text_nats", "image_psnr_db"),
        min_length=1,
        description="it has to be better in the first of these that both have",
    )
    max_age_days: int = Field(default=90, ge=1, description="an older champion gives way where neither is better")
    max_gone_share: float = Field(
        default=0.25, ge=0, le=1, description="so does one of whose training products more than this left the shop"
    )


class TrainParams(Params):
    """How the fusion model is trained. Steps, never seconds, bound it: a time budget would make two runs differ."""

    sizes: ModelSizes = ModelSizes()
    fusion: str = Field(default="product_of_experts", description="the way of fusion, by its name in FUSIONS")
    fusion_options: dict[str, float] = Field(
        default={}, description="numbers of that way: draws, private, alpha, order, scale"
    )
    image_likelihood: Literal["gaussian", "cross_entropy"] = Field(
        default="gaussian", description="of pixels: with a learned scale, or each a probability of light"
    )
    modalities: tuple[str, ...] = Field(
        default=(), description="what it fuses, by name in MODALITIES; empty: all but sound, graph and image_embedding"
    )
    critic: str = Field(default="patch", description="the adversary, by its name in CRITICS; none: without one")
    adversarial: Adversarial = Adversarial()
    augment: AugmentParams = Field(
        # Gentle: the model draws photos as well as it reads them, and shops do not show theirs askew or mirrored
        default=AugmentParams(
            flip=0, rotation_deg=1.5, scale=0.02, shift=0.01, brightness=0.02, contrast=0.03, saturation=0.05, hue=0
        ),
        description="how far photos are varied from step to step",
    )
    batch_rows: int = Field(default=32, ge=1, description="rows a step, shared out among the processes")
    epochs: float = Field(default=16.0, gt=0)
    min_steps: int = Field(default=240, ge=1)
    max_steps: int = Field(default=1000, ge=1)
    learning_rate: float = Field(default=2e-3, gt=0)
    warmup_steps: int = Field(default=30, ge=0)
    max_gradient_norm: float = Field(default=1.0, gt=0, description="of the loss in nats a pixel value")
    beta: float = Field(default=1.0, ge=0, description="weight of the KL term once warm")
    beta_warmup: float = Field(default=0.3, ge=0, le=1, description="share of the steps over which beta rises from 0")
    free_bits: float = Field(default=0.02, ge=0, description="nats a latent dimension that cost nothing")
    modality_dropout: float = Field(
        default=0.5, ge=0, le=1, description="share of the rows whose modalities are thinned"
    )
    modality_alone: float = Field(
        default=0.5, ge=0, le=1, description="share of the rows that show a single modality, each as often"
    )
    weights: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default=WEIGHTS, description="what a nat of each term counts for, by name; 1 where it is not named"
    )
    min_token_count: int = Field(default=2, ge=1)
    max_vocabulary: int = Field(default=4000, ge=1)
    max_text_tokens: int = Field(default=96, ge=2)
    shuffle_rows: int = Field(
        default=20_000, ge=1, description="rows held in memory to shuffle; all of them stay if they fit"
    )
    shuffle_bytes: int = Field(
        default=512 * 1024**2, ge=1, description="bytes held in memory to shuffle, for rows of any size"
    )
    accumulate: int = Field(
        default=1,
        ge=1,
        description="parts that a process's rows of a step are taken in, for a model too large for all; costs a third",
    )
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="auto: a GPU where there is one")
    precision: Literal["fp32", "bf16"] = Field(
        default="fp32", description="of encoders and decoders; fusion, likelihoods and weights are always fp32"
    )
    sharding: Literal["none", "full"] = Field(
        default="none", description="full: no process holds all weights, for a model too large for one GPU"
    )
    compile: bool = Field(default=False, description="compile encoders and decoders; takes a minute and a C++ compiler")
    num_threads: int = Field(default=0, ge=0, description="of each process; 0 shares the machine's cores among them")
    checkpoint_every: int = Field(default=100, ge=1)
    validate_every: int = Field(default=100, ge=1)
    max_validation_rows: int = Field(default=512, ge=1)
    max_test_rows: int = Field(default=2000, ge=1)
    bootstrap_rounds: int = Field(default=200, ge=10)
    importance_draws: int = Field(default=16, ge=0, description="of the bound on log p of test rows; 0: left out")
    promotion: PromotionParams = PromotionParams()
    timeout_s: float = Field(default=60.0, gt=0, description="after which a rank that waits for another one gives up")
    processes: PositiveInt | Literal["auto"] = Field(
        default="auto", description="processes of a machine that train together; auto: one a GPU, or one without any"
    )

    @field_validator("weights", mode="after")
    @classmethod
    def _beside_the_default(cls, given: dict[str, float]) -> dict[str, float]:
        return WEIGHTS | given

    def weight_of(self, term: str) -> float:
        """What a nat of a term counts for in the loss."""
        return self.weights.get(term, 1.0)

    def num_steps(self, rows: int) -> int:
        """Optimiser steps for ``rows`` training rows: epochs of them, within min_steps and max_steps."""
        steps = round(self.epochs * rows / self.batch_rows)
        return max(min(self.min_steps, self.max_steps), min(self.max_steps, steps))


class TrackingParams(Params):
    """Where runs and models are kept. ``uri`` like ``sqlite:////home/x/var/mlflow.db``; ``artifacts`` is a folder."""

    uri: str
    artifacts: str
    experiment: str = "mmgen"
    model_name: str = "mmgen-fusion"
