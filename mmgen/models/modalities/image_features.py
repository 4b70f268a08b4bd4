"""A photo as its features: colour and outline, and behind them what the image encoder says."""

from __future__ import annotations

from mmgen.models.modalities.audio import Audio


class ImageFeatures(Audio):
    """(B, D) in the features' own unit, centred and scaled as a clip's features are; a Gaussian likelihood."""
