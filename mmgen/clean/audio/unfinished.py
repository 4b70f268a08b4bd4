"""Headers that were never finished: recorders write the sizes last, and power or program may end before that."""

from __future__ import annotations

import struct

_LARGEST = 0xFFFFFFFF


def finished(data: bytes, kind: str) -> bytes:
    """The same sound with the size of its samples in the header, where a zero stands though samples follow.

    ``kind``: as ``decode.sniff`` says. Players take everything behind the header of the samples, and so does this. A
    file that is whole comes back as it is; so does one that has no samples, be it that only other chunks follow.
    """
    if kind == "wav":
        return _finished_wav(data)
    if kind == "aiff":
        return _finished_aiff(data)
    if kind == "au" and data[8:12] == bytes(4):
        return data[:8] + struct.pack(">I", _LARGEST) + data[12:]
    return data


def _finished_wav(data: bytes) -> bytes:
    order = ">" if data[:4] == b"RIFX" else "<"
    at = _zero_chunk(data, order, b"data")
    if data[:4] == b"RF64" and data[12:16] == b"ds64" and data[28:36] == bytes(8):
        at = data.find(b"data", 36)  # states 2^32 - 1 itself; its size stands in ds64, with that of the file
        num_bytes = len(data) - at - 8
        sizes = struct.pack("<QQ", len(data) - 8, num_bytes) if at > 0 and num_bytes else data[20:36]
        return data[:20] + sizes + data[36:]
    if at is None:
        return data
    sizes_at = ((4, len(data) - 8), (at + 4, len(data) - at - 8))
    return _with_sizes(data, order, sizes_at)


def _finished_aiff(data: bytes) -> bytes:
    at, common = _zero_chunk(data, ">", b"SSND"), data.find(b"COMM", 12)
    if at is None or not 12 <= common < at:
        return data
    num_channels, _, num_bits = struct.unpack_from(">HIH", data, common + 8)
    num_bytes = len(data) - at - 16  # behind the chunk's offset and block size
    num_frames = num_bytes // max(1, num_channels * -(-num_bits // 8))
    sizes_at = ((4, len(data) - 8), (at + 4, len(data) - at - 8), (common + 10, num_frames))
    return _with_sizes(data, ">", sizes_at)


def _with_sizes(data: bytes, order: str, sizes_at: tuple[tuple[int, int], ...]) -> bytes:
    patched = bytearray(data)
    for at, size in sizes_at:
        struct.pack_into(f"{order}I", patched, at, min(size, _LARGEST))
    return bytes(patched)


def _zero_chunk(data: bytes, order: str, wanted: bytes) -> int | None:
    """Where the chunk of the samples begins, if it states no bytes and samples follow; else None."""
    offset = 12
    while offset + 8 <= len(data):
        name, size = struct.unpack_from(f"{order}4sI", data, offset)
        if name == wanted:
            return offset if size == 0 and not _are_chunks(data, order, offset + 8) else None
        offset += 8 + size + (size & 1)
    return None


def _are_chunks(data: bytes, order: str, offset: int) -> bool:
    """Whether nothing follows but further chunks (or nothing at all): each with a name, up to the file's very end."""
    while offset + 8 <= len(data):
        name, size = struct.unpack_from(f"{order}4sI", data, offset)
        if not (name.isascii() and name.decode().isprintable()):
            return False
        offset += 8 + size + (size & 1)
    return len(data) - 1 <= offset <= len(data) + 1
