"""Drawing texts from the text decoder: batched over rows and samples, masked to the facts at hand, seeded for each row.

Shapes: R sequences at once, V vocabulary, L latent size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mmgen.models.text.decoder import TextDecoder
from mmgen.models.text.sentences import Cursor, Sentences
from mmgen.models.text.vocabulary import EOS, SPECIALS, Vocabulary

# Sequences in one pass; always this many, because a matrix product may round differently for another number of rows.
CHUNK_SEQUENCES = 256


@dataclass(frozen=True)
class ScoredTokens:
    """One drawn text: its tokens without begin and end, their log probability (nats, at temperature 1, among the
    allowed tokens), and whether it came to an end by itself within ``max_tokens``."""

    tokens: list[str]
    log_prob: float
    is_finished: bool


@dataclass(frozen=True)
class Drawing:
    """How to draw. ``temperature`` 0 takes the likeliest token each time. Raises ValueError where a number is
    senseless."""

    num_samples: int
    temperature: float
    max_tokens: int

    def __post_init__(self) -> None:
        if self.num_samples < 1 or self.max_tokens < 1 or self.temperature < 0:
            raise ValueError(f"num_samples and max_tokens are 1 or more, temperature is 0 or more; got {self}")


@torch.inference_mode()
def sample(
    decoder: TextDecoder,
    vocabulary: Vocabulary,
    mu: NDArray[np.float32],
    logvar: NDArray[np.float32],
    begins: list[int],
    allowed: list[set[str]],
    seeds: list[int],
    drawing: Drawing,
    sentences: Sentences | None = None,
    traits: list[str] | None = None,
) -> list[list[ScoredTokens]]:
    """``num_samples`` texts for each row; mu, logvar (B, L), one begin token, slot set and seed a row.

    With ``sentences`` and each row's ``traits``, only those sentences are drawn that were learnt for such a row.

    All of a row's random numbers are drawn beforehand from a generator of its own, so its texts are the same in any
    batch.
    """
    draws = [_draws(seed, drawing, mu.shape[1]) for seed in seeds]
    slots = _slot_matrix(vocabulary, allowed)
    flat = [(row, k) for row in range(len(seeds)) for k in range(drawing.num_samples)]
    out: list[list[ScoredTokens]] = [[] for _ in seeds]
    for start in range(0, len(flat), CHUNK_SEQUENCES):
        chunk = flat[start : start + CHUNK_SEQUENCES]
        padded = chunk + [chunk[-1]] * (CHUNK_SEQUENCES - len(chunk))
        rows = np.array([row for row, _ in padded])
        noise = np.stack([draws[row][0][k] for row, k in padded])
        z = torch.from_numpy(mu[rows] + noise * np.exp(0.5 * logvar[rows]))
        uniform = torch.from_numpy(np.stack([draws[row][1][k] for row, k in padded]))
        first = torch.tensor([begins[row] for row in rows])
        bounds = (
            [Cursor(sentences, vocabulary.tokens[begins[row]], traits[row], allowed[row]) for row, _ in chunk]
            if sentences is not None and traits is not None
            else []
        )
        found = _run(decoder, vocabulary, z, slots[torch.from_numpy(rows)], first, uniform, drawing, len(chunk), bounds)
        for (row, _), text in zip(chunk, found, strict=False):
            out[row].append(text)
    return out


def _draws(seed: int, drawing: Drawing, latent: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Latent noise (num_samples, L) and uniform numbers (num_samples, max_tokens) of one row."""
    generator = np.random.default_rng(seed)
    noise = generator.standard_normal((drawing.num_samples, latent)).astype(np.float32)
    return noise, generator.random((drawing.num_samples, drawing.max_tokens))


def _slot_matrix(vocabulary: Vocabulary, allowed: list[set[str]]) -> Tensor:
    """(B, S) float: 1 where row b has the slot. Slots that the model never saw are passed over."""
    names = [vocabulary.tokens[i] for i in vocabulary.slot_ids]
    return torch.tensor([[float(name in slots) for name in names] for slots in allowed]).reshape(
        len(allowed), len(names)
    )


def _run(
    decoder: TextDecoder,
    vocabulary: Vocabulary,
    z: Tensor,
    slots: Tensor,
    first: Tensor,
    uniform: Tensor,
    drawing: Drawing,
    num_wanted: int,
    bounds: list[Cursor],
) -> list[ScoredTokens]:
    """Draw R texts token by token; uniform (R, max_tokens) decides each draw by the inverse of the distribution
    function. The first ``num_wanted`` count, the rest fill up; ``bounds`` (none: free) is what those are held to."""
    eos = vocabulary.index[EOS]
    forbidden = _forbidden(vocabulary, slots)
    condition, state = decoder.begin(z, slots)
    tokens, done = first, torch.zeros(len(first), dtype=torch.bool)
    done[num_wanted:] = True
    stuck: set[int] = set()
    log_prob, drawn = torch.zeros(len(first), dtype=torch.float64), []
    for step in range(drawing.max_tokens):
        logits, state = decoder.step(tokens[:, None], condition, state)
        scores = logits[:, 0].double().masked_fill(_narrowed(forbidden, bounds, done, stuck, eos), -torch.inf)
        if step == 0 and not bounds:
            scores[:, eos] = -torch.inf
        tokens = _pick(scores, uniform[:, step : step + 1], drawing.temperature)
        gained = torch.log_softmax(scores, dim=1).gather(1, tokens[:, None])[:, 0]
        log_prob = log_prob + torch.where(done, 0.0, gained)
        drawn.append(torch.where(done, eos, tokens))
        done = done | (tokens == eos)
        _advance(bounds, tokens, done)
        if bool(done.all()):
            break
    ids = torch.stack(drawn, dim=1).tolist()
    return [
        _scored(vocabulary, row, eos, float(p), is_stuck=i in stuck)
        for i, (row, p) in enumerate(zip(ids, log_prob, strict=True))
    ]


def _forbidden(vocabulary: Vocabulary, slots: Tensor) -> Tensor:
    """(R, V) bool: specials other than end-of-text, and the slots that a row has no fact for."""
    forbidden = torch.zeros(len(slots), len(vocabulary), dtype=torch.bool)
    forbidden[:, : len(SPECIALS)] = True
    forbidden[:, vocabulary.index[EOS]] = False
    forbidden[:, list(vocabulary.slot_ids)] = slots == 0
    return forbidden


def _narrowed(forbidden: Tensor, bounds: list[Cursor], done: Tensor, stuck: set[int], eos: int) -> Tensor:
    """(R, V) bool: ``forbidden``, and all that no known sentence goes on with. A row without any way on is ``stuck``:
    it ends here and counts as unfinished."""
    if not bounds:
        return forbidden
    narrowed, is_done = forbidden.clone(), done.tolist()
    for row, bound in enumerate(bounds):
        if is_done[row]:
            continue
        options = torch.from_numpy(bound.options())
        narrowed[row] = True
        narrowed[row, options] = forbidden[row, options]
        if not len(options):
            stuck.add(row)
            narrowed[row, eos] = False
    return narrowed


def _advance(bounds: list[Cursor], tokens: Tensor, done: Tensor) -> None:
    for bound, token, is_done in zip(bounds, tokens.tolist(), done.tolist(), strict=False):
        if not is_done:
            bound.advance(token)


def _pick(scores: Tensor, uniform: Tensor, temperature: float) -> Tensor:
    """One token a row: scores (R, V), uniform (R, 1) -> (R,)."""
    if temperature == 0:
        return scores.argmax(dim=1)
    cumulative = torch.softmax(scores / temperature, dim=1).cumsum(dim=1)
    # The sum may end at 1 - 1e-16: scaling by it keeps a draw from falling behind the last possible token.
    found = torch.searchsorted(cumulative, uniform * cumulative[:, -1:], right=True)[:, 0]
    return found.clamp(max=scores.shape[1] - 1)


def _scored(vocabulary: Vocabulary, ids: list[int], eos: int, log_prob: float, is_stuck: bool = False) -> ScoredTokens:
    length = ids.index(eos) if eos in ids else len(ids)
    is_finished = eos in ids and not is_stuck
    # Rounded: the last digits depend on the processor, and scores are compared and stored.
    return ScoredTokens([vocabulary.tokens[i] for i in ids[:length]], round(log_prob, 4), is_finished)
