"""The encoders in force: which one a feature job is given, and whether the configuration names another one by now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mmgen.models.encoders.fitted import AudioNetwork, ImageNetwork
from mmgen.registry.fitting import Fitted, fitted_champion, model_name

if TYPE_CHECKING:
    from mmgen.config.config import Config


def fitted_image(config: Config, ds: str = "") -> Fitted:
    """The image encoder that a date's features are made with; none where the configuration wants none."""
    return _in_force(config, "image", config.encoders.image.architecture, ds)


def fitted_audio(config: Config, ds: str = "") -> Fitted:
    """The audio encoder that a date's features are made with; none where the configuration wants none, or has clips
    heard in another way than the encoder knows."""
    champion = _in_force(config, "audio", config.encoders.audio.architecture, ds)
    return champion if _hears_as(config, champion) else Fitted(champion.name)


def _in_force(config: Config, modality: str, architecture: str, ds: str = "") -> Fitted:
    return Fitted(model_name(config, modality)) if architecture == "none" else fitted_champion(config, modality, ds)


def is_audio_outdated(config: Config) -> bool:
    """Whether the champion was trained on clips that were heard in another way than the configuration says now."""
    return not _hears_as(config, _in_force(config, "audio", config.encoders.audio.architecture))


def _hears_as(config: Config, champion: Fitted) -> bool:
    if not champion.folder:
        return True
    network = AudioNetwork.model_validate_json((Path(champion.folder) / "config.json").read_text(encoding="utf-8"))
    return network.bands == config.features.audio


def is_image_outdated(config: Config) -> bool:
    """Whether the champion is of another architecture, or of other weights, than the configuration names now."""
    params, champion = config.encoders.image, fitted_image(config)
    if not champion.folder:
        return False
    network = ImageNetwork.model_validate_json((Path(champion.folder) / "config.json").read_text(encoding="utf-8"))
    return (network.architecture, network.source) != (params.architecture, params.source)
