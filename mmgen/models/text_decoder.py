"""The text decoder: a recurrent network over delexicalised tokens that sees the latent and the slots at hand.

Shapes: B sequences, T tokens, V vocabulary, S slots in the vocabulary, L latent size, H hidden size, E embedding size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


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

    def nll(self, tokens: Tensor, z: Tensor, slots: Tensor, unknown: int) -> Tensor:
        """-log p of each text in nats: (B,). tokens (B, T) int64 begins with a begin token and is padded with 0.

        An unknown token costs log(V) more, so that a small vocabulary can't look better by knowing fewer words.
        """
        condition, state = self.begin(z, slots)
        logits, _ = self.step(tokens[:, :-1], condition, state)
        target = tokens[:, 1:]
        cost = nn.functional.cross_entropy(logits.transpose(1, 2), target, reduction="none")
        cost = cost + (target == unknown) * torch.log(torch.tensor(float(logits.shape[2])))
        return (cost * (target != 0)).sum(dim=1)
