"""Trains the audio encoder: an LSTM that has to say a clip's segment again from its last state alone (Srivastava et al.
2015), hearing it with noise (a denoising autoencoder, Vincent et al. 2010)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mmgen.config.encoders import AudioEncoderParams
from mmgen.config.features import AudioFeatureParams
from mmgen.features.audio import bands_of
from mmgen.models.encoders.fitted import AudioEncoder, AudioNetwork, Floats, save_encoder, segments_of
from mmgen.models.encoders.keras import audio_network, audio_weights
from mmgen.seeds import seed_of
from mmgen.training.data.media_rows import MediaRows
from mmgen.training.distributed.ranks import Ranks
from mmgen.training.encoders import loop as keras_loop
from mmgen.training.encoders.loop import Batch, Progress, Task

VERSION = 2  # raise it when the same parameters would train another encoder
COLUMN = "audio"
COPY_NOISE = 0.3
COPY_CUT = 0.1


def fit(
    rows: MediaRows,
    params: AudioEncoderParams,
    bands: AudioFeatureParams,
    seed: int,
    folder: Path,
    progress: Progress | None = None,
) -> None:
    """Train on ``rows`` and write the encoder into ``folder``. ValueError where no clip can be read."""
    scope = keras_loop.strategy()
    keras_loop.be_deterministic(seed, "audio encoder")
    network = AudioNetwork(
        num_mels=bands.num_mels, bands=bands, pooled=params.pooled, steps=params.steps, units=params.units
    )
    # All workers scale by all clips: their networks have to agree on what they hear
    clips = read_bands(rows, bands, seed)
    own = keras_loop.ranks()
    segments = {p: segments_of(clip, network) for p, clip in clips.items()}
    mean, std = scale_of(segments)
    ids = sorted(segments)[own.rank :: own.world_size]
    num_segments = sum(map(len, segments.values()))
    model = train([(segments[p] - mean) / std for p in ids], num_segments, network, params, seed, scope, progress)
    save_encoder(folder, network, {**audio_weights(model), "mean": mean, "std": std})


def read_bands(rows: MediaRows, bands: AudioFeatureParams, seed: int) -> dict[str, Floats]:
    """Product -> log-mel (frames, num_mels) of its clip; clips that can't be read are left out."""
    if not rows.content:
        return {}
    found = {p: bands_of(data, bands) for p, data in keras_loop.read(rows.snapshot, COLUMN, seed, Ranks())}
    return {p: value for p, value in sorted(found.items()) if value is not None}


def scale_of(segments: dict[str, Floats]) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each band over all clips, each clip counting alike. ValueError for no clip."""
    if not segments:
        raise ValueError("no clip to train the audio encoder on can be read: are clean_audio's files whole?")
    means = np.stack([s.mean(axis=(0, 1), dtype=np.float64) for _, s in sorted(segments.items())])
    squares = np.stack([np.square(s, dtype=np.float64).mean(axis=(0, 1)) for _, s in sorted(segments.items())])
    mean = means.mean(axis=0)
    std = np.sqrt(np.maximum(squares.mean(axis=0) - mean**2, 1e-4))
    return mean.astype(np.float32), std.astype(np.float32)


def train(
    clips: list[Floats],
    num_segments: int,
    network: AudioNetwork,
    params: AudioEncoderParams,
    seed: int,
    scope: tf.distribute.Strategy,
    progress: Progress | None = None,
) -> keras.Model:
    """The network of ``audio_network``, trained on this worker's ``clips``: scaled segments, (S, steps, num_mels) each.

    ``num_segments`` counts those of all workers.
    """

    def examples() -> Iterator[dict[str, Any]]:
        for clip in clips:
            for segment in clip:
                yield {"said": segment}

    def with_noise(batch: Batch, number: tf.Tensor) -> Batch:
        noise = tf.random.stateless_normal(tf.shape(batch["said"]), [seed_of("noise", seed) % 2**31, number])
        return {"said": batch["said"], "heard": batch["said"] + params.noise * noise}

    task = Task(
        build=lambda: audio_network(network),
        rows=examples,
        signature={"said": tf.TensorSpec((network.steps, network.num_mels), tf.float32)},
        num_rows=num_segments,
        vary=with_noise,
        loss=lambda model, batch: tf.reduce_mean(tf.square(model(batch["heard"], training=True) - batch["said"])),
    )
    return keras_loop.train(task, params.schedule, seed, scope, progress)


def copies(encoder: AudioEncoder, clips: dict[str, Floats], seed: int) -> tuple[Floats, Floats]:
    """(N, units) each: the clips' vectors, and those of copies that lack the beginning and have noise of ``COPY_NOISE``
    standard deviations (in log-mel)."""
    originals, noisy = [], []
    for product_id, clip in sorted(clips.items()):
        rng = np.random.default_rng(seed_of("copy", product_id, seed))
        cut = clip[round(COPY_CUT * len(clip)) :]
        copy = cut + COPY_NOISE * encoder.weights["std"] * rng.normal(size=cut.shape)
        originals.append(encoder.embed(clip))
        noisy.append(encoder.embed(copy.astype(np.float32)))
    return _stacked(originals), _stacked(noisy)


def _stacked(rows: list[NDArray[np.float32]]) -> Floats:
    return np.stack(rows) if rows else np.zeros((0, 1), np.float32)
