"""Noise reduction for voice clips, by the network of ``mmgen.models.denoiser``.

A clip that is clean enough, or in which next to nothing is speech (music, say), is returned as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

import numpy as np
import torch

from mmgen.clean.audio.decode import Wave
from mmgen.config.clean import AudioParams
from mmgen.models.denoiser import REACH, Denoiser, bands, features, spectrum, waveform

_CHUNK = 2048  # frames (33 s) that the network sees at once: bounds memory


@dataclass(frozen=True)
class Denoised:
    """A clip after noise reduction."""

    wave: Wave  # (samples,), aligned with the noisy one
    speech_power: Wave  # (frames,), a frame every HOP samples: of what is taken for speech
    snr_db: float  # speech to noise of the clip as it came, by the network's judgement; -20 to 60
    is_denoised: bool


def denoiser_weights(path: str) -> bytes:
    """The bytes of a shop's own denoiser, or of the shipped one for an empty path. ValueError where there is none."""
    if not path:
        return resources.files("mmgen.clean.audio").joinpath("weights/denoiser.safetensors").read_bytes()
    if not Path(path).is_file():
        raise ValueError(f"clean.audio.denoiser: no file {path}; leave it empty for the shipped weights")
    data = Path(path).read_bytes()
    Denoiser.from_bytes(data)
    return data


@lru_cache(maxsize=2)
def denoiser_of(weights: bytes) -> Denoiser:
    """The network, made once a process: a Spark worker serves many batches."""
    return Denoiser.from_bytes(weights)


@torch.no_grad()  # inference mode would leave constants made here unfit for training in this process
def denoise(wave: Wave, model: Denoiser, params: AudioParams) -> Denoised:
    """(samples,) at 16 kHz -> the same length with less noise."""
    bins = spectrum(torch.from_numpy(wave)[None])
    gains = _gains(model, features(bins)) @ bands()
    powers = bins.real.square() + bins.imag.square()
    speech = gains.square() * powers
    noise = (1 - gains).square() * powers
    ratio = float(speech.sum()) / max(float(noise.sum()), 1e-12)
    snr_db = float(np.clip(10 * np.log10(max(ratio, 1e-12)), -20.0, 60.0))
    if not params.speech_above_db <= snr_db < params.denoise_below_db:
        return Denoised(wave, powers.sum(dim=-1)[0].numpy(), snr_db, False)
    # The cleaner a clip is, the less there is to gain and the more to lose: more of it stays as it came
    kept = float(np.clip(params.kept_per_db * snr_db, params.min_kept, params.max_kept))
    soft = gains**params.gain_exponent * (1 - kept) + kept
    quiet = waveform(bins * soft, len(wave))[0].numpy()
    return Denoised(quiet, speech.sum(dim=-1)[0].numpy(), snr_db, True)


def _gains(model: Denoiser, inputs: torch.Tensor) -> torch.Tensor:
    """(1, 2, T, K) -> (1, T, K), by chunks that see as far beyond their ends as the network looks."""
    parts = []
    for start in range(0, inputs.shape[2], _CHUNK):
        before = min(REACH, start)
        seen = model(inputs[:, :, start - before : start + _CHUNK + REACH])
        parts.append(seen[:, before : before + _CHUNK])
    return torch.cat(parts, dim=1)
