"""What each medium of a product contributes to what a model says of it, and which products the model holds alike.

Shapes: B rows, L latent size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import comb

import numpy as np
import torch
from numpy.typing import NDArray

from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.model import FusionModel
from mmgen.models.fusion.net import Batch
from mmgen.models.modalities.registry import media_of
from mmgen.vectors import unit

Values = NDArray[np.float64]
TOLD = "attributes"


def shapley(players: Sequence[str], worth: Callable[[frozenset[str]], Values]) -> dict[str, Values]:
    """The Shapley value of each player (Shapley 1953), exactly, over all 2^n coalitions:

        phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (worth(S + i) - worth(S)).

    ``worth``: of a coalition, (B,). The values add up to worth(all) - worth(none), and who changes nothing has 0.
    """
    count = len(players)
    coalitions = [frozenset(found) for size in range(count + 1) for found in combinations(players, size)]
    known = {coalition: worth(coalition) for coalition in coalitions}
    return {
        one: np.sum(
            [
                (known[without | {one}] - known[without]) / (count * comb(count - 1, len(without)))
                for without in coalitions
                if one not in without
            ],
            axis=0,
        )
        for one in players
    }


def contributions(model: FusionModel, rows: ExampleArrays) -> dict[str, Values]:
    """By medium, what showing it adds to the log likelihood of the product's own attributes, in nats: (B,) each, the
    exact Shapley values over what a row has besides its attributes; 0 for what it lacks.

    The likelihood is that of the attributes decoded at the posterior mean of what is shown. Empty where the model has
    no attributes; nan for rows without any.
    """
    if TOLD not in model.net.models:
        return {}
    media = {name: parts for name, parts in media_of(tuple(model.net.models)).items() if name != TOLD}

    def worth(shown: frozenset[str]) -> Values:
        return attribute_log_likelihood(model, rows, [part for name in media if name in shown for part in media[name]])

    return shapley(tuple(media), worth)


@torch.inference_mode()
def attribute_log_likelihood(model: FusionModel, rows: ExampleArrays, shown: Sequence[str]) -> Values:
    """log p of each row's attributes, from these modalities alone, in nats: (B,), nan where it has no attribute."""
    mu = torch.from_numpy(model.encode(rows.only(*shown))[0])
    decoded = model.net.decode_one(mu, TOLD)
    values = Batch.of(rows, model.net).values[TOLD]
    cost = model.net.models[TOLD].nll(values, decoded, model.net.parts(TOLD)).numpy()
    return np.where(rows.present[TOLD], -cost.astype(np.float64), np.nan)


def weights_of_media(model: FusionModel, rows: ExampleArrays) -> dict[str, Values] | None:
    """What each medium weighs in the posterior, (B,) each, by the way of fusion itself; None where it does not say."""
    found = model.weights(rows)
    if found is None:
        return None
    return {name: np.sum([found[part] for part in parts], axis=0, dtype=np.float64)
            for name, parts in media_of(tuple(found)).items()}  # fmt: skip


def nearest(model: FusionModel, rows: ExampleArrays, known: ExampleArrays, count: int) -> list[list[tuple[str, float]]]:
    """For each row the ``count`` known products whose latent means are most alike: id and cosine, the nearest first;
    never the row's own product."""
    if not len(known) or not len(rows):
        return [[] for _ in range(len(rows))]
    likeness = _latents(model, rows) @ _latents(model, known).T
    found = []
    for row, values in enumerate(likeness):
        order = [int(place) for place in np.argsort(-values, kind="stable")[: count + 1]]
        kept = [place for place in order if known.product_id[place] != rows.product_id[row]][:count]
        found.append([(known.product_id[place], float(values[place])) for place in kept])
    return found


def _latents(model: FusionModel, rows: ExampleArrays) -> NDArray[np.float32]:
    return unit(model.encode(rows)[0])
