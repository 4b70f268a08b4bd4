"""How fast clips are denoised, beside other tools, and how fast the whole cleaning of a clip is. One core.

    python benchmarks/bench_audio.py [--quick]

Outputs are compared first: the gain of SI-SDR of each on the same clips stands beside its speed.
"""

from __future__ import annotations

import io
from functools import partial

from report import Section, options, publish, ratio_of

import numpy as np
import pyarrow as pa
import soundfile as sf
import torch
from audio_parts import HELD_OUT_SPEAKER, Mix, catalogue_mixes, noises
from audio_peers import peers
from audio_scores import Method

from mmgen.clean.audio.decode import Wave, resample
from mmgen.clean.audio.denoise import denoise, denoiser_of, denoiser_weights
from mmgen.clean.audio.rows import clean_audio
from mmgen.config.clean import AudioParams
from mmgen.metrics.audio import si_sdr_db

NOTE = """\
Held-out clips of the catalogue's kind at 16 kHz, one thread, CPU time, interleaved A B B A; medians over rounds (lowest
to highest). *x real time*: seconds of sound a second of one core. The last rows are the whole cleaning of a clip:
decoding, resampling, noise reduction, trimming, loudness, FLAC. The bar is 60 times real time for the noise reduction.
"""


def main() -> None:
    args = options(__doc__)
    torch.set_num_threads(1)
    params, weights = AudioParams(), denoiser_weights("")
    model = denoiser_of(weights)
    mixes = list(catalogue_mixes(HELD_OUT_SPEAKER, noises(is_held_out=True)[:: 40 if args.quick else 16], "speed"))
    duration_s = sum(len(mix.noisy) for mix in mixes) / params.rate_hz
    rounds = 1 if args.quick else 2

    def ours(wave: Wave) -> Wave:
        return denoise(wave, model, params).wave

    rows: list[list[object]] = []
    own = f"{_gain_db(mixes, ours):+.2f}"
    ours_s = 0.0
    for name, method in peers().items():
        slow = mixes[: 16 if name == "RNNoise" else None]
        share = sum(len(mix.noisy) for mix in slow) / params.rate_hz / duration_s
        ratio = ratio_of(partial(_each, slow, ours), partial(_each, slow, method), rounds)
        ours_s = ours_s or ratio.a_s / share
        speed = share * duration_s / ratio.b_s
        rows.append([name, f"{speed:.0f}", ratio, f"{_gain_db(mixes, method):+.2f}"])
    rows.insert(0, ["mmgen", f"{duration_s / ours_s:.0f}", "", own])

    files = {
        "whole cleaning, WAV of 8 kHz": [_saved(mix.noisy, 8_000, "WAV") for mix in mixes],
        "whole cleaning, MP3 of 44.1 kHz": [_saved(mix.noisy, 44_100, "MP3") for mix in mixes],
    }
    batches = {name: _batch(data) for name, data in files.items()}
    for name, batch in batches.items():
        clean = partial(clean_audio, batch, params, weights)
        ratio = ratio_of(clean, partial(_each, mixes, ours), rounds)
        rows.append([name, f"{duration_s / ratio.a_s:.0f}", "", ""])
    columns = ["", "x real time", "mmgen's denoising to it", "gain of SI-SDR, dB"]
    publish(args, Section("bench_audio", "Noise reduction: speed", NOTE, columns, rows))


def _each(mixes: list[Mix], method: Method) -> None:
    for mix in mixes:
        method(mix.noisy)


def _gain_db(mixes: list[Mix], method: Method) -> float:
    return float(np.mean([si_sdr_db(m.clean, method(m.noisy)) - si_sdr_db(m.clean, m.noisy) for m in mixes]))


def _saved(wave: Wave, rate_hz: int, kind: str) -> bytes:
    buffer = io.BytesIO()
    sf.write(buffer, resample(wave, 16_000, rate_hz), rate_hz, format=kind)
    return buffer.getvalue()


def _batch(data: list[bytes]) -> pa.RecordBatch:
    columns = {"data": pa.array(data, pa.binary()), "reject_reason": pa.nulls(len(data), pa.string())}
    return pa.RecordBatch.from_pydict(columns)


if __name__ == "__main__":
    main()
