"""Make the denoiser's shipped weights anew from the catalogue's public parts: spoken digits, LJ Speech, ESC-10.

    python benchmarks/train_denoiser.py --out mmgen/clean/audio/weights/denoiser.safetensors

Takes a few minutes of CPU. ``--hold-out NAME`` leaves another speaker out, for cross-validation. The held-out parts
are in audio_parts.py; a shop teaches its own denoiser by ``python -m mmgen.training.denoiser.train``.
"""

from __future__ import annotations

import logging
from pathlib import Path

from report import options

import numpy as np
import torch
from audio_parts import HELD_OUT_SPEAKER, digits, noises, sentences, speakers

from mmgen.models.denoiser import RATE_HZ
from mmgen.sample.voice import speak
from mmgen.training.denoiser.loop import DenoiserParams, train
from mmgen.training.denoiser.mixes import Mixer, MixParams, read_clip

SOURCES = "Free Spoken Digit Dataset (CC BY-SA 4.0), LJ Speech (public domain), ESC-10 (CC BY 3.0)"


def main() -> None:
    args = options(__doc__, ("--out", "file to write"), ("--hold-out", "speaker to leave out"))
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(2)
    held_out = args.hold_out or HELD_OUT_SPEAKER
    if held_out not in speakers():
        raise SystemExit(f"--hold-out {held_out}: known are {', '.join(speakers())}")
    spoken = digits(*(name for name in speakers() if name != held_out))
    paths = (spoken, sentences(is_held_out=False), noises(is_held_out=False))
    words, read, noise = ([read_clip(path) for path in part] for part in paths)
    # As the shipped weights were made: 600 steps whose running average is kept. More should do better
    params = DenoiserParams(num_steps=20 if args.quick else 600, num_cool_down=1)
    rng = np.random.default_rng(params.seed)
    made = [speak(RATE_HZ, rng).astype(np.float32) for _ in range(200)]
    model = train(Mixer([words, words, read, made], noise, MixParams(), params.seed), params)
    about = {"sources": SOURCES, "held_out_speaker": held_out, "num_steps": str(params.num_steps)}
    if args.out:
        Path(args.out).write_bytes(model.to_bytes(about))


if __name__ == "__main__":
    main()
