"""A trained fusion model, as it is saved, registered and generated with.

Shapes: B rows, L latent size.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save
from torch import Tensor

from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.config import FusionConfig
from mmgen.models.fusion.net import Batch, FusionNet
from mmgen.models.spectrogram import NUM_MELS, wave_of
from mmgen.models.text import sampling
from mmgen.models.text.sampling import ScoredTokens
from mmgen.models.text.sentences import Sentences
from mmgen.models.text.vocabulary import Vocabulary, begin_token

# Rows that go through the network at once, always padded to this many: a matrix product may round differently for
# another number of rows, and a row's result must not depend on what is generated beside it.
CHUNK_ROWS = 32


class FusionModel:
    """A trained network with its vocabulary and its sentences, as it is saved, registered and generated with."""

    def __init__(
        self, net: FusionNet, config: FusionConfig, vocabulary: Vocabulary, sentences: Sentences | None = None
    ):
        self.net = net.eval()
        self.config = config
        self.vocabulary = vocabulary
        self.sentences = sentences or Sentences({}, vocabulary)

    def save(self, directory: Path) -> None:
        """Write ``model.safetensors``, ``config.json``, ``vocabulary.json`` and ``sentences.json``."""
        directory.mkdir(parents=True, exist_ok=True)
        weights = {name: value.detach().cpu().contiguous() for name, value in self.net.state_dict().items()}
        # Not save_file: it makes the file readable by its owner alone, and jobs may run as another user than training.
        (directory / "model.safetensors").write_bytes(save(weights))
        (directory / "config.json").write_text(self.config.model_dump_json(indent=2) + "\n", encoding="utf-8")
        self.vocabulary.save(directory / "vocabulary.json")
        self.sentences.save(directory / "sentences.json")

    @classmethod
    def load(cls, directory: Path) -> FusionModel:
        """Read what ``save`` wrote; no file of it can carry code. Raises ValueError where one is missing."""
        names = ("model.safetensors", "config.json", "vocabulary.json", "sentences.json")
        absent = [name for name in names if not (directory / name).is_file()]
        if absent:
            raise ValueError(f"{directory} holds no fusion model: {', '.join(absent)} missing; train one first")
        config = FusionConfig.model_validate_json((directory / "config.json").read_text(encoding="utf-8"))
        net = FusionNet(config)
        net.load_state_dict(_by_name(load_file(directory / "model.safetensors")))
        vocabulary = Vocabulary.load(directory / "vocabulary.json")
        return cls(net, config, vocabulary, Sentences.load(directory / "sentences.json", vocabulary))

    @torch.inference_mode()
    def encode(self, examples: ExampleArrays) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The posterior of each row given the modalities that are present: mu, logvar (B, L).

        Values by another fitted model than the one that the model was trained on are hidden.
        """
        examples = examples.made_by(self.config.fitted_by)
        mu, logvar = np.zeros((2, len(examples), self.config.latent), np.float32)
        for rows, chunk in _chunks(examples):
            batch = Batch.of(chunk, self.net)
            found = self.net.posterior(batch, batch.present)
            mu[rows], logvar[rows] = (part[: len(rows)].numpy() for part in (found.mu, found.logvar))
        return mu, logvar

    @torch.inference_mode()
    def weights(self, examples: ExampleArrays) -> dict[str, NDArray[np.float32]] | None:
        """What each modality counts for in each row's posterior, by name: (B,) each, see ``Fusion.weights``. None where
        the way of fusion does not say."""
        parts = []
        for rows, chunk in _chunks(examples.made_by(self.config.fitted_by)):
            batch = Batch.of(chunk, self.net)
            found = self.net.fusion.weights(self.net.hidden(batch), batch.present)
            if found is None:
                return None
            parts.append({name: value[: len(rows)].numpy() for name, value in found.items()})
        return {name: np.concatenate([part[name] for part in parts]) for name in self.net.models} if parts else {}

    def decode_images(self, examples: ExampleArrays) -> NDArray[np.uint8]:
        """The image that the present modalities of each row speak for, at the posterior mean: (B, 64, 64, 3) uint8."""
        return self.decode(examples, "image")

    def decode_sounds(self, examples: ExampleArrays) -> NDArray[np.float32]:
        """The sound that the present modalities of each row speak for, at the posterior mean: (B, samples) at 16 kHz.

        Raises ValueError where the model was trained without sound.
        """
        if "sound" not in self.net.models:
            raise ValueError("the model was trained without sound: name it in [train] modalities and train again")
        waves = [wave_of(levels.reshape(NUM_MELS, -1)) for levels in self.decode(examples, "sound")]
        return np.stack(waves) if waves else np.zeros((0, 0), np.float32)

    @torch.inference_mode()
    def decode(self, examples: ExampleArrays, modality: str) -> NDArray[Any]:
        """What the present modalities of each row say of one, at the posterior mean, in the unit of its values."""
        mu, _ = self.encode(examples)
        model, parts = self.net.models[modality], []
        for start in range(0, len(mu), CHUNK_ROWS):
            z = mu[start : start + CHUNK_ROWS]
            padded = np.zeros((CHUNK_ROWS, self.config.latent), np.float32)
            padded[: len(z)] = z
            parts.append(model.to_values(self.net.decode_one(torch.from_numpy(padded), modality))[: len(z)])
        return np.concatenate(parts) if parts else examples.values[modality]

    def sample_texts(
        self,
        examples: ExampleArrays,
        allowed: list[set[str]],
        seeds: list[int],
        num_samples: int,
        temperature: float,
        max_tokens: int,
        kind: str = "description",
        traits: list[str] | None = None,
    ) -> list[list[ScoredTokens]]:
        """Draw ``num_samples`` texts a row, in the language of the row's locale (see ``sampling.sample``).

        allowed[i]: the slots that row i has facts for; no other slot is ever drawn. seeds[i]: row i's own seed; the
        result of a row depends on nothing beside it. traits[i]: what row i's sentences must fit (see ``sentences``);
        without them the decoder is free. Raises ValueError where the lists differ in length.
        """
        if not len(examples) == len(allowed) == len(seeds) == len(traits if traits is not None else seeds):
            raise ValueError(
                f"{len(examples)} examples, {len(allowed)} slot sets, {len(seeds)} seeds: give one each a row"
            )
        mu, logvar = self.encode(examples)
        begins = [self.vocabulary.index[begin_token(kind, locale)] for locale in examples.locale]
        drawing = sampling.Drawing(num_samples, temperature, max_tokens)
        return sampling.sample(
            self.net.text_decoder, self.vocabulary, mu, logvar, begins, allowed, seeds, drawing, self.sentences, traits
        )


def _chunks(examples: ExampleArrays) -> Iterator[tuple[list[int], ExampleArrays]]:
    """Row numbers, and those rows filled up to CHUNK_ROWS with the last of them."""
    for start in range(0, len(examples), CHUNK_ROWS):
        rows = list(range(start, min(start + CHUNK_ROWS, len(examples))))
        yield rows, examples.take(rows + [rows[-1]] * (CHUNK_ROWS - len(rows)))


_PREFIXES = (
    ("attribute_table", "shared.attributes.table"),
    ("attribute_bias", "shared.attributes.bias"),
    ("audio_mean", "shared.audio.mean"),
    ("audio_std", "shared.audio.std"),
    ("image_encoder.", "encoders.image."),
    ("text_encoder.", "encoders.text."),
    ("audio_encoder.", "encoders.audio."),
    ("attribute_encoder.", "encoders.attributes."),
    ("experts.0.", "fusion.experts.image."),
    ("experts.1.", "fusion.experts.text."),
    ("experts.2.", "fusion.experts.audio."),
    ("experts.3.", "fusion.experts.attributes."),
    ("image_decoder.", "decoders.image."),
    ("text_head.", "decoders.text."),
    ("audio_head.", "decoders.audio."),
    ("attribute_head.", "decoders.attributes."),
)
"""What the weights of a model were called that was saved before its modalities were named, and are called now."""


def _by_name(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    def renamed(name: str) -> str:
        return next((new + name[len(old) :] for old, new in _PREFIXES if name.startswith(old)), name)

    return {renamed(name): value for name, value in weights.items()}
