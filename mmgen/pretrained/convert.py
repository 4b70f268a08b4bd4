"""A pickled torch state dict becomes safetensors, and what a safetensors file holds has a hash whoever wrote it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from mmgen.hashes import Hash, sha256

MAX_TENSORS = 10_000
MAX_HEADER_BYTES = 8 << 20
_CHUNK_BYTES = 1 << 20


def convert_torch_state(source: Path, target: Path, max_bytes: int) -> None:
    """Write the tensors of a state dict as safetensors, under their own names, none left out.

    Read with ``weights_only``: torch's own reader of pickles, which makes tensors and plain values and calls nothing
    else. ``max_bytes`` bounds what the tensors may take (a view can claim more than its file holds). ValueError where
    the file holds anything but names of dense tensors.
    """
    import torch
    from safetensors.torch import save

    try:
        state = torch.load(source, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds: pickle's, its own, EOFError, KeyError ...
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(
            f"{source.name}: no torch state dict that can be read without running its code: {reason}"
        ) from None
    tensors = _dense_tensors(state, source.name, max_bytes)
    with target.open("xb") as out:
        out.write(save(tensors))
        out.flush()
        os.fsync(out.fileno())


def _dense_tensors(state: Any, name: str, max_bytes: int) -> dict[str, Any]:
    import torch

    if not isinstance(state, dict) or not 0 < len(state) <= MAX_TENSORS:
        raise ValueError(f"{name}: a dictionary of 1 to {MAX_TENSORS:,} tensors is wanted")
    wrong = [
        str(key)[:80]
        for key, value in state.items()
        if not (isinstance(key, str) and isinstance(value, torch.Tensor) and value.layout is torch.strided)
        or value.is_quantized
        or value.is_meta
    ]
    if wrong:
        raise ValueError(f"{name}: holds what is no dense tensor: {', '.join(wrong[:5])}")
    num_bytes = sum(value.numel() * value.element_size() for value in state.values())
    if num_bytes > max_bytes:
        raise ValueError(f"{name}: its tensors would take {num_bytes:,} bytes, more than the file's {max_bytes:,}")
    # A clone each: safetensors refuses tensors that share memory, and a state dict may hold such.
    return {key: value.detach().clone(memory_format=torch.contiguous_format) for key, value in state.items()}


def digest_of_tensors(file: Path) -> str:
    """SHA-256, 64 hex digits, over every tensor's name, type, shape and bytes, by name.

    The order of tensors and the header's spaces are up to who wrote the file; what it holds is not. Needs neither torch
    nor safetensors. ValueError where the file is no safetensors file.
    """
    size = file.stat().st_size
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if not 2 <= length <= min(MAX_HEADER_BYTES, size - 8):
            raise ValueError(f"{file}: no safetensors file")
        try:
            header = json.loads(stream.read(length))
            places = {name: _place_of(part) for name, part in header.items() if name != "__metadata__"}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise ValueError(f"{file}: no safetensors file") from None
        digest = sha256()
        for name, (dtype, shape, begin, end) in sorted(places.items()):
            if not 0 <= begin <= end <= size - 8 - length:
                raise ValueError(f"{file}: tensor {name[:80]} lies outside of the file")
            digest.update(json.dumps([name, dtype, shape, end - begin]).encode())
            stream.seek(8 + length + begin)
            _update(digest, stream, end - begin)
    return digest.hexdigest()


def _place_of(part: dict[str, Any]) -> tuple[str, list[int], int, int]:
    begin, end = part["data_offsets"]
    return str(part["dtype"]), [int(n) for n in part["shape"]], int(begin), int(end)


def _update(digest: Hash, stream: Any, num_bytes: int) -> None:
    while num_bytes > 0:
        chunk = stream.read(min(num_bytes, _CHUNK_BYTES))
        if not chunk:
            return  # cut while it was read; the size was checked, so the hash will tell
        digest.update(chunk)
        num_bytes -= len(chunk)
