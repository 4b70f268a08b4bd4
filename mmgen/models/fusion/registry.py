"""The ways of fusion there are, by the name that ``[train] fusion`` takes. One file and one entry add one."""

from __future__ import annotations

from collections.abc import Mapping

from mmgen.models.fusion.base import Fusion
from mmgen.models.fusion.ways.alignment import Alignment
from mmgen.models.fusion.ways.attention import Attention
from mmgen.models.fusion.ways.bernoulli import BernoulliExperts
from mmgen.models.fusion.ways.concatenation import Concatenation
from mmgen.models.fusion.ways.hellinger import Hellinger
from mmgen.models.fusion.ways.mixture_of_experts import ImportanceWeightedMixture, MixtureOfExperts
from mmgen.models.fusion.ways.mixture_of_products import MixtureOfProducts
from mmgen.models.fusion.ways.product_and_private import ProductAndPrivate
from mmgen.models.fusion.ways.product_of_experts import ProductOfExperts
from mmgen.models.fusion.ways.shared_and_private import SharedAndPrivate
from mmgen.models.fusion.ways.total_correlation import TotalCorrelation
from mmgen.models.named import entry

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
    "bernoulli": BernoulliExperts,
    "product_and_private": ProductAndPrivate,
}


def way_of(name: str, options: Mapping[str, float]) -> type[Fusion]:
    """A way of fusion with its numbers set: a class of its own, so that no other model of that way has them.

    Raises ValueError for a way or an option that there is not, and for a value that an option does not take.
    """
    kind = entry(FUSIONS, name, "train.fusion")
    for option, value in options.items():
        range_of = entry(kind.options, option, f"train.fusion_options of {name}")
        if not range_of.takes(value):
            whole = "a whole number of " if range_of.is_whole else ""
            raise ValueError(
                f"train.fusion_options.{option}: {value:g} is not {whole}{range_of.lowest:g} to {range_of.highest:g}"
            )
    values = {option: int(value) if kind.options[option].is_whole else value for option, value in options.items()}
    return type(kind.__name__, (kind,), values) if values else kind
