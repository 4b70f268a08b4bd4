"""Parameters of the graph model. Light: imports no torch."""

from __future__ import annotations

from pydantic import Field

from mmgen.config.params import Params


class GraphModelParams(Params):
    """How the variational graph autoencoder is trained. Steps, never seconds, bound it."""

    latent: int = Field(64, ge=2, description="values of a product's latent vector")
    hidden: int = Field(128, ge=8)
    steps: int = Field(600, ge=1)
    batch_links: int = Field(256, ge=1, description="links of each kind in a step")
    negatives: int = Field(8, ge=1, description="products drawn by chance against each link")
    learning_rate: float = Field(5e-3, gt=0)
    beta: float = Field(
        0.03, ge=0, description="weight of the KL term; with few links a product, 1 leaves nothing but the prior"
    )
    features_weight: float = Field(1.0, ge=0, description="weight of a nat of the features' likelihood")
    unknown_share: float = Field(
        0.05,
        ge=0,
        le=1,
        description="share of a step's products that are seen by their features alone, as new ones",
    )
    content_weight: float = Field(0.1, ge=0, description="weight of a link by attributes, text or image")
    min_links: int = Field(100, ge=10, description="fewer links in baskets teach nothing: there is no model then")
    held_out_share: float = Field(0.1, gt=0, lt=0.5, description="links in baskets that the model is judged by")
    max_judged: int = Field(2000, ge=10, description="held-out links that are looked at")
    checkpoint_every: int = Field(500, ge=1)
    num_threads: int = Field(1, ge=1)


class RelatedParams(Params):
    """What ``related`` keeps of the graph model's scores."""

    count: int = Field(12, ge=1, le=100, description="related products of each product")
