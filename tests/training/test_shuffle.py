"""The shuffle buffer by itself: nothing is lost or doubled, limits hold, columns stay in step."""

from __future__ import annotations

import numpy as np
import pytest

from mmgen.training.data.columns import objects, row_bytes, take
from mmgen.training.data.shuffle import ShuffleBuffer


def rows_of(start: int, count: int, is_ragged: bool) -> dict[str, np.ndarray]:
    ids = np.arange(start, start + count)
    lists = objects((np.full(1 + i % 3, i) for i in ids), count) if is_ragged else np.stack([ids, ids], axis=1)
    return {"id": ids, "values": lists}


@pytest.mark.parametrize("max_rows", [1, 10, 50])
@pytest.mark.parametrize("max_bytes", [100, 3000, 10**6])
@pytest.mark.parametrize("seed", range(8))
def test_each_row_goes_in_and_out_once(max_rows: int, max_bytes: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    buffer = ShuffleBuffer(max_rows, max_bytes, generator)
    found: list[int] = []
    start = 0
    while start < 300 or buffer.num_rows:
        size = int(generator.integers(1, 20))
        coming = rows_of(start, int(generator.integers(1, 25)), bool(generator.integers(0, 2)))
        sizes = row_bytes(coming)
        if start < 300 and (buffer.has_room(int(sizes.sum())) or buffer.num_rows < size):
            buffer.add(coming, sizes)
            start += len(sizes)
            continue
        drawn = buffer.draw(min(size, buffer.num_rows))
        assert all(set(value) == {i} for i, value in zip(drawn["id"], drawn["values"], strict=True))
        found += drawn["id"].tolist()
    assert sorted(found) == list(range(start)) and found != sorted(found)
    assert buffer.num_bytes >= 0


def test_more_than_is_held_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="positive integer"):
        ShuffleBuffer(5, 100, np.random.default_rng(0)).draw(1)


@pytest.mark.parametrize("is_ragged", [False, True], ids=["matrix", "lists"])
def test_rows_handed_out_are_never_written_over(is_ragged: bool) -> None:
    buffer = ShuffleBuffer(40, 10**6, np.random.default_rng(0))
    drawn = []
    for start in range(0, 400, 20):
        coming = rows_of(start, 20, is_ragged)
        buffer.add(coming, row_bytes(coming))
        coming["id"][:] = -1  # nor do rows that came in stay those of whoever gave them
        drawn.append(buffer.draw(20))
    found = [i for rows in drawn for i in rows["id"].tolist()]
    assert sorted(found) == list(range(400))
    assert all(set(value) == {i} for rows in drawn for i, value in zip(rows["id"], rows["values"], strict=True))


def test_a_slice_may_have_a_step_without_rows() -> None:
    buffer = ShuffleBuffer(5, 1000, np.random.default_rng(0))
    for count in (0, 3, 0):
        coming = rows_of(0, count, False) if count else take(rows_of(0, 3, False), slice(0, 0))
        buffer.add(coming, row_bytes(coming))
    assert sorted(buffer.draw(3)["id"]) == [0, 1, 2]


@pytest.mark.parametrize(
    "values",
    [np.zeros((6, 0), np.float32), np.arange(24, dtype=np.float32).reshape(6, 4)[:, ::2]],
    ids=["every list is empty", "every other value of a wider column"],
)
def test_lists_of_any_length_and_layout(values: np.ndarray) -> None:
    buffer = ShuffleBuffer(6, 1000, np.random.default_rng(0))
    coming = {"id": np.arange(6), "values": values}
    buffer.add(coming, row_bytes(coming))
    drawn = buffer.draw(6)
    assert np.array_equal(drawn["values"], values[drawn["id"]])
