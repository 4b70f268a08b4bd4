"""The modalities there are, by name. One file beside this one and one entry here add a modality.

No torch: readers need the columns alone, and an entry imports its networks when they are first asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from mmgen.models.modalities.arrays import Bytes, Floats, Ids, Levels, Reading

if TYPE_CHECKING:
    from mmgen.models.modalities.base import ModalityModel

IMAGE_PX = 64
NUM_ATTRIBUTES = 4096
SPECTROGRAM = 64 * 128  # bands by frames, where no row says how many


@dataclass(frozen=True)
class Modality:
    """``column``: of ``examples``, and how it is read. ``model``: ``module:class`` of the networks.

    ``fitted_by``: the column that names the fitted model which the values are by; "" where none is. ``medium``: what of
    a product the values describe, where that is another modality's medium, too; "" where it is this one's alone.
    ``is_default``: models have it unless they are told which modalities to have.
    """

    column: str
    reading: Reading
    model: str
    fitted_by: str = ""
    is_default: bool = True
    medium: str = ""

    def networks(self) -> type[ModalityModel]:
        """The class in ``model``."""
        module, name = self.model.split(":")
        return cast("type[ModalityModel]", getattr(import_module(module), name))


MODALITIES: dict[str, Modality] = {
    "image": Modality("pixels", Bytes((IMAGE_PX, IMAGE_PX, 3)), "mmgen.models.modalities.image:Image"),
    "text": Modality("text_embedding", Floats(256), "mmgen.models.modalities.text:Text"),
    "audio": Modality("audio_embedding", Floats(128), "mmgen.models.modalities.audio:Audio", fitted_by="audio_encoder"),
    "attributes": Modality("attribute_ids", Ids(NUM_ATTRIBUTES), "mmgen.models.modalities.attributes:Attributes"),
    "sound": Modality(
        "spectrogram", Levels(SPECTROGRAM), "mmgen.models.modalities.sound:Sound", medium="audio", is_default=False
    ),
    "graph": Modality(
        "graph_vector", Floats(128), "mmgen.models.modalities.graph:Graph", fitted_by="graph_encoder", is_default=False
    ),
    "image_embedding": Modality(
        "image_embedding",
        Floats(256),
        "mmgen.models.modalities.image_features:ImageFeatures",
        fitted_by="image_encoder",
        medium="image",
        is_default=False,
    ),
}
"""In the order in which a model's parts are made: new ones go to the end, so that seeds keep their weights."""


def default_modalities() -> tuple[str, ...]:
    """What a model fuses that is not told what to fuse."""
    return tuple(name for name, modality in MODALITIES.items() if modality.is_default)


def media_of(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Modalities by the medium that they describe, in the order of ``names``: whoever has a photo has its features, so
    what is told from the photo alone is told from both."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        medium = MODALITIES[name].medium or name
        found[medium] = (*found.get(medium, ()), name)
    return found
