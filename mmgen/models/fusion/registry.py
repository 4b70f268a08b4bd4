"""The ways of fusion there are, by the name that ``[train] fusion`` takes. One file and one entry add one."""

from __future__ import annotations

from mmgen.models.fusion.base import Fusion
from mmgen.models.fusion.product_of_experts import ProductOfExperts

FUSIONS: dict[str, type[Fusion]] = {"product_of_experts": ProductOfExperts}
