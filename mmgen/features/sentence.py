"""Sentence embeddings from a Hugging Face checkpoint in a local folder, of texts alone or of images and texts.

Safetensors only, nothing is downloaded.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mmgen.hashes import sha256, sha256_of_file
from mmgen.telemetry import TELEMETRY_OFF
from mmgen.vectors import unit

os.environ.update(TELEMETRY_OFF)  # before transformers is imported

CHUNK_ROWS = 16
LENGTHS = (16, 32, 64, 128, 256, 512)
"""A text is padded to the first of these that holds it, and computed among 16 rows: so its embedding is the same
bytes whatever its neighbours are."""
NEEDED = ("config.json", "tokenizer.json", "model.safetensors")
_POOLING = Path("1_Pooling") / "config.json"


@dataclass(frozen=True)
class SentenceEncoder:
    """A loaded checkpoint. ``pooling`` is ``mean`` (over the tokens) or ``cls`` (the first one)."""

    model: Any
    tokenizer: Any
    pooling: str
    max_tokens: int

    @classmethod
    def load(cls, folder: Path, max_tokens: int) -> SentenceEncoder:
        """Load a checkpoint: ``config.json``, ``tokenizer.json``, ``model.safetensors``.

        Weights as pickles and code of the checkpoint's own are refused. Pooling is what ``1_Pooling/config.json``
        (written by sentence-transformers) says, else the mean. ValueError where the folder is no such checkpoint.
        """
        check_checkpoint(folder)
        import torch
        from tokenizers import Tokenizer
        from transformers import AutoModel
        from transformers.utils import logging

        logging.set_verbosity_error()  # type: ignore[no-untyped-call,unused-ignore]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call,unused-ignore]
        torch.set_num_threads(1)  # Spark has a task a core already
        model = AutoModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, trust_remote_code=False, dtype=torch.float32
        )
        known = int(getattr(_text_config(model), "max_position_embeddings", max_tokens))
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        limit = max(2, min(max_tokens, known, LENGTHS[-1]))
        tokenizer.enable_truncation(limit)
        return cls(model.eval(), tokenizer, pooling_of(folder), limit)

    @cached_property
    def width(self) -> int:
        """Values of an embedding."""
        return int(self._forward([[0]], min(LENGTHS[0], self.max_tokens)).shape[1])

    @property
    def has_images(self) -> bool:
        """Whether the checkpoint is one of images and texts (CLIP and its kind): its texts lie where its images do."""
        return hasattr(self.model, "get_text_features")

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """(len(texts), width), each of unit length. The same text gives the same bytes in any company.

        Source: Reimers, Gurevych, "Sentence-BERT" (2019).
        """
        encoded = [self.tokenizer.encode(text).ids or [0] for text in texts]
        out = np.zeros((len(texts), self.width), np.float32)
        lengths = [min(next(n for n in LENGTHS if n >= len(ids)), self.max_tokens) for ids in encoded]
        for length in sorted(set(lengths)):
            rows = [row for row, own in enumerate(lengths) if own == length]
            for start in range(0, len(rows), CHUNK_ROWS):
                chunk = rows[start : start + CHUNK_ROWS]
                out[chunk] = self._forward([encoded[row] for row in chunk], length)[: len(chunk)]
        return out

    def _forward(self, rows: list[list[int]], length: int) -> npt.NDArray[np.float32]:
        import torch

        ids = np.full((CHUNK_ROWS, length), getattr(_text_config(self.model), "pad_token_id", None) or 0, np.int64)
        mask = np.zeros((CHUNK_ROWS, length), np.int64)
        mask[:, 0] = 1  # an empty row attends to something, or its softmax is no number
        for place, row in enumerate(rows):
            ids[place, : len(row)] = row
            mask[place, : len(row)] = 1
        with torch.inference_mode():
            given = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
            if self.has_images:
                return unit(self.model.get_text_features(**given).pooler_output.numpy())
            hidden = self.model(**given).last_hidden_state.numpy()
        weights = mask[:, :, None].astype(np.float32)
        return unit(hidden[:, 0] if self.pooling == "cls" else (hidden * weights).sum(1) / weights.sum(1))


def _text_config(model: Any) -> Any:
    """The configuration of the half that reads texts: the whole, where there is one half."""
    return getattr(model.config, "text_config", model.config)


def check_checkpoint(folder: Path) -> None:
    """ValueError, with what to do, where a folder is no checkpoint that can be loaded safely."""
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise ValueError(
            f"{folder}: no {' and no '.join(missing)}. A Hugging Face checkpoint in one file with a fast tokenizer is "
            "wanted: model.save_pretrained(folder), tokenizer.save_pretrained(folder)"
        )
    if "auto_map" in json.loads((folder / "config.json").read_text(encoding="utf-8")):
        raise ValueError(f"{folder}: its config.json names code of its own (auto_map), which is never run")
    pooling_of(folder)


def pooling_of(folder: Path) -> str:
    """``mean`` or ``cls``. ValueError for another way of pooling."""
    if not (folder / _POOLING).is_file():
        return "mean"
    found = json.loads((folder / _POOLING).read_text(encoding="utf-8"))
    modes = [name for name, value in found.items() if name.startswith("pooling_mode_") and value is True]
    known = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
    if len(modes) != 1 or modes[0] not in known:
        raise ValueError(f"{folder / _POOLING}: pools by {', '.join(modes) or 'nothing'}; mean or cls is wanted")
    return known[modes[0]]


def digest_of_checkpoint(folder: Path) -> str:
    """Identity of what an embedding rests on, 16 hex digits: another file is another model."""
    digest = sha256()
    for name in (*NEEDED, str(_POOLING)):
        if (folder / name).is_file():
            digest.update(name.encode())
            digest.update(bytes.fromhex(sha256_of_file(folder / name)))
    return digest.hexdigest()[:16]
