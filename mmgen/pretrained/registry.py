"""All pretrained weights that mmgen knows how to fetch. An asset is a file in ``entries/`` and a line here."""

from __future__ import annotations

from mmgen.pretrained.asset import Asset
from mmgen.pretrained.entries.all_minilm_l6_v2 import ALL_MINILM_L6_V2
from mmgen.pretrained.entries.efficientnet_lite0 import EFFICIENTNET_LITE0

PRETRAINED: dict[str, Asset] = {asset.name: asset for asset in (EFFICIENTNET_LITE0, ALL_MINILM_L6_V2)}


def asset_named(name: str) -> Asset:
    """The entry of this name. ValueError naming the nearest one where there is none."""
    if name not in PRETRAINED:
        from mmgen.config.params import nearest

        raise ValueError(f"no pretrained weights are called {name!r}.{nearest(name, list(PRETRAINED))}")
    return PRETRAINED[name]
