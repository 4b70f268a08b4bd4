"""The network around a way of fusion: one latent for a product, from whichever of its modalities are there, and back to
all of them.

Shapes: B rows, L latent size, T tokens, S slots.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Self

import torch
from torch import Tensor, nn

from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.base import Posterior, Scored, Terms
from mmgen.models.fusion.config import FusionConfig
from mmgen.models.fusion.registry import way_of
from mmgen.models.modalities.base import Parts
from mmgen.models.modalities.registry import MODALITIES
from mmgen.models.named import entry
from mmgen.models.text.decoder import UNKNOWN, TextBatch, TextDecoder

TOKENS = "tokens"
"""The term of the text decoder, which no encoder reads: it stands beside those of the modalities."""


@dataclass(frozen=True)
class Batch:
    """Examples on the device, by modality: ``values`` (B, ...) as the encoders take them, ``present`` (B,) bool."""

    values: dict[str, Tensor]
    present: dict[str, Tensor]

    @classmethod
    def of(cls, examples: ExampleArrays, net: FusionNet, device: torch.device | str = "cpu") -> Self:
        """As ``net`` takes them: of its modalities, and values of another size are hidden."""
        examples = examples.sized(net.sizes)
        models = net.models.items()
        return cls(
            {name: model.to_tensor(examples.values[name]).to(device) for name, model in models},
            {name: torch.from_numpy(examples.present[name]).to(device) for name, _ in models},
        )


class FusionNet(nn.Module):
    """Encoders, a way of fusion and decoders, by the names of the modalities. Knows no file and no vocabulary."""

    def __init__(self, config: FusionConfig):
        super().__init__()
        entries = {name: entry(MODALITIES, name, "modalities") for name in config.modalities}
        decided = {name: one.reading.shape[0] for name, one in entries.items()}
        self.sizes = {name: config.sizes[name] for name, size in decided.items() if size is None}
        self.models = {
            name: one.networks()(config, decided[name] or config.sizes[name]) for name, one in entries.items()
        }
        self.latent = config.latent
        # Encoders, fusion, decoders, each in the order of the modalities: the seed's numbers are drawn in this order.
        self.shared, self.encoders = nn.ModuleDict(), nn.ModuleDict()
        for name, model in self.models.items():
            self.shared[name] = model.make_shared()
            self.encoders[name] = model.make_encoder()
        hidden_sizes = {name: model.hidden_size for name, model in self.models.items()}
        self.fusion = way_of(config.fusion, config.fusion_options)(hidden_sizes, config.latent)
        self.decoders = nn.ModuleDict({name: model.make_decoder() for name, model in self.models.items()})
        self.text_decoder = TextDecoder(
            config.num_tokens, config.num_slots, config.latent, config.text_hidden, config.text_embedding
        )
        self.log_scale = nn.ParameterDict(
            {name: torch.tensor(0.0) for name, model in self.models.items() if model.has_scale}
        )
        self.is_mixed = False
        """Whether encoders and decoders compute in bf16, by autocast, while it trains. All else is always float32."""
        # In which order branches leave the latent decides the last bit of its gradient's sum. It is kept, with those
        # first whose encoder and decoder share weights, so that a seed goes on to give the weights that it gave.
        self.decode_order = sorted(self.models, key=lambda name: not any(True for _ in self.shared[name].parameters()))

    @property
    def terms(self) -> tuple[str, ...]:
        """The names of the likelihoods' terms."""
        return (*self.models, TOKENS)

    def parts(self, name: str) -> Parts:
        scale = self.log_scale[name] if name in self.log_scale else torch.tensor(0.0)
        return Parts(self.shared[name], self.encoders[name], self.decoders[name], scale)

    def hidden(self, batch: Batch) -> dict[str, Tensor]:
        """What each encoder says, whether the modality is there or not: (B, H) by modality."""
        with self._mixed():
            found = {name: model.encode(batch.values[name], self.parts(name)) for name, model in self.models.items()}
        return {name: value.float() for name, value in found.items()}

    def posterior(self, batch: Batch, seen: Mapping[str, Tensor]) -> Posterior:
        """q(z | the modalities ``seen``, (B,) bool each)."""
        return self.fusion.encode(self.hidden(batch), seen)

    def decode_one(self, z: Tensor, name: str) -> Tensor:
        """The parameters of one modality's likelihood: (B, ...)."""
        with self._mixed():
            return self.models[name].decode(self.fusion.part_for(z, name), self.parts(name)).float()

    def decode(self, z: Tensor) -> dict[str, Tensor]:
        """Those of all modalities."""
        found = {name: self.decode_one(z, name) for name in self.decode_order}
        return {name: found[name] for name in self.models}

    def score(self, batch: Batch, texts: TextBatch, z: Tensor) -> Scored:
        """What z (B, L) says of every modality that is there, and of the texts."""
        decoded = self.decode(z)
        raw = {
            name: model.nll(batch.values[name], decoded[name], self.parts(name)) for name, model in self.models.items()
        }
        raw[TOKENS] = self.text_decoder.nll(texts.tokens, z, texts.slots, UNKNOWN, texts.lengths)
        present = batch.present | {TOKENS: texts.present}
        # where, not multiplication: what stands in for an absent modality must not reach the loss even as 0 * nan.
        return Scored(decoded, {name: torch.where(present[name], raw[name], 0.0) for name in self.terms})

    def elbo(self, batch: Batch, seen: Mapping[str, Tensor], noise: Tensor, texts: TextBatch) -> Terms:
        """The way of fusion's own terms, encoded from the modalities ``seen``. noise: (B, fusion.noise_size)."""
        return self.fusion.elbo(self.hidden(batch), seen, noise, partial(self.score, batch, texts))

    def _mixed(self) -> AbstractContextManager[object]:
        is_mixed = self.is_mixed and self.training
        return torch.autocast(self.text_decoder.bias.device.type, torch.bfloat16) if is_mixed else nullcontext()
