"""The fusion model: one latent for a product, from whichever of its modalities are there, and back to all of them.

A multimodal VAE with a product of experts (Wu & Goodman 2018, arXiv 1802.05335).
Shapes: B rows, M=4 modalities in the order of MODALITIES, L latent size, T tokens, S slots.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save
from torch import Tensor, nn

from mmgen.config.params import Params
from mmgen.models.examples import AUDIO_SIZE, NUM_ATTRIBUTES, TEXT_SIZE, ExampleArrays
from mmgen.models.fusion.gaussian import product_of_experts
from mmgen.models.modalities.image import ImageDecoder, ImageEncoder, to_float, to_uint8
from mmgen.models.text import sampling
from mmgen.models.text.decoder import TextDecoder
from mmgen.models.text.sampling import ScoredTokens
from mmgen.models.text.sentences import Sentences
from mmgen.models.text.vocabulary import Vocabulary, begin_token

# Rows that go through the network at once, always padded to this many: a matrix product may round differently for
# another number of rows, and a row's result must not depend on what is generated beside it.
CHUNK_ROWS = 32


class FusionConfig(Params):
    """Sizes of the fusion model and of the features that it reads, and the fitted model that these are by."""

    latent: int = 96
    hidden: int = 256
    image_width: int = 32
    text_hidden: int = 192
    text_embedding: int = 96
    text_size: int = TEXT_SIZE
    audio_size: int = AUDIO_SIZE
    audio_encoder: str = ""
    num_tokens: int
    num_slots: int


@dataclass(frozen=True)
class Tensors:
    """ExampleArrays on the device. pixels (B, 3, 64, 64) in [-1, 1]; the others as there, float; masks (B, M) bool."""

    pixels: Tensor
    text: Tensor
    audio: Tensor
    attributes: Tensor
    masks: Tensor

    @classmethod
    def of(cls, examples: ExampleArrays, net: FusionNet | None = None, device: torch.device | str = "cpu") -> Self:
        """As ``net`` takes them: features of another size are hidden."""
        if net is not None:
            examples = examples.sized(net.text_size, net.audio_size)
        values = (to_float(examples.pixels), torch.from_numpy(examples.text), torch.from_numpy(examples.audio),
                  torch.from_numpy(examples.attributes).float(), torch.from_numpy(examples.masks))  # fmt: skip
        return cls(*(value.to(device) for value in values))


@dataclass(frozen=True)
class Decoded:
    """What a latent says of each modality: likelihood locations (image, text, audio) and logits (attributes)."""

    image: Tensor
    text: Tensor
    audio: Tensor
    attributes: Tensor


class FusionNet(nn.Module):
    """Encoders, experts and decoders. Knows no file and no vocabulary."""

    audio_mean: Tensor
    audio_std: Tensor

    def __init__(self, config: FusionConfig):
        super().__init__()
        hidden, latent = config.hidden, config.latent
        self.latent, self.text_size, self.audio_size = latent, config.text_size, config.audio_size
        self.image_encoder = ImageEncoder(config.image_width, hidden)
        self.text_encoder = _mlp(config.text_size, hidden, hidden)
        self.audio_encoder = _mlp(config.audio_size, hidden, hidden)
        self.attribute_table = nn.Parameter(torch.randn(NUM_ATTRIBUTES, 64) * 64**-0.5)
        self.attribute_encoder = _mlp(64, hidden, hidden)
        self.experts = nn.ModuleList(nn.Linear(size, 2 * latent) for size in (2 * hidden, hidden, hidden, hidden))
        self.image_decoder = ImageDecoder(latent, config.image_width)
        self.text_head = _mlp(latent, hidden, config.text_size, last=False)
        self.audio_head = _mlp(latent, hidden, config.audio_size, last=False)
        self.attribute_head = _mlp(latent, hidden, 64, last=False)
        self.attribute_bias = nn.Parameter(torch.zeros(NUM_ATTRIBUTES))
        self.text_decoder = TextDecoder(
            config.num_tokens, config.num_slots, latent, config.text_hidden, config.text_embedding
        )
        # Learned likelihood scales, so that no modality's weight has to be tuned for a shop (Rybkin et al. 2021).
        self.log_scale = nn.ParameterDict({name: torch.tensor(0.0) for name in ("image", "text", "audio")})
        # Audio features come in any unit; the networks see them centred and scaled.
        self.register_buffer("audio_mean", torch.zeros(config.audio_size))
        self.register_buffer("audio_std", torch.ones(config.audio_size))

    def experts_of(self, batch: Tensors) -> tuple[Tensor, Tensor]:
        """Each modality's own Gaussian, whether it is there or not: mu, logvar (B, M, L)."""
        bag = batch.attributes @ self.attribute_table
        bag = bag / batch.attributes.sum(dim=1, keepdim=True).clamp(min=1.0).sqrt()
        hidden = (self.image_encoder(batch.pixels), self.text_encoder(batch.text * self.text_size**0.5),
                  self.audio_encoder(self.scaled_audio(batch)), self.attribute_encoder(bag))  # fmt: skip
        both = torch.stack([expert(h) for expert, h in zip(self.experts, hidden, strict=True)], dim=1)
        mu, logvar = both.chunk(2, dim=2)
        return mu, logvar.clamp(-8.0, 4.0)

    def scaled_audio(self, batch: Tensors) -> Tensor:
        return (batch.audio - self.audio_mean) / self.audio_std

    def posterior(self, batch: Tensors, mask: Tensor) -> tuple[Tensor, Tensor]:
        """q(z | the modalities in ``mask`` (B, M)): mu, logvar (B, L)."""
        mu, logvar = self.experts_of(batch)
        return product_of_experts(mu, logvar, mask)

    def decode(self, z: Tensor) -> Decoded:
        attributes = self.attribute_head(z) @ self.attribute_table.T + self.attribute_bias
        return Decoded(self.image_decoder(z), self.text_head(z), self.audio_head(z), attributes)


def _mlp(inputs: int, hidden: int, outputs: int, last: bool = True) -> nn.Sequential:
    layers = [nn.Linear(inputs, hidden), nn.LayerNorm(hidden), nn.SiLU(), nn.Linear(hidden, outputs)]
    return nn.Sequential(*layers, *([nn.SiLU()] if last else []))


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
        net.load_state_dict(load_file(directory / "model.safetensors"))
        vocabulary = Vocabulary.load(directory / "vocabulary.json")
        return cls(net, config, vocabulary, Sentences.load(directory / "sentences.json", vocabulary))

    @torch.inference_mode()
    def encode(self, examples: ExampleArrays) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The posterior of each row given the modalities its masks show: mu, logvar (B, L).

        Audio features by another encoder than those that the model was trained on are hidden.
        """
        examples = examples.heard_by(self.config.audio_encoder)
        mu, logvar = np.zeros((2, len(examples), self.config.latent), np.float32)
        for rows, chunk in _chunks(examples):
            batch = Tensors.of(chunk, self.net)
            found = self.net.posterior(batch, batch.masks)
            mu[rows], logvar[rows] = (part[: len(rows)].numpy() for part in found)
        return mu, logvar

    @torch.inference_mode()
    def decode_images(self, examples: ExampleArrays) -> NDArray[np.uint8]:
        """The image that the present modalities of each row speak for, at the posterior mean: (B, 64, 64, 3) uint8."""
        mu, _ = self.encode(examples)
        out = np.zeros((len(mu), 64, 64, 3), np.uint8)
        for start in range(0, len(mu), CHUNK_ROWS):
            z = mu[start : start + CHUNK_ROWS]
            padded = np.zeros((CHUNK_ROWS, self.config.latent), np.float32)
            padded[: len(z)] = z
            out[start : start + len(z)] = to_uint8(self.net.image_decoder(torch.from_numpy(padded)))[: len(z)]
        return out

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
