"""The real speech and noise, split into what the shipped denoiser learned from and what is held out.

Nothing was trained on, tuned on or looked at of the held-out part before its figures were taken:

* noise: the third of ESC-10's folds (whole source recordings go to one fold), and two of its ten classes in all folds;
* speech: one of the four speakers of the spoken digits, the last by name; the last four sentences of LJ Speech, whose
  one reader is also heard in training.

Settings were chosen on another speaker and on every other recording of the second fold; the shipped weights learned
from these as well, once chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from report import assembler, catalogue

import numpy as np
import numpy.typing as npt

from mmgen.clean.audio.decode import Wave, resample
from mmgen.training.denoiser.mixes import read_clip

HELD_OUT_SPEAKER = "yweweler"
HELD_OUT_FOLD = 3
HELD_OUT_CLASSES = ("Chainsaw", "Rooster")
NUM_HELD_OUT_SENTENCES = 4
SNR_DB = (0, 5, 10, 15)


@dataclass(frozen=True)
class Mix:
    """A noisy clip and the clean one in it, aligned, at 16 kHz."""

    noise: str  # the noise clip's name: figures are drawn again by it
    is_unseen_class: bool
    snr_db: int
    clean: Wave
    noisy: Wave


def speakers() -> list[str]:
    """The readers of the digits."""
    return sorted({path.stem.split("_")[1] for path in (catalogue("audio") / "fsdd").glob("*.wav")})


def digits(*names: str) -> list[Path]:
    """The digits that these speakers read."""
    folder = catalogue("audio") / "fsdd"
    return [path for name in names for path in sorted(folder.glob(f"*_{name}_*.wav"))]


def sentences(is_held_out: bool) -> list[Path]:
    """LJ Speech's sentences to learn from, or those held out."""
    paths = sorted((catalogue("audio") / "ljspeech").glob("*.wav"))
    return paths[-NUM_HELD_OUT_SENTENCES:] if is_held_out else paths[:-NUM_HELD_OUT_SENTENCES]


def noises(is_held_out: bool) -> list[Path]:
    """Noise clips to learn from, or those held out. Held-out classes are never learned from."""
    paths = sorted((catalogue("audio") / "esc10").rglob("*.ogg"))
    if is_held_out:
        return [path for path in paths if _fold(path) == HELD_OUT_FOLD]
    return [path for path in paths if _fold(path) != HELD_OUT_FOLD and path.parent.name not in HELD_OUT_CLASSES]


def _fold(path: Path) -> int:
    return int(path.name.split("-")[0])


def catalogue_mixes(speaker: str, clips: Sequence[Path], seed: str) -> Iterator[Mix]:
    """Each noise at each level under a number that the speaker reads, mixed by the catalogue's own ``assemble.py``'s
    voice maker. Levels of one noise share the words. Silent noises are left out."""
    maker = assembler()
    voice = maker.VoiceMaker(catalogue("audio"))
    voice.speakers = [speaker]
    for clip in clips:
        key = maker.stable_hash(seed, clip.stem)
        number = str(10_000 + key % 90_000)
        voice.noises = [clip]
        clean = voice.clean(key, number)
        try:
            noise = voice.noise(key, len(clean))
        except ValueError:
            continue
        for snr_db in SNR_DB:
            gain = np.sqrt(np.mean(clean**2) / np.mean(noise**2) / 10 ** (snr_db / 10))
            noisy = clean + gain * noise
            peak = max(1.0, float(np.abs(noisy).max()) / 0.99)
            ends = [_as_stored(wave / peak, maker.RATE_HZ) for wave in (clean, noisy)]
            yield Mix(clip.stem, clip.parent.name in HELD_OUT_CLASSES, snr_db, ends[0], ends[1])


def sentence_mixes(clips: Sequence[Path]) -> Iterator[Mix]:
    """Each noise at each level under five seconds of a held-out sentence, full band."""
    spoken = [read_clip(path)[: 5 * 16_000] for path in sentences(is_held_out=True)]
    for number, clip in enumerate(clips):
        clean = spoken[number % len(spoken)]
        noise = np.resize(read_clip(clip), len(clean))
        if float(np.mean(noise**2)) < 1e-7:
            continue
        for snr_db in SNR_DB:
            gain = np.sqrt(np.mean(clean**2) / np.mean(noise**2) / 10 ** (snr_db / 10))
            noisy = (clean + gain * noise).astype(np.float32)
            yield Mix(clip.stem, clip.parent.name in HELD_OUT_CLASSES, snr_db, clean, noisy)


def _as_stored(wave: npt.NDArray[np.float64], rate_hz: int) -> Wave:
    """Through 16 bits and to 16 kHz, as the cleaning job gets it."""
    stored = np.round(np.clip(wave, -1, 32767 / 32768) * 32768) / 32768
    return resample((stored - stored.mean()).astype(np.float32), rate_hz, 16_000)
