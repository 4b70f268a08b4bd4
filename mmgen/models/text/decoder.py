"""The text decoder: a recurrent network over delexicalised tokens that sees the latent and the slots at hand.

Shapes: B sequences, T tokens, V vocabulary, S slots in the vocabulary, L latent size, H hidden size, E embedding size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from mmgen.models.text.vocabulary import SPECIALS, UNK

UNKNOWN = SPECIALS.index(UNK)


@dataclass(frozen=True)
class TextBatch:
    """One delexicalised text a row: tokens (B, T) int64 padded with 0, slots (B, S) float, present (B,) bool.

    ``lengths`` (B,): how many tokens come after the first, on the CPU, wherever the rest is: to ask a GPU for them
    would wait for all that it has still to do.
    """

    tokens: Tensor
    slots: Tensor
    present: Tensor
    lengths: Tensor | None = None


class TextDecoder(nn.Module):
    """Two GRU layers with tied embeddings. The latent and the multi-hot of available slots enter at every step."""

    def __init__(self, num_tokens: int, num_slots: int, latent: int, hidden: int, embedding: int):
        super().__init__()
        self.hidden = hidden
        self.embedding = nn.Embedding(num_tokens, embedding)
        nn.init.normal_(self.embedding.weight, std=embedding**-0.5)
        self.condition = nn.Sequential(nn.Linear(latent + num_slots, embedding), nn.Tanh())
        self.start = nn.Linear(latent + num_slots, 2 * hidden)
        self.gru = nn.GRU(2 * embedding, hidden, num_layers=2, batch_first=True)
        self.project = nn.Linear(hidden, embedding)
        self.bias = nn.Parameter(torch.zeros(num_tokens))

    def begin(self, z: Tensor, slots: Tensor) -> tuple[Tensor, Tensor]:
        """z (B, L), slots (B, S) float -> condition (B, E) and the first state (2, B, H)."""
        context = torch.cat([z, slots], dim=1)
        state = torch.tanh(self.start(context)).view(len(z), 2, self.hidden).transpose(0, 1).contiguous()
        return self.condition(context), state

    def step(self, tokens: Tensor, condition: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """tokens (B, T) -> logits of each next token (B, T, V) and the state after the last one."""
        embedded = self.embedding(tokens)
        repeated = condition[:, None, :].expand(-1, tokens.shape[1], -1)
        output, state = self.gru(torch.cat([embedded, repeated], dim=2), state)
        return self.project(output) @ self.embedding.weight.T + self.bias, state

    def nll(self, tokens: Tensor, z: Tensor, slots: Tensor, unknown: int, lengths: Tensor | None = None) -> Tensor:
        """-log p of each text in nats: (B,). tokens (B, T) int64 begins with a begin token and is padded with 0.

        ``lengths``: as in ``TextBatch``; counted where not given. An unknown token costs log(V) more, so that a small
        vocabulary can't look better by knowing fewer words.
        """
        condition, state = self.begin(z, slots)
        target = tokens[:, 1:]
        lengths = (target != 0).sum(dim=1).cpu() if lengths is None else lengths
        # Packed: no arithmetic is spent on padding, which is half of a batch of lines and descriptions.
        embedded = torch.cat(
            [self.embedding(tokens[:, :-1]), condition[:, None, :].expand(-1, target.shape[1], -1)], dim=2
        )
        packed = pack_padded_sequence(embedded, lengths.clamp(min=1), batch_first=True, enforce_sorted=False)
        output, _ = self.gru(packed, state)
        logits = self.project(output.data) @ self.embedding.weight.T + self.bias
        wanted = pack_padded_sequence(target, lengths.clamp(min=1), batch_first=True, enforce_sorted=False).data
        cost = nn.functional.cross_entropy(logits, wanted, reduction="none")
        cost = (cost + (wanted == unknown) * math.log(logits.shape[1])) * (wanted != 0)
        # Back to their places by hand: pad_packed_sequence would wait for a GPU to say where they were
        places = torch.arange(target.numel(), device=target.device).view_as(target)
        places = pack_padded_sequence(places, lengths.clamp(min=1), batch_first=True, enforce_sorted=False).data
        return cost.new_zeros(target.numel()).scatter(0, places, cost).view_as(target).sum(dim=1)
