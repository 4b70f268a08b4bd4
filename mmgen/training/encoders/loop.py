"""The loop that trains Keras encoders: on one device, on all GPUs of a machine, or on the workers that TF_CONFIG names.

The same rows, parameters and seed give the same weights on the same machine.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mmgen.config.encoders import Schedule
from mmgen.registry.fitting import worker_number
from mmgen.seeds import seed_of
from mmgen.training.data.petastorm_reader import PetastormReader
from mmgen.training.data.snapshot import Snapshot
from mmgen.training.distributed.ranks import Ranks

READ_ROWS = 256
Batch = dict[str, tf.Tensor]
Progress = Callable[[int, int], None]  # (steps done, steps in all)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """What is trained on what.

    ``rows`` gives this worker's training rows once, each a dict of arrays as ``signature`` says; ``num_rows`` counts
    those of all workers. ``vary``: (a batch of rows, its number) -> what the network is given. ``loss``: its mean over
    a batch.
    """

    build: Callable[[], keras.Model]
    rows: Callable[[], Iterator[dict[str, Any]]]
    signature: dict[str, tf.TensorSpec]
    num_rows: int
    vary: Callable[[Batch, tf.Tensor], Batch]
    loss: Callable[[keras.Model, Batch], tf.Tensor]


def strategy() -> tf.distribute.Strategy:
    """MultiWorkerMirroredStrategy where TF_CONFIG names workers, MirroredStrategy for several GPUs, else one device.

    To be called once, before anything else of TensorFlow.
    """
    if os.environ.get("TF_CONFIG"):
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.MirroredStrategy() if len(tf.config.list_physical_devices("GPU")) > 1 else one_device()


def one_device() -> tf.distribute.Strategy:
    """The first GPU, or the CPU where there is none."""
    return tf.distribute.OneDeviceStrategy("GPU:0" if tf.config.list_physical_devices("GPU") else "CPU:0")


def be_deterministic(seed: int, name: str) -> None:
    """Fix what weights start from and how sums are ordered."""
    keras.utils.set_random_seed(seed_of(name, seed) % 2**31)
    tf.config.experimental.enable_op_determinism()


@contextmanager
def arithmetic(precision: str) -> Iterator[None]:
    """Layers built inside compute in ``float32`` or ``bfloat16``, their weights being float32 all the same.

    ``auto``: bfloat16 where the processor multiplies it, which makes training 1.5 times as fast (Zen 4), else float32:
    emulated, it would be several times as slow.
    """
    has_bfloat16 = any(flag in _processor_flags() for flag in ("avx512_bf16", "amx_bf16"))
    chosen = ("bfloat16" if has_bfloat16 else "float32") if precision == "auto" else precision
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if chosen == "bfloat16" else "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _processor_flags() -> set[str]:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    return set(next((line for line in lines if line.startswith("flags")), "").split())


def ranks() -> Ranks:
    """This worker's number and how many there are, of TF_CONFIG."""
    cluster = json.loads(os.environ.get("TF_CONFIG") or "{}").get("cluster", {})
    size = sum(len(cluster.get(role, ())) for role in ("chief", "worker"))
    return Ranks(worker_number(), max(size, 1))


def read(snapshot: Snapshot, column: str, seed: int, own: Ranks) -> Iterator[tuple[str, bytes]]:
    """(product, medium) of this worker's share of the rows, read by petastorm, in an order that the seed decides."""
    reader = PetastormReader(snapshot, READ_ROWS, seed, own, READ_ROWS, columns=("product_id", column))
    for columns in reader.column_batches(0):
        yield from zip(map(str, columns["product_id"]), columns[column], strict=True)


def train(
    task: Task, schedule: Schedule, seed: int, scope: tf.distribute.Strategy, progress: Progress | None = None
) -> keras.Model:
    """Train what ``task.build`` makes, and return it. ValueError where the loss becomes infinite.

    AdamW (Loshchilov and Hutter 2019) with a rate that rises linearly and falls along a cosine. A replica's batch has
    ``schedule.batch_rows`` rows; gradients are summed over replicas and the loss divided by their number.
    """
    replicas = scope.num_replicas_in_sync
    steps = schedule.num_steps(task.num_rows, replicas)
    with scope.scope():
        model = task.build()
        optimizer = keras.optimizers.AdamW(rate_of(schedule, steps), weight_decay=schedule.weight_decay)
        optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
        optimizer.build(model.trainable_variables)

    def of_replica(batch: Batch) -> tf.Tensor:
        with tf.GradientTape() as tape:
            value = task.loss(model, batch)
        scaled = tape.gradient(value, model.trainable_variables)
        pairs = zip(scaled, model.trainable_variables, strict=True)
        optimizer.apply_gradients([(tf.convert_to_tensor(g) / replicas, v) for g, v in pairs if g is not None])
        return value

    @tf.function
    def step(batch: Batch) -> tf.Tensor:
        return scope.reduce(tf.distribute.ReduceOp.MEAN, scope.run(of_replica, args=(batch,)), axis=None)

    data = scope.distribute_datasets_from_function(lambda _: dataset(task, schedule.batch_rows, seed))
    batches, losses = iter(data), []
    for done in range(1, steps + 1):
        losses.append(float(step(next(batches))))
        if not np.isfinite(losses[-1]):
            raise ValueError(f"the encoder's training diverged at step {done}: lower its learning_rate")
        if progress:
            progress(done, steps)
    log.info("loss %.3f in the first tenth of the steps, %.3f in the last", *_ends(losses))
    return model


def _ends(losses: list[float]) -> tuple[float, float]:
    tenth = max(1, len(losses) // 10)
    return float(np.mean(losses[:tenth])), float(np.mean(losses[-tenth:]))


def rate_of(schedule: Schedule, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """A linear rise, then a cosine to zero (Loshchilov and Hutter 2017)."""
    warmup = max(1, round(schedule.warmup * steps))
    return keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warmup), warmup_target=schedule.learning_rate, warmup_steps=warmup
    )


def dataset(task: Task, batch_rows: int, seed: int) -> tf.data.Dataset:
    """Endless batches: rows are decoded once and kept, shuffled anew each time round, and varied."""
    kept = tf.data.Dataset.from_generator(task.rows, output_signature=task.signature).cache()
    endless = kept.shuffle(task.num_rows, seed=seed_of("encoder order", seed) % 2**31).repeat()
    batches = endless.batch(batch_rows, drop_remainder=True).enumerate()
    return batches.map(lambda number, batch: task.vary(batch, number)).prefetch(2)
