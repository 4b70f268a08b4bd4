"""The ways of fusion there are, by the name that ``[train] fusion`` takes. One file and one entry add one."""

from __future__ import annotations

from mmgen.models.fusion.base import Fusion
from mmgen.models.fusion.ways.alignment import Alignment
from mmgen.models.fusion.ways.attention import Attention
from mmgen.models.fusion.ways.concatenation import Concatenation
from mmgen.models.fusion.ways.hellinger import Hellinger
from mmgen.models.fusion.ways.mixture_of_experts import ImportanceWeightedMixture, MixtureOfExperts
from mmgen.models.fusion.ways.mixture_of_products import MixtureOfProducts
from mmgen.models.fusion.ways.product_and_private import ProductAndPrivate
from mmgen.models.fusion.ways.product_of_experts import ProductOfExperts
from mmgen.models.fusion.ways.shared_and_private import SharedAndPrivate
from mmgen.models.fusion.ways.total_correlation import TotalCorrelation

FUSIONS: dict[str, type[Fusion]] = {
    "product_of_experts": ProductOfExperts,
    "concatenation": Concatenation,
    "attention": Attention,
    "alignment": Alignment,
    "mixture_of_experts": MixtureOfExperts,
    "importance_weighted_mixture": ImportanceWeightedMixture,
    "mixture_of_products": MixtureOfProducts,
    "total_correlation": TotalCorrelation,
    "hellinger": Hellinger,
    "shared_and_private": SharedAndPrivate,
    "product_and_private": ProductAndPrivate,
}
