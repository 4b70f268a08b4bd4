"""Teach the denoiser from folders of speech and of noise: a shop's own sounds, or any others.

    python -m mmgen.training.denoiser.train --speech DIR [--speech DIR] --noise DIR --out denoiser.safetensors

Any files that libsndfile reads; no transcripts and no pairs, since mixes are made on the way. A tenth of the files is
held out. The weights are written where they remove more noise from it than the shipped ones do; ``denoiser = "FILE"``
under ``[clean.audio]`` puts them to use, and every clip is cleaned anew.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mmgen.clean.audio.decode import Wave
from mmgen.clean.audio.denoise import denoise, denoiser_of, denoiser_weights
from mmgen.config.clean import AudioParams
from mmgen.hashes import sha256_of
from mmgen.metrics.audio import si_sdr_db
from mmgen.models.denoiser import RATE_HZ, Denoiser
from mmgen.training.denoiser.loop import DenoiserParams, train
from mmgen.training.denoiser.mixes import Mixer, MixParams, read_clip

log = logging.getLogger(__name__)

NUM_JUDGED = 200  # held-out mixes
SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif", ".au", ".caf", ".opus")


def sounds_in(folder: str) -> tuple[list[Path], list[Path]]:
    """The sound files below a folder: to learn from, and the tenth that is held out. ValueError where there are few."""
    found = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in SUFFIXES)
    if len(found) < 10:
        raise ValueError(f"{folder}: {len(found)} sound files; ten at least are needed to learn from and to hold out")
    ranked = sorted(found, key=lambda path: sha256_of(path.name))
    num_held_out = len(found) // 10
    return sorted(ranked[num_held_out:]), sorted(ranked[:num_held_out])


def mean_gain_db(model: Denoiser, speech: Sequence[Wave], noise: Sequence[Wave]) -> float:
    """Mean gain of SI-SDR, dB, on held-out clips at 0, 5, 10 and 15 dB, up to five seconds each."""
    rng, params = np.random.default_rng(0), AudioParams()
    gains = []
    for number in range(NUM_JUDGED):
        clean = speech[int(rng.integers(len(speech)))][: 5 * RATE_HZ]
        sound = np.resize(noise[int(rng.integers(len(noise)))], len(clean))
        powers = [float(np.mean(np.square(wave, dtype=np.float64))) for wave in (clean, sound)]
        if min(powers) < 1e-8:
            continue
        snr_db = (0, 5, 10, 15)[number % 4]
        noisy = clean + sound * np.float32(np.sqrt(powers[0] / powers[1] / 10 ** (snr_db / 10)))
        gains.append(si_sdr_db(clean, denoise(noisy, model, params).wave) - si_sdr_db(clean, noisy))
    if not gains:
        raise ValueError("the held-out clips are silent")
    return float(np.mean(gains))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns 0, or 1 where the result is no better than the shipped weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speech", action="append", required=True, help="folder of clean speech; each is drawn alike")
    parser.add_argument("--noise", action="append", required=True, help="folder of noise without speech")
    parser.add_argument("--out", required=True, type=Path, help="file to write")
    parser.add_argument("--steps", type=int, default=DenoiserParams.num_steps)
    parser.add_argument("--seed", type=int, default=DenoiserParams.seed)
    args = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        speech, noise = ([sounds_in(folder) for folder in folders] for folders in (args.speech, args.noise))
        learnt = [[read_clip(path) for path in part] for part, _ in speech]
        mixer = Mixer(learnt, [read_clip(path) for part, _ in noise for path in part], MixParams(), args.seed)
        spoken, sounds = ([read_clip(path) for _, part in parts for path in part] for parts in (speech, noise))
    except ValueError as error:
        sys.exit(str(error))
    cool_down = min(DenoiserParams.num_cool_down, args.steps)
    params = replace(DenoiserParams(), num_steps=args.steps, num_cool_down=cool_down, seed=args.seed)
    about = {"steps": str(args.steps), "seed": str(args.seed), "speech": str(args.speech), "noise": str(args.noise)}
    weights = train(mixer, params).to_bytes(about)
    ours, shipped = (mean_gain_db(denoiser_of(data), spoken, sounds) for data in (weights, denoiser_weights("")))
    log.info("held-out mixes: %+.2f dB, by the shipped weights %+.2f dB", ours, shipped)
    if ours <= shipped:
        log.info("not written: it is no better than the shipped weights")
        return 1
    args.out.write_bytes(weights)
    log.info("wrote %s, version %s", args.out, sha256_of(weights)[:12])
    return 0


if __name__ == "__main__":
    sys.exit(main())
