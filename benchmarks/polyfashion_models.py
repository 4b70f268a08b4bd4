"""What is compared on PolyFashion: every way of fusion of mmgen's, and five models of PyPI's multivae, with one net.

multivae (Senellart et al., github.com/AgatheSenellart/MultiVae) has its authors' reproductions of published models.
Theirs get what their scripts give them on PolyMNIST: beta 2.5 (their MMVAE takes none), MVTCAE's alpha 5/6, MVAE's
sub-sampling with the joint and each single modality, MMVAE+'s learned private priors, its looser bound with one draw,
Laplace posteriors and AMSGrad. MMVAE's ten draws would be 250 decodings a row, two passes over the data in 40 minutes;
it has one, like MMVAE+. Shapes: B rows, L latent size.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import report  # first: it finds mmgen and the peers

import torch
from polyfashion import HIDDEN, NAMES, Pictures, decoder, encoder
from torch import Tensor, nn

from mmgen.metrics.coherence import Subset
from mmgen.models.fusion.base import Fusion, Scored
from mmgen.models.fusion.registry import FUSIONS, way_of
from mmgen.training.fusion.inputs import thin

LATENT, SCALE, BETA = 64, 0.75, 2.5
RATE = 1e-3
PRIVATE = 32
ONE_DRAW = ("product_of_experts", "concatenation", "attention", "alignment", "hellinger", "product_and_private")
"""What learns of subsets by modality dropout alone. The others have them in their objective."""
UNUSED = (
    "torchvision", "torchvision.datasets", "torchvision.datasets.utils", "torchvision.transforms", "torchvision.utils",
    "nltk", "nltk.tokenize", "torchmetrics",
)  # fmt: skip


class Model(nn.Module, ABC):
    """One contestant: its loss, and what it generates. Random numbers are torch's own."""

    name: str

    def optimizer(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), RATE, fused=True)

    @abstractmethod
    def loss(self, pictures: Pictures) -> Tensor:
        """A scalar, in nats a row."""

    @abstractmethod
    def generate(self, pictures: Pictures, given: Subset, wanted: Subset = NAMES) -> dict[str, Tensor]:
        """The ``wanted`` ones from one draw of the posterior of those that are given, (B, 3, 28, 28)."""

    @abstractmethod
    def from_prior(self, rows: int) -> dict[str, Tensor]:
        """Every modality from one draw of the prior."""

    @abstractmethod
    def means(self, pictures: Pictures) -> Tensor:
        """The posterior's means given everything, (B, L)."""


# --- ours -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipe:
    """A way of fusion and how it is taught here."""

    way: str
    latent: int = LATENT
    beta: float = BETA
    thinned: float = 0.0
    options: tuple[tuple[str, float], ...] = ()

    def fusion(self) -> Fusion:
        """The way of fusion, with its numbers as they are here."""
        return way_of(self.way, dict(self.options))(dict.fromkeys(NAMES, HIDDEN), self.latent)


class Ours(Model):
    """A way of fusion between the nets, under a Laplace likelihood."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.recipe, self.name = recipe, recipe.way
        self.encoders = nn.ModuleDict({name: encoder() for name in NAMES})
        self.decoders = nn.ModuleDict({name: decoder(recipe.latent) for name in NAMES})
        self.fusion = recipe.fusion()

    def loss(self, pictures: Pictures) -> Tensor:
        there = self._there(pictures, NAMES)
        hidden = {name: self.encoders[name](pictures[name]) for name in NAMES}
        seen = thin(there, self.recipe.thinned, torch.default_generator)
        noise = torch.randn(len(pictures[NAMES[0]]), self.fusion.noise_size)
        terms = self.fusion.elbo(hidden, seen, noise, partial(self._score, pictures))
        paid = terms.kl if terms.paid is None else terms.paid
        costs = [*terms.nll.values(), *terms.beside.values(), self.recipe.beta * paid.sum(dim=1)]
        return torch.stack(costs).sum(dim=0).mean()

    def generate(self, pictures: Pictures, given: Subset, wanted: Subset = NAMES) -> dict[str, Tensor]:
        there = self._there(pictures, given)
        noise = torch.randn(len(pictures[NAMES[0]]), self.recipe.latent + 1)
        return self._decoded(self.fusion.sample(self._hidden(pictures, given), there, noise), wanted)

    def from_prior(self, rows: int) -> dict[str, Tensor]:
        return self._decoded(torch.randn(rows, self.recipe.latent))

    def means(self, pictures: Pictures) -> Tensor:
        return self.fusion.encode(self._hidden(pictures, NAMES), self._there(pictures, NAMES)).mu

    def _hidden(self, pictures: Pictures, given: Subset) -> dict[str, Tensor]:
        """What the encoders of the given modalities say; zeros for the others, which the fusion does not look at."""
        nothing = torch.zeros(len(pictures[NAMES[0]]), HIDDEN)
        return {name: self.encoders[name](pictures[name]) if name in given else nothing for name in NAMES}

    def _there(self, pictures: Pictures, given: Subset) -> dict[str, Tensor]:
        return {name: torch.full((len(pictures[name]),), name in given) for name in NAMES}

    def _decoded(self, z: Tensor, wanted: Subset = NAMES) -> dict[str, Tensor]:
        return {name: self.decoders[name](self.fusion.part_for(z, name)) for name in wanted}

    def _score(self, pictures: Pictures, z: Tensor) -> Scored:
        decoded = self._decoded(z)
        return Scored(decoded, {name: laplace_nll(pictures[name], decoded[name]) for name in NAMES})


def laplace_nll(values: Tensor, location: Tensor) -> Tensor:
    """-log p under a Laplace likelihood of scale 0.75, in nats: (B,)."""
    apart = (values - location).abs().flatten(1).sum(dim=1)
    return apart / SCALE + values[0].numel() * torch.tensor(2 * SCALE).log()


# --- theirs ---------------------------------------------------------------------------------------------------------


class Theirs(Model):
    """A model of multivae's, as it is, between the same nets."""

    def __init__(self, name: str, made: nn.Module, settings: Mapping[str, Any]) -> None:
        super().__init__()
        self.name, self.model, self.settings = name, made, settings

    def optimizer(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), RATE, **self.settings)

    def loss(self, pictures: Pictures) -> Tensor:
        found: Tensor = self.model(_rows(pictures)).loss
        return found

    def generate(self, pictures: Pictures, given: Subset, wanted: Subset = NAMES) -> dict[str, Tensor]:
        made = self.model.predict(_rows(pictures), list(given), list(wanted))
        return {name: made[name] for name in wanted}

    def from_prior(self, rows: int) -> dict[str, Tensor]:
        drawn = self.model.generate_from_prior(rows)
        made = self.model.decode(drawn)
        return {name: made[name] for name in NAMES}

    def means(self, pictures: Pictures) -> Tensor:
        drawn = self.model.encode(_rows(pictures), "all", return_mean=True)
        found: Tensor = drawn.z
        return found


def _rows(pictures: Pictures) -> Any:
    return sys.modules["multivae.data"].MultimodalBaseDataset(data=dict(pictures))


def _multivae() -> ModuleType:
    """multivae's models. What its own data sets import, to download and to draw, is not used, and not needed."""
    for name in UNUSED:
        sys.modules.setdefault(name, MagicMock())
    return report.peer("multivae.models")


def _nets(latent: int, private: int) -> tuple[dict[str, nn.Module], dict[str, nn.Module]]:
    """Encoders and decoders in the form that multivae takes: one net as ours, and a linear map of it for each value."""
    nets = sys.modules["multivae.models.nn.base_architectures"]
    output: Any = sys.modules["pythae.models.base.base_utils"].ModelOutput

    class Encoder(nets.BaseEncoder):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.latent_dim, self.style_dim, self.net = latent, private, encoder()
            self.said = nn.Linear(HIDDEN, 2 * latent + 2 * private)

        def forward(self, pictures: Tensor) -> Any:
            parts = self.said(self.net(pictures)).split([latent, latent, private, private], dim=1)
            shared = {"embedding": parts[0], "log_covariance": parts[1]}
            return output(**shared, style_embedding=parts[2], style_log_covariance=parts[3])

    class Decoder(nets.BaseDecoder):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.latent_dim, self.net = latent + private, decoder(latent + private)

        def forward(self, z: Tensor) -> Any:
            return output(reconstruction=self.net(z))

    return {name: Encoder() for name in NAMES}, {name: Decoder() for name in NAMES}


def _theirs(kind: str, latent: int = LATENT, private: int = 0, settings: Any = None, **options: Any) -> Theirs:
    models = _multivae()
    about = {
        "n_modalities": len(NAMES),
        "latent_dim": latent,
        "input_dims": dict.fromkeys(NAMES, (3, 28, 28)),
        "decoders_dist": dict.fromkeys(NAMES, "laplace"),
        "decoder_dist_params": {name: {"scale": SCALE} for name in NAMES},
    }
    config = getattr(models, f"{kind}Config")(**about, **options)
    encoders, decoders = _nets(latent, private)
    made = getattr(models, kind)(config, encoders, decoders)
    made.device = "cpu"
    return Theirs(f"multivae {kind}", made, settings or {})


LAPLACE = {"K": 1, "prior_and_posterior_dist": "laplace_with_softmax", "loss": "iwae_looser"}
PLUS = {"beta": BETA, "private": PRIVATE, "latent": LATENT - PRIVATE, "modalities_specific_dim": PRIVATE}
THEIRS: dict[str, Callable[[], Model]] = {
    "multivae MVAE": partial(_theirs, "MVAE", beta=BETA, warmup=0),
    "multivae MoPoE": partial(_theirs, "MoPoE", beta=BETA),
    "multivae MVTCAE": partial(_theirs, "MVTCAE", beta=BETA, alpha=5 / 6),
    "multivae MMVAE": partial(_theirs, "MMVAE", learn_prior=False, **LAPLACE),
    "multivae MMVAEPlus": partial(_theirs, "MMVAEPlus", settings={"amsgrad": True}, **PLUS, **LAPLACE),
}
PARTS: Any = {"latent": LATENT - PRIVATE + len(NAMES) * PRIVATE, "options": (("private", 5 / 6),)}
RECIPES = {name: Recipe(name, thinned=float(name in ONE_DRAW)) for name in FUSIONS} | {
    # 32 shared and 32 of each one's own, as theirs: a decoder reads 64
    "shared_and_private": Recipe("shared_and_private", **PARTS),
    "product_and_private": Recipe("product_and_private", thinned=1.0, **PARTS),
}
OURS: dict[str, Callable[[], Model]] = {name: partial(Ours, recipe) for name, recipe in RECIPES.items()}
SAME = {
    "product_of_experts": "multivae MVAE",
    "mixture_of_products": "multivae MoPoE",
    "total_correlation": "multivae MVTCAE",
    "mixture_of_experts": "multivae MMVAE",
    "shared_and_private": "multivae MMVAEPlus",
}
"""Whose speed is compared: ours, and theirs of the same name in the papers."""


def models() -> Iterator[str]:
    """All names, ours and theirs by turns."""
    rest = iter(THEIRS)
    for name in OURS:
        yield name
        yield from filter(None, [next(rest, None)])
