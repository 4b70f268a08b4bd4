"""Training the graph model: steps over links, from checkpoint to checkpoint.

The same graph, parameters and seed give the same weights on the same machine, broken off or not: what a step draws
depends on the seed and the step's number alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mmgen.config.graph import GraphModelParams
from mmgen.graph.links import GraphData, Links
from mmgen.hashes import fingerprint
from mmgen.models.graph.model import GraphModel
from mmgen.models.graph.net import UNKNOWN, GraphNet, GraphNetConfig, GraphTerms, kl_of, link_cost
from mmgen.seeds import seed_of
from mmgen.training.fusion import checkpoint

VERSION = 1  # raise it when the same parameters would train another model
MAX_GRADIENT_NORM = 5.0
LOG_EVERY = 250

log = logging.getLogger(__name__)


def train(
    data: GraphData,
    params: GraphModelParams,
    seed: int,
    kind_weights: dict[str, float],
    out: Path | None = None,
    on_step: Callable[[int, int], None] | None = None,
    encoder: str = "",
) -> GraphModel:
    """Train on all links of ``data``. ``kind_weights``: what a link of each kind counts for. ``encoder``: the text
    model that the vectors are by.

    Checkpoints go to ``out``, where it is given; a training broken off goes on from the newest one. Raises ValueError
    where a kind has no link, or no vector says anything.
    """
    empty = [kind for kind in kind_weights if not len(data.links[kind])]
    if empty or not kind_weights:
        raise ValueError(f"no links to train on: {', '.join(empty) or 'no kind is given'}")
    torch.set_num_threads(params.num_threads)
    torch.manual_seed(seed_of("graph weights", seed))
    config = GraphNetConfig(
        width=data.vectors.shape[1],
        latent=params.latent,
        hidden=params.hidden,
        kinds=tuple(kind_weights),
        num_products=len(data.product_ids),
        encoder=encoder,
    )
    net = GraphNet(config)
    optimizer = torch.optim.Adam(net.parameters(), params.learning_rate)
    steps = _Steps(data, params, seed, kind_weights)
    about = {"made_for": fingerprint_of(data, params, seed, kind_weights)}
    first = 0
    if out and (saved := checkpoint.newest(out, about)):
        first, tensors = saved
        net.load_state_dict({name[4:]: value for name, value in tensors.items() if name.startswith("net.")})
        checkpoint.restore_optimizer("optimizer", optimizer, tensors)
    net.train()
    for step in range(first, params.steps):
        optimizer.param_groups[0]["lr"] = params.learning_rate * (1 - step / params.steps)
        terms = steps.terms(net, step)
        loss = terms.loss(kind_weights, params.beta, params.features_weight, steps.products_a_link)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), MAX_GRADIENT_NORM)
        optimizer.step()
        done = step + 1
        if done % LOG_EVERY == 0:
            log.info("step %d of %d: loss %.4f, KL %.2f nats", done, params.steps, loss.item(), terms.kl.item())
        if on_step:
            on_step(done, params.steps)
        if out and (done % params.checkpoint_every == 0 or done == params.steps):
            weights = {f"net.{name}": value for name, value in net.state_dict().items()}
            checkpoint.write(out, done, weights | checkpoint.flatten_optimizer("optimizer", optimizer), about)
    return GraphModel(net, data.product_ids)


def fingerprint_of(data: GraphData, params: GraphModelParams, seed: int, kind_weights: dict[str, float]) -> str:
    """What decides the weights, as a hash."""
    wanted = params.model_dump(mode="json")
    return fingerprint(version=VERSION, data=data.fingerprint, params=wanted, seed=seed, kinds=kind_weights)


class _Steps:
    """What each step sees: links drawn by their counts, and as many times ``negatives`` products drawn by chance."""

    def __init__(self, data: GraphData, params: GraphModelParams, seed: int, kind_weights: dict[str, float]):
        self.params, self.seed, self.kinds = params, seed, tuple(kind_weights)
        self.hops, self.vectors = torch.from_numpy(data.hops()), torch.from_numpy(data.vectors)
        self.pairs = {kind: torch.from_numpy(data.links[kind].pairs) for kind in self.kinds}
        self.ends = {kind: _cumulative(data.links[kind]) for kind in self.kinds}
        weighed = [weight * data.links[kind].counts.sum() for kind, weight in kind_weights.items()]
        self.products_a_link = len(data.product_ids) / max(float(sum(weighed)), 1.0)

    def terms(self, net: GraphNet, step: int) -> GraphTerms:
        """The bound's parts for one step."""
        random = torch.Generator().manual_seed(seed_of("graph step", self.seed, step))
        count, num = self.params.batch_links, len(self.hops)
        drawn = {kind: self._links(kind, random) for kind in self.kinds}
        chance = torch.randint(num, (count * self.params.negatives,), generator=random)
        ends = torch.cat([chance, *(pairs.flatten() for pairs in drawn.values())])
        seen, of_end = torch.unique(ends, return_inverse=True)
        hidden = torch.rand(len(seen), generator=random) < self.params.unknown_share
        place = net.encode(self.hops[seen], torch.where(hidden, UNKNOWN, seen + 1))
        z = place.draw(torch.randn(place.mu.shape, generator=random))
        strangers = z[of_end[: len(chance)]].view(count, self.params.negatives, -1)
        links, start = {}, len(chance)
        for number, kind in enumerate(self.kinds):
            one, other = z[of_end[start : start + 2 * count]].view(count, 2, -1).unbind(dim=1)
            start += 2 * count
            links[kind] = link_cost(net.link(one, other, number), net.link(one[:, None], strangers, number))
        # Of all products alike: those drawn by chance, each once
        of_chance = of_end[: len(chance)].unique()
        kl, features = kl_of(place)[of_chance].mean(), net.features_nll(z, self.vectors[seen])[of_chance].mean()
        return GraphTerms(links, kl, features)

    def _links(self, kind: str, random: torch.Generator) -> Tensor:
        """(batch_links, 2), drawn by their counts; either end comes first as often."""
        count = self.params.batch_links
        drawn = torch.rand(count, generator=random, dtype=torch.float64)
        pairs = self.pairs[kind][torch.searchsorted(self.ends[kind], drawn).clamp(max=len(self.pairs[kind]) - 1)]
        turned = torch.rand(count, generator=random) < 0.5
        return torch.where(turned[:, None], pairs.flip(1), pairs)


def _cumulative(links: Links) -> Tensor:
    """(E,): up to which share of the counts each link goes."""
    return torch.from_numpy(np.cumsum(links.counts) / links.counts.sum())
