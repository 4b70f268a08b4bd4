"""How much noise the cleaning of clips removes from real speech in real noise that nothing was tuned or trained on.

    python benchmarks/quality_audio.py [--quick] [--weights FILE]

SI-SDR and STOI against the clean reference, beside noisereduce, RNNoise, a Wiener filter and an FFT gate. Ends with 1
where a floor is missed. What is held out, and how it was chosen: audio_parts.py.
"""

from __future__ import annotations

import sys

from report import Section, options, publish

import numpy as np
import torch
from audio_parts import HELD_OUT_SPEAKER, SNR_DB, catalogue_mixes, noises, sentence_mixes, sentences
from audio_peers import peers
from audio_scores import Method, at, mean_of, rows_of, scores

from mmgen.clean.audio.decode import Wave
from mmgen.clean.audio.denoise import denoise, denoiser_of, denoiser_weights
from mmgen.config.clean import AudioParams
from mmgen.metrics.audio import si_sdr_db
from mmgen.training.denoiser.mixes import read_clip

MEAN_GAIN_DB, LEVEL_GAIN_DB, CLEAN_DB = 4.0, 1.0, 20.0  # floors
NOTE = """\
Gain of SI-SDR in dB, and change of STOI, over the noisy clip; with 95% intervals by bootstrap over noise clips. Others:
gain / change of STOI. *Digits*: product numbers mixed by the catalogue's `assemble.py`, in the voice of a speaker and
with source recordings of noise that nothing was trained or tuned on (8 kHz); *new noises*: of these, the two classes of
noise of which no recording was heard; *sentences*: held-out sentences of LJ Speech, whose one reader was heard, in the
same noises (16 kHz). The others, and the sentences, are scored on one noise of each class. Floors: a mean gain of 4 dB
over the levels of the digits, 1 dB at each level, no level's mean STOI lowered, clean clips left alone or above 20 dB.
"""


def main() -> None:
    args = options(__doc__, ("--weights", "another denoiser than the shipped one"))
    torch.set_num_threads(1)
    params, model = AudioParams(), denoiser_of(denoiser_weights(args.weights or ""))

    def ours(wave: Wave) -> Wave:
        return denoise(wave, model, params).wave

    clips = noises(is_held_out=True)[:: 8 if args.quick else 1]
    some = clips[:: 1 if args.quick else 8]
    digits = list(catalogue_mixes(HELD_OUT_SPEAKER, clips, "held out"))
    spoken = list(sentence_mixes(some))
    others = peers()
    found = scores(digits, ours)
    shared = [mix for mix in digits if mix.noise in {path.stem for path in some}]
    theirs = {name: scores(shared, method) for name, method in others.items()}
    rows = rows_of("digits", found, theirs)
    unseen = {name: [s for s in part if s.is_unseen_class] for name, part in theirs.items()}
    rows += rows_of("new noises", [s for s in found if s.is_unseen_class], unseen)[-1:]
    rows += rows_of("sentences", scores(spoken, ours), {name: scores(spoken, fn) for name, fn in others.items()})

    clean = {id(mix.clean): mix.clean for mix in digits}.values()
    read = [read_clip(path) for path in sentences(is_held_out=True)]
    alone = {
        "clean digits": [_kept_db(wave, ours) for wave in clean],
        "clean sentences": [_kept_db(wave, ours) for wave in read],
        "plucked strings": [_kept_db(strings(seed), ours) for seed in range(10)],
    }
    lines = [
        f"{name}: {sum(v == np.inf for v in kept)} of {len(kept)} left as they are, the rest at "
        f"{min([v for v in kept if v != np.inf], default=np.inf):.1f} dB or more"
        for name, kept in alone.items()
    ]
    missed = []
    if mean_of(found, "gain_db").value < MEAN_GAIN_DB:
        missed.append("mean gain")
    for level in SNR_DB:
        part = at(found, level)
        missed += [f"gain at {level} dB"] if mean_of(part, "gain_db").value < LEVEL_GAIN_DB else []
        missed += [f"STOI at {level} dB"] if mean_of(part, "stoi_change").value < 0 else []
    missed += [name for name, kept in alone.items() if min(kept) < CLEAN_DB]
    verdict = f"Missed: {', '.join(missed)}." if missed else "All floors are kept."
    columns = ["speech", "level", "clips", "before", "gain, dB", "STOI", *others]
    note = f"{NOTE}\nUndisturbed: {'; '.join(lines)}. {verdict}"
    publish(args, Section("quality_audio", "Noise reduction: quality", note, columns, rows))
    sys.exit(1 if missed else 0)


def _kept_db(wave: Wave, method: Method) -> float:
    """SI-SDR of the result against the clip itself; infinite where it was left as it is."""
    quiet = method(wave)
    return np.inf if quiet is wave else si_sdr_db(wave, quiet)


def strings(seed: int) -> Wave:
    """Five seconds of plucked strings (Karplus and Strong 1983): music without a voice, of another make than that which
    the denoiser's training knows."""
    rng = np.random.default_rng(seed)
    wave = np.zeros(80_000)
    for onset in np.cumsum(rng.choice([2000, 4000, 8000], 40)):
        period = round(16_000 / (82.4 * 2 ** (rng.choice([0, 3, 5, 7, 10, 12, 15, 17, 19, 24]) / 12)))
        note = np.zeros(16_000)
        note[:period] = rng.uniform(-1, 1, period)
        for start in range(period, len(note), period):
            last = note[start - period : start]
            part = 0.498 * (last + np.roll(last, 1))
            note[start : start + period] = part[: len(note) - start]
        end = min(len(wave), onset + len(note))
        if onset < len(wave):
            wave[onset:end] += note[: end - onset]
    return (0.3 * wave / np.abs(wave).max()).astype(np.float32)


if __name__ == "__main__":
    main()
