"""What the graph model is measured beside: popularity, neighbours by baskets, LightGCN and FREEDOM.

The two networks are written anew after the papers and their authors' code (gusye1234/LightGCN-PyTorch and
enoche/FREEDOM on GitHub): sizes, starting weights, losses and propagation are theirs. Each is taught by BPR on all
interactions an epoch, and stopped where the validation queries say so.

Shapes: U units (members, or baskets), N items, D embedding size, Q queries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_matrix
from torch import Tensor, nn

SIZE = 64
BATCH = 2048
EVERY, PATIENCE, MAX_EPOCHS = 5, 3, 80


@dataclass(frozen=True)
class Training:
    """Who has what: ``bought`` (U, N) of 0 and 1, and the items' features (N, F), zeros where there is none."""

    bought: csr_matrix
    text: np.ndarray
    image: np.ndarray


@dataclass(frozen=True)
class Queries:
    """What is asked: of a unit known in training (``unit`` (Q,), -1 for a new one), which has the items ``given``, and
    gets those of ``wanted``. Only ``candidates`` (N,) are ranked, without what stands in ``hidden``. ``owner`` (Q,):
    who is drawn together for an interval."""

    unit: np.ndarray
    given: Sequence[np.ndarray]
    hidden: Sequence[np.ndarray]
    wanted: Sequence[np.ndarray]
    owner: np.ndarray
    candidates: np.ndarray

    def __len__(self) -> int:
        return len(self.unit)

    def given_matrix(self, count: int) -> csr_matrix:
        """(Q, N): the items given, each row's sum is one."""
        sizes = [len(one) for one in self.given]
        rows = np.repeat(np.arange(len(self)), sizes)
        values = np.repeat(1.0 / np.maximum(sizes, 1), sizes)
        places = np.concatenate(self.given) if len(self) else np.empty(0, np.int64)
        return csr_matrix((values, (rows, places)), (len(self), count))


Score = Callable[[Queries], np.ndarray]
"""(Q, N): the higher, the earlier an item stands."""
Judge = Callable[[Score], float]
"""How good scores are on the validation queries."""


def popularity(training: Training, _judge: Judge, _seed: int) -> Score:
    """How many units have each item."""
    counts = np.asarray(training.bought.sum(axis=0)).ravel()
    return lambda queries: np.broadcast_to(counts, (len(queries), len(counts)))


def by_features(training: Training, _judge: Judge, _seed: int) -> Score:
    """Mean cosine of an item's features (text and image, and their means over neighbours) to those given."""
    blocks = [unit(training.text), unit(training.image)]
    likeness = sum(block @ block.T for block in blocks)
    return lambda queries: np.asarray(queries.given_matrix(len(likeness)) @ likeness)


def item_knn(training: Training, _judge: Judge, _seed: int, alpha: float, shrink: float, neighbours: int) -> Score:
    """Sum over the items given of c_ij / (n_i^(1-alpha) n_j^alpha + shrink), of each item's nearest alone.

    alpha 0.5: the cosine; 0: how often j is with i, given i (Deshpande and Karypis, "Item-based top-N recommendation
    algorithms", 2004).
    """
    together = np.asarray((training.bought.T @ training.bought).todense(), np.float64)
    often = np.diag(together).copy()
    np.fill_diagonal(together, 0)
    found = together / (np.outer(often ** (1 - alpha), np.maximum(often, 1) ** alpha) + shrink + 1e-9)
    if neighbours < len(found):
        least = np.partition(found, -neighbours, axis=1)[:, -neighbours, None]
        found = np.where(found >= least, found, 0)
    return lambda queries: np.asarray(queries.given_matrix(len(found)) @ found)


def light_gcn(training: Training, judge: Judge, seed: int, layers: int, rate: float, decay: float = 1e-4) -> Score:
    """He et al., "LightGCN: simplifying and powering graph convolution network for recommendation" (SIGIR 2020)."""
    torch.manual_seed(seed)
    num_units, num_items = training.bought.shape
    start = nn.Parameter(torch.randn(num_units + num_items, SIZE) * 0.1)
    adjacency = normalised(training.bought)

    def embed() -> Tensor:
        return propagated(start, adjacency, layers)

    def loss(units: Tensor, liked: Tensor, other: Tensor) -> Tensor:
        ends = [units, liked + num_units, other + num_units]
        one, two, three = (embedded[end] for embedded in [embed()] for end in ends)
        norms = sum(start[end].square().sum() for end in ends) / (2 * len(units))
        return bpr(one, two, three) + decay * norms

    return taught([start], loss, lambda: split(embed(), num_units), training, judge, seed, rate)


def freedom(
    training: Training, judge: Judge, seed: int, dropout: float, rate: float, weight: float = 1e-3, nearest: int = 10
) -> Score:
    """Zhou and Shen, "A tale of two graphs: freezing and denoising graph structures for multimodal recommendation" (ACM
    Multimedia 2023): an item graph by features, made once (image 0.1, text 0.9), one layer over it; two layers over
    the interactions, of which a share is dropped each epoch, those of busy ends first; and features that are pulled
    to the units that have the items."""
    torch.manual_seed(seed)
    num_units, num_items = training.bought.shape
    own = nn.init.xavier_uniform_(nn.Parameter(torch.empty(num_units, SIZE)))
    items = nn.init.xavier_uniform_(nn.Parameter(torch.empty(num_items, SIZE)))
    features = [nn.Parameter(torch.tensor(x, dtype=torch.float32)) for x in (training.text, training.image)]
    maps = [nn.Linear(x.shape[1], SIZE) for x in features]
    graphs = [by_likeness(x, nearest) for x in (training.text, training.image)]
    frozen = (0.9 * graphs[0] + 0.1 * graphs[1]).to_sparse()
    whole = normalised(training.bought)
    used = {"adjacency": whole}

    def embed(adjacency: Tensor) -> Tensor:
        found = propagated(torch.cat([own, items]), adjacency, 2)
        return torch.cat([found[:num_units], found[num_units:] + torch.sparse.mm(frozen, items)])

    def thin() -> None:
        if dropout:
            used["adjacency"] = normalised(thinned(training.bought, 1 - dropout))

    def loss(units: Tensor, liked: Tensor, other: Tensor) -> Tensor:
        found = embed(used["adjacency"])
        one, two, three = found[units], found[liked + num_units], found[other + num_units]
        pulled = sum(bpr(one, x(f[liked]), x(f[other])) for x, f in zip(maps, features, strict=True))
        return bpr(one, two, three) + weight * pulled

    parameters = [own, items, *features, *(p for one in maps for p in one.parameters())]
    return taught(parameters, loss, lambda: split(embed(whole), num_units), training, judge, seed, rate, thin)


def taught(
    parameters: Sequence[nn.Parameter],
    loss: Callable[[Tensor, Tensor, Tensor], Tensor],
    embed: Callable[[], tuple[np.ndarray, np.ndarray]],
    training: Training,
    judge: Judge,
    seed: int,
    rate: float,
    before_epoch: Callable[[], None] = lambda: None,
) -> Score:
    """Train by Adam; the scores of the epoch that was best on the validation queries."""
    random = np.random.default_rng(seed)
    optimizer = torch.optim.Adam(parameters, rate)
    pairs = np.stack(training.bought.nonzero(), axis=1)
    is_bought = np.asarray(training.bought.todense(), np.bool_)
    best, kept, since = -1.0, scores_of(*embed()), 0
    for epoch in range(1, MAX_EPOCHS + 1):
        before_epoch()
        order = random.permutation(len(pairs))
        for start in range(0, len(order), BATCH):
            units, liked = pairs[order[start : start + BATCH]].T
            other = random.integers(0, is_bought.shape[1], len(units))
            while (wrong := is_bought[units, other]).any():
                other[wrong] = random.integers(0, is_bought.shape[1], int(wrong.sum()))
            optimizer.zero_grad()
            loss(*(torch.from_numpy(np.ascontiguousarray(x)).long() for x in (units, liked, other))).backward()
            optimizer.step()
        if epoch % EVERY == 0:
            found = scores_of(*embed())
            value, since = judge(found), since + 1
            if value > best:
                best, kept, since = value, found, 0
            if since == PATIENCE:
                break
    return kept


def scores_of(units: np.ndarray, items: np.ndarray) -> Score:
    """Inner products; a unit that is new stands where the mean of its items does."""

    def score(queries: Queries) -> np.ndarray:
        is_new = queries.unit < 0
        mean = np.asarray(queries.given_matrix(len(items)) @ items)
        return np.where(is_new[:, None], mean, units[np.where(is_new, 0, queries.unit)]) @ items.T

    return score


@torch.no_grad()
def split(embedded: Tensor, num_units: int) -> tuple[np.ndarray, np.ndarray]:
    found: Any = embedded.detach().numpy().copy()
    return found[:num_units], found[num_units:]


def bpr(one: Tensor, liked: Tensor, other: Tensor) -> Tensor:
    """-log sigmoid of how much nearer the liked one is (Rendle et al. 2009)."""
    return nn.functional.softplus((one * other).sum(dim=1) - (one * liked).sum(dim=1)).mean()


def propagated(start: Tensor, adjacency: Tensor, layers: int) -> Tensor:
    """The mean of the embeddings after 0, 1, ... ``layers`` products with the adjacency."""
    total = now = start
    for _ in range(layers):
        now = torch.sparse.mm(adjacency, now)
        total = total + now
    return total / (layers + 1)


def normalised(bought: csr_matrix) -> Tensor:
    """(U + N, U + N) sparse: both directions, each link over the root of its ends' degrees."""
    units, items = (x.astype(np.int64) for x in bought.nonzero())
    degree = [np.bincount(x, minlength=n) for x, n in zip((units, items), bought.shape, strict=True)]
    values = (degree[0][units] * degree[1][items]) ** -0.5
    ends = np.stack(
        [np.concatenate([units, items + bought.shape[0]]), np.concatenate([items + bought.shape[0], units])]
    )
    count = sum(bought.shape)
    both = torch.tensor(np.concatenate([values, values]), dtype=torch.float32)
    return torch.sparse_coo_tensor(torch.from_numpy(ends), both, (count, count)).coalesce()


def thinned(bought: csr_matrix, share: float) -> csr_matrix:
    """A share of the interactions, drawn by one over the root of their ends' degrees."""
    units, items = bought.nonzero()
    degree = [np.bincount(x, minlength=n) for x, n in zip((units, items), bought.shape, strict=True)]
    weights = torch.tensor((degree[0][units] * degree[1][items]) ** -0.5)
    kept = torch.multinomial(weights, int(len(units) * share)).numpy()
    return csr_matrix((np.ones(len(kept)), (units[kept], items[kept])), bought.shape)


def by_likeness(features: np.ndarray, nearest: int) -> Tensor:
    """(N, N): each item's nearest by cosine, itself among them, over the root of the degrees of its row."""
    rows = unit(features)
    near = np.argsort(-(rows @ rows.T), axis=1, kind="stable")[:, :nearest]
    out = np.zeros((len(rows), len(rows)), np.float32)
    np.put_along_axis(out, near, 1.0 / near.shape[1], axis=1)  # every row has as many
    return torch.from_numpy(out)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
