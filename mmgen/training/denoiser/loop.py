"""The denoiser's training loop."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from mmgen.models.denoiser import NUM_BINS, RATE_HZ, WINDOW, Denoiser, band_power, bands, features
from mmgen.training.denoiser.mixes import Mixer

_STRETCH = 25  # frames, 0.4 s
_COMPRESSION = 0.5  # of magnitudes, as hearing does about: quiet parts count, too

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DenoiserParams:
    """How long and how fast the denoiser learns."""

    num_steps: int = 3000
    num_warm_up: int = 100
    num_cool_down: int = 400  # the last steps, in which the rate falls to nothing
    batch_size: int = 12
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    average: float = 0.998  # of the weights that are kept, over the last steps
    magnitude_weight: float = 1.0
    envelope_weight: float = 1.0
    seed: int = 0

    def rate_at(self, step: int) -> float:
        """Share of the learning rate at a step: it rises, stays, and falls."""
        return max(0.0, min(1.0, (step + 1) / self.num_warm_up, (self.num_steps - step) / self.num_cool_down))


def loss_of(mix: Tensor, speech: Tensor, gains: Tensor, params: DenoiserParams) -> Tensor:
    """Mean over clips of noise to signal, dB, plus two terms of how it sounds: the distance of the bands' compressed
    magnitudes, and how little their envelopes go with those of the speech (what STOI measures).

    mix, speech: spectra, (B, T, F). gains: (B, T, K).
    """
    with torch.no_grad():
        powers = mix.real.square() + mix.imag.square()
        shared = mix.real * speech.real + mix.imag * speech.imag
        power, total = (speech.real.square() + speech.imag.square()).sum(dim=(1, 2)), powers.sum(dim=(1, 2))
    wide = gains @ bands()
    kept = wide * powers
    error = power + (wide * (kept - 2 * shared)).sum(dim=(1, 2))  # |speech - gain * mix|^2, without complex numbers
    # -30 dB is good enough: beyond it a clip should not outweigh the noisy ones
    missed = 10 * torch.log10((error / power.clamp(min=1e-12)).clamp(min=0) + 1e-3)
    left = 10 * torch.log10((wide * kept).sum(dim=(1, 2)) / total + 1e-3)
    waves = torch.where(power > 1e-6 * total, missed, 0.3 * left)
    with torch.no_grad():
        scale = powers.mean(dim=(1, 2), keepdim=True).clamp(min=1e-12)
        wanted, given = (band_power(bins) / scale for bins in (speech, mix))
    shape = (gains.pow(_COMPRESSION) * _compressed(given) - _compressed(wanted)).square().mean(dim=(1, 2))
    envelope = 1 - likeness(gains * given.sqrt(), wanted.sqrt())
    return (waves / 10 + params.magnitude_weight * shape + params.envelope_weight * envelope).mean()


def likeness(estimate: Tensor, speech: Tensor) -> Tensor:
    """(B,): mean correlation of the bands' magnitudes (B, T, K) over stretches of 0.4 s in which there is speech, bands
    weighted by their width in octaves from 150 Hz to 4.5 kHz.

    Source: Taal et al., "An algorithm for intelligibility prediction of time-frequency weighted noisy speech" (2011),
    without its clipping and its third-octave bands. A clip without speech counts as 1.
    """
    num = speech.shape[1] // _STRETCH
    a, b = (x[:, : num * _STRETCH].unflatten(1, (num, _STRETCH)) for x in (estimate, speech))
    energy = b.square().mean(dim=2)  # (B, stretches, K)
    a, b = a - a.mean(dim=2, keepdim=True), b - b.mean(dim=2, keepdim=True)
    floor = 1e-7 + 1e-5 * energy.amax(dim=(1, 2), keepdim=True)
    both = (a * b).sum(dim=2) / ((a.square().sum(dim=2) + floor) * (b.square().sum(dim=2) + floor)).sqrt()
    weight = octaves() * (energy > 1e-4 * energy.amax(dim=(1, 2), keepdim=True)) * (energy > 1e-9)
    total = weight.sum(dim=(1, 2))
    return torch.where(total > 0, (both * weight).sum(dim=(1, 2)) / total.clamp(min=1e-6), 1.0)


@lru_cache(maxsize=1)
def octaves() -> Tensor:
    """(K,): width of each band in octaves; 0 outside 150 Hz to 4.5 kHz."""
    weights = bands()
    centre_hz = (weights @ torch.arange(NUM_BINS).float()) / weights.sum(dim=1) * RATE_HZ / WINDOW
    width_hz = weights.sum(dim=1) * RATE_HZ / WINDOW
    return torch.where((centre_hz > 150) & (centre_hz < 4500), width_hz / centre_hz.clamp(min=1), 0.0)


def _compressed(power: Tensor) -> Tensor:
    return power.pow(_COMPRESSION / 2)


class Trainer:
    """A training that can be looked at and gone on with."""

    def __init__(self, mixer: Mixer, params: DenoiserParams):
        torch.manual_seed(params.seed)
        self.mixer, self.params, self.step, self.recent = mixer, params, 0, 0.0
        self.model = Denoiser().to(memory_format=torch.channels_last)
        self.kept = torch.optim.swa_utils.AveragedModel(self.model, avg_fn=self._averaged, use_buffers=True)
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(), params.learning_rate, weight_decay=params.weight_decay
        )

    def learn(self) -> None:
        """One step."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.params.learning_rate * self.params.rate_at(self.step)
        mix, speech = self.mixer.batch(self.params.batch_size)
        inputs = features(mix).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            gains = self.model(inputs)
        loss = loss_of(mix, speech, gains.float(), self.params)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.kept.update_parameters(self.model)
        self.step += 1
        self.recent += (loss.item() - self.recent) / min(self.step, 100)

    def _averaged(self, kept: Tensor, fresh: Tensor, num_averaged: Tensor | int) -> Tensor:
        """A running average over the last steps; at first over all there were, of which the first few know nothing."""
        decay = min(self.params.average, (1 + int(num_averaged)) / (10 + int(num_averaged)))
        return kept + (1 - decay) * (fresh - kept)

    @property
    def average(self) -> Denoiser:
        """The running average of the weights: what is kept in the end."""
        module: Denoiser = self.kept.module
        return module.eval()


def train(mixer: Mixer, params: DenoiserParams) -> Denoiser:
    """Train and return the averaged network. The same seed, sounds and number of threads give the same weights."""
    trainer, started = Trainer(mixer, params), time.monotonic()
    for _ in range(params.num_steps):
        trainer.learn()
        if trainer.step % 100 == 0:
            log.info("step %d loss %.4f, %.0f s", trainer.step, trainer.recent, time.monotonic() - started)
    return trainer.average
