"""How likely a model holds the products: the importance-weighted bound on log p(X) (Burda, Grosse and Salakhutdinov
2016, arXiv 1509.00519).

Shapes: B rows, L latent size, K draws.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray

from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.gaussian import log_normal
from mmgen.models.fusion.model import FusionModel
from mmgen.models.fusion.net import Batch
from mmgen.seeds import seed_of
from mmgen.training.fusion.texts import Texts

CHUNK = 64


@torch.no_grad()
def importance_weighted(
    model: FusionModel, rows: ExampleArrays, texts: Texts, draws: int, seed: int
) -> NDArray[np.float64]:
    """log 1/K sum_k p(X, z_k) / q(z_k | X) for each row, z_k from the posterior given all that the row has: (B,) nats.

    One draw gives the ELBO; more come closer to log p(X) from below, in expectation. What is drawn from is the Gaussian
    that ``encode`` gives, also where a way of fusion is taught by a mixture: any distribution will do. Each row's own
    first text counts, as in the ELBO.
    """
    found = np.full(len(rows), np.nan)
    nothing = torch.zeros(())
    for start in range(0, len(rows), CHUNK):
        part = rows.take(list(range(start, min(start + CHUNK, len(rows)))))
        data, batch = Batch.of(part, model.net), texts.batch(part.product_id, [0] * len(part))
        posterior = model.net.posterior(data, data.present)
        generator = torch.Generator().manual_seed(seed_of("importance", seed, start))
        weights = []
        for _ in range(draws):
            z = posterior.draw(torch.randn(posterior.mu.shape, generator=generator))
            cost = torch.stack(list(model.net.score(data, batch, z).nll.values())).sum(dim=0)
            apart = log_normal(z, nothing, nothing) - log_normal(z, posterior.mu, posterior.logvar)
            weights.append(apart.sum(dim=1) - cost)
        total = torch.logsumexp(torch.stack(weights).double(), dim=0) - math.log(draws)
        found[start : start + len(part)] = total.numpy()
    return found
