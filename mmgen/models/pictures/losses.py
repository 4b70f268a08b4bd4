"""The games that generator and discriminator can play, by the name that ``[pictures] loss`` takes.

Scores are logits that a picture is real, (B,); losses are means over the batch, scalars.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import relu, softplus


@dataclass(frozen=True)
class GameLoss:
    """``of_critic(on_real, on_drawn)`` and ``of_generator(on_drawn)``, both to be made small."""

    of_critic: Callable[[Tensor, Tensor], Tensor]
    of_generator: Callable[[Tensor], Tensor]


def _cross_entropy(on_real: Tensor, on_drawn: Tensor) -> Tensor:
    """-log D(real) - log(1 - D(drawn)), with D the sigmoid of the score."""
    return softplus(-on_real).mean() + softplus(on_drawn).mean()


def _hinge(on_real: Tensor, on_drawn: Tensor) -> Tensor:
    return relu(1 - on_real).mean() + relu(1 + on_drawn).mean()


LOSSES: dict[str, GameLoss] = {
    # log(1 - D(drawn)) for the generator, too: its gradient vanishes where the discriminator is sure.
    # Goodfellow et al. 2014, arXiv 1406.2661, equation 1
    "minimax": GameLoss(_cross_entropy, lambda on_drawn: -softplus(on_drawn).mean()),
    # -log D(drawn), which has its largest gradient there. The same, section 3
    "non_saturating": GameLoss(_cross_entropy, lambda on_drawn: softplus(-on_drawn).mean()),
    # Lim and Ye 2017, arXiv 1705.02894; Miyato et al. 2018, arXiv 1802.05957, equations 16 and 17
    "hinge": GameLoss(_hinge, lambda on_drawn: -on_drawn.mean()),
}
