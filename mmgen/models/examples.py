"""A batch of examples as arrays: what the models read. No path, no Spark, no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

IMAGE_PX = 64
TEXT_SIZE = 256
AUDIO_SIZE = 128
NUM_ATTRIBUTES = 4096
MODALITIES = ("image", "text", "audio", "attributes")


@dataclass(frozen=True)
class ExampleArrays:
    """B examples.

    ``product_id``, ``locale``, ``group_id``: B strings. ``pixels``: (B, 64, 64, 3) uint8 RGB. ``text``: (B, T) and
    ``audio``: (B, A) float32, as long as the features are: 256 and 128 where no row has any. ``attributes``: (B, 4096)
    uint8, 1 where the hashed ``name=value`` is present. ``masks``: (B, 4) bool in the order of MODALITIES; the values
    of an absent modality are zeros. ``audio_encoder``: B strings, which fitted model the audio features are by.
    """

    product_id: list[str]
    locale: list[str]
    group_id: list[str]
    pixels: NDArray[np.uint8]
    text: NDArray[np.float32]
    audio: NDArray[np.float32]
    attributes: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    audio_encoder: list[str]

    def __len__(self) -> int:
        return len(self.product_id)

    @classmethod
    def from_batch(cls, batch: pa.RecordBatch) -> Self:
        """From rows of ``examples``. Needs product_id, pixels, text_embedding, audio_embedding, attribute_ids.

        ``locale`` and ``group_id`` default to ``""`` and the product's own id. Raises ValueError where a value has the
        wrong size, naming the column and the product.
        """
        return cls.from_columns(
            {name: batch.column(name).to_pylist() for name in _NARROW if name in batch.schema.names}
            | {name: _lists(batch.column(name)) for name in _WIDE}
        )

    @classmethod
    def from_columns(cls, columns: Mapping[str, Sequence[Any]]) -> Self:
        """From columns of Python or numpy values, None where the modality is absent (see ``from_batch``)."""
        ids = [str(value) for value in columns["product_id"]]
        pixels, has_image = _fill(ids, columns, "pixels", IMAGE_PX * IMAGE_PX * 3, np.uint8)
        text, has_text = _fill(ids, columns, "text_embedding", _size(columns["text_embedding"], TEXT_SIZE), np.float32)
        sounds = columns["audio_embedding"]
        audio, has_audio = _fill(ids, columns, "audio_embedding", _size(sounds, AUDIO_SIZE), np.float32)
        attributes = np.zeros((len(ids), NUM_ATTRIBUTES), np.uint8)
        for row, present in enumerate(columns["attribute_ids"]):
            if present is not None and len(present):
                attributes[row, np.asarray(present, np.int64)] = 1
        masks = np.stack([has_image, has_text, has_audio, attributes.any(axis=1)], axis=1)
        return cls(
            ids,
            [str(v or "") for v in columns.get("locale", [""] * len(ids))],
            [str(v) for v in columns.get("group_id", ids)],
            pixels.reshape(-1, IMAGE_PX, IMAGE_PX, 3),
            text,
            audio,
            attributes,
            masks,
            [str(v or "") for v in columns.get("audio_encoder", [""] * len(ids))],
        )

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> Self:
        """The given rows, in the given order; a row may be taken more than once."""
        index = np.asarray(rows, np.int64)
        return replace(self, **{f.name: _pick(getattr(self, f.name), index) for f in fields(self)})

    def sized(self, text_size: int, audio_size: int) -> Self:
        """The same rows for a model of these sizes; features of another size are hidden."""
        masks, found = self.masks.copy(), {}
        for name, size in (("text", text_size), ("audio", audio_size)):
            values = getattr(self, name)
            if values.shape[1] != size:
                masks[:, MODALITIES.index(name)] = False
                values = np.zeros((len(self), size), np.float32)
            found[name] = values
        return replace(self, masks=masks, **found)

    def heard_by(self, audio_encoder: str) -> Self:
        """The same rows with the audio features of all other encoders hidden: they say other things."""
        masks = self.masks.copy()
        masks[[found != audio_encoder for found in self.audio_encoder], MODALITIES.index("audio")] = False
        return replace(self, masks=masks)

    def only(self, *modalities: str) -> Self:
        """The same rows with all modalities but these hidden from the encoders."""
        keep = np.array([name in modalities for name in MODALITIES])
        return replace(self, masks=self.masks & keep)


_NARROW = ("product_id", "locale", "group_id", "audio_encoder")
_WIDE = ("pixels", "text_embedding", "audio_embedding", "attribute_ids")


def concat(parts: Sequence[ExampleArrays]) -> ExampleArrays:
    """Batches one after the other. Raises ValueError where there are none."""
    if not parts:
        raise ValueError("no examples to join: the files have no row of this split")
    text_size, audio_size = (_common_size(parts, name) for name in ("text", "audio"))
    parts = [part.sized(text_size, audio_size) for part in parts]
    joined: dict[str, Any] = {}
    for field in fields(ExampleArrays):
        values = [getattr(part, field.name) for part in parts]
        joined[field.name] = np.concatenate(values) if isinstance(values[0], np.ndarray) else [*chain(*values)]
    return ExampleArrays(**joined)


def _common_size(parts: Sequence[ExampleArrays], name: str) -> int:
    """The size of a modality's features in the parts that have any. ValueError where they differ."""
    place = MODALITIES.index(name)
    sizes = {getattr(part, name).shape[1] for part in parts if part.masks[:, place].any()}
    if len(sizes) > 1:
        raise ValueError(f"{name} features of {' and '.join(map(str, sorted(sizes)))} values: build examples again")
    return int(next(iter(sizes), getattr(parts[0], name).shape[1]))


def _size(values: Sequence[Any], otherwise: int) -> int:
    """Length of the first value that is there."""
    return next((len(value) for value in values if value is not None and len(value)), otherwise)


def _pick(value: Any, index: NDArray[np.int64]) -> Any:
    return value[index] if isinstance(value, np.ndarray) else [value[i] for i in index]


def _lists(column: pa.Array) -> list[Any]:
    """Values of a binary or list column as bytes or numpy views, without a Python object for each number."""
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return column.to_pylist()
    return [item.values.to_numpy(zero_copy_only=False) if item.is_valid else None for item in column]


def _fill(
    ids: list[str], columns: Mapping[str, Sequence[Any]], name: str, size: int, dtype: type[np.generic]
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """(B, size) values with zeros where absent, and (B,) presence."""
    out = np.zeros((len(ids), size), dtype)
    present = np.zeros(len(ids), np.bool_)
    for row, value in enumerate(columns[name]):
        if value is None or len(value) == 0:
            continue
        flat = np.frombuffer(value, np.uint8) if isinstance(value, bytes | bytearray) else np.asarray(value).reshape(-1)
        if flat.size != size:
            raise ValueError(f"{name} of product {ids[row]} has {flat.size} values, not {size}: build examples again")
        out[row], present[row] = flat, True
    return out, present
