from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import mmgen
from mmgen.models.modalities.registry import MODALITIES
from mmgen.training.data.snapshot import check_files, take_snapshots
from mmgen.training.distributed.ranks import Ranks
from tests.training.examples_files import example, targets, write, write_shop
from tests.training.readers import READERS, reader_class


def reader(
    name: str, files: list[str], rank: int = 0, world_size: int = 1, batch_rows: int = 4, shuffle_rows: int = 100
):
    train = take_snapshots(files, ["train"])["train"]
    return reader_class(name)(train, batch_rows, 7, Ranks(rank, world_size), shuffle_rows)


def ids_of(batches) -> list[str]:
    return [product_id for batch in batches for product_id in batch.product_id]


@pytest.mark.parametrize("name", READERS)
def test_an_epoch_is_a_shuffle_that_seed_and_epoch_decide(name, tmp_path):
    files = write_shop(tmp_path, num_train=20)
    found = reader(name, files)
    first = ids_of(found.batches(0))
    assert sorted(first) == [f"p{i:03d}" for i in range(20)] != first
    assert ids_of(found.batches(0)) == first == ids_of(reader(name, files[::-1]).batches(0))
    assert ids_of(found.batches(1)) != first
    assert ids_of(found.batches(0, skip=2)) == first[8:]


@pytest.mark.parametrize("shuffle_rows", [pytest.param(22, id="kept"), pytest.param(9, id="streamed")])
def test_both_readers_give_the_same_batches(shuffle_rows, tmp_path):
    rows = [example(i, locale=None if i == 4 else "en") for i in range(22)]
    files = [write(tmp_path / "a.parquet", rows[:13], 5), write(tmp_path / "b.parquet", rows[13:], 5)]
    both = [reader(name, files, batch_rows=4, shuffle_rows=shuffle_rows).batches(0) for name in READERS]
    for one, other in zip(*both, strict=True):
        assert one.product_id == other.product_id
        for name in MODALITIES:
            np.testing.assert_array_equal(one.values[name], other.values[name])
            np.testing.assert_array_equal(one.present[name], other.present[name])
        assert (one.locale, one.group_id) == (other.locale, other.group_id)


@pytest.mark.parametrize("name", READERS)
def test_keras_gets_the_same_batches_through_tf_data(name, tmp_path):
    pytest.importorskip("tensorflow", reason="TensorFlow is in the encoders' environment")
    from mmgen.training.data.petastorm_reader import tf_dataset

    found = reader(name, write_shop(tmp_path, num_train=20))
    wanted = [batch for epoch in (3, 4) for batch in found.batches(epoch)]
    dataset = tf_dataset(found, first_epoch=3, num_epochs=2)
    assert int(dataset.cardinality()) == len(wanted) == 2 * found.num_batches
    for batch, tensors in zip(wanted, dataset.as_numpy_iterator(), strict=True):
        assert [product_id.decode() for product_id in tensors.pop("product_id")] == batch.product_id
        held = batch.values | {f"has_{name}": present for name, present in batch.present.items()}
        assert set(tensors) == set(held)
        for field, values in tensors.items():
            np.testing.assert_array_equal(values, held[field])
            assert values.dtype == held[field].dtype


@pytest.mark.parametrize("shuffle_rows", [5, 12])
def test_a_shuffle_buffer_smaller_than_the_data_still_gives_each_row_once(shuffle_rows, tmp_path):
    files = write_shop(tmp_path, num_train=24)
    found = {name: ids_of(reader(name, files, shuffle_rows=shuffle_rows).batches(3)) for name in READERS}
    assert sorted(found["arrow"]) == [f"p{i:03d}" for i in range(24)] != found["arrow"]
    assert found["arrow"] == found["petastorm"]


def test_masks_show_what_each_row_has(tmp_path):
    files = [write(tmp_path / "x.parquet", [example(0), example(1), example(5, attribute_ids=[])])]
    (batch,) = reader("arrow", files, batch_rows=3).batches(0)
    masks = np.stack([batch.present[name] for name in ("image", "text", "audio", "attributes")], axis=1)
    found = dict(zip(batch.product_id, masks.tolist(), strict=True))
    assert found == {"p000": [False, False, False, True], "p001": [True] * 4, "p005": [True, False, True, False]}
    row = batch.product_id.index("p001")
    np.testing.assert_array_equal(batch.values["image"][row].tobytes(), example(1)["pixels"])
    np.testing.assert_array_equal(np.flatnonzero(batch.values["attributes"][row]), [1, 11])


def test_a_product_counts_once_with_its_newest_row_and_rejected_rows_not_at_all(tmp_path):
    old = write(tmp_path / "ds=2026-01-01" / "x" / "1.parquet", [example(1), example(2), example(3)])
    changed = [example(2, locale="fr"), example(3, split="test"), example(4, reject_reason="text_empty")]
    new = write(tmp_path / "ds=2026-01-02" / "y" / "1.parquet", changed)
    data = take_snapshots([new, old], ["train", "test"])
    rows = {row["product_id"]: row for row in data["train"].read_texts()}
    assert sorted(rows) == ["p001", "p002"] and rows["p002"]["locale"] == "fr"
    assert rows["p001"]["attributes"] == {"colour": "blue"} and "pixels" not in rows["p001"]
    assert data["test"].read(10).product_id == ["p003"]
    assert targets(rows["p001"])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda _: [], "run the examples job", id="no file"),
        pytest.param(lambda folder: [str(folder / "gone.parquet")], "is not there", id="file gone"),
        pytest.param(
            lambda folder: [(folder / "_common_metadata").write_bytes(b"x"), *write_shop(folder / "ds=1" / "a")][1:],
            "petastorm unpickles",
            id="pickle above the files",
        ),
        pytest.param(
            lambda folder: [*write_shop(folder / "b"), (folder / "b" / "_metadata").write_bytes(b"x")][:1],
            "has a _metadata file",
            id="pickle beside the files",
        ),
    ],
)
def test_what_is_refused(make, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        check_files(make(tmp_path))
    with pytest.raises(ValueError, match=words):
        take_snapshots(make(tmp_path), ["train"])


def test_nothing_to_train_on_is_said(tmp_path):
    with pytest.raises(ValueError, match="nothing to train on"):
        reader("arrow", [write(tmp_path / "x.parquet", [example(1, "test")])])


def test_fewer_rows_than_processes_are_refused(tmp_path):
    files = write_shop(tmp_path, num_train=3)
    with pytest.raises(ValueError, match="3 training rows are too few for 4 processes"):
        reader("arrow", files, rank=0, world_size=4)


def test_petastorm_refuses_a_row_group_that_it_cannot_hold(tmp_path):
    train = take_snapshots(write_shop(tmp_path), ["train"])["train"]
    found = reader_class("petastorm")(train, 4, 7, Ranks(), shuffle_rows=100, shuffle_bytes=50_000)
    with pytest.raises(ValueError, match="raise shuffle_bytes"):
        next(found.batches(0))


def test_one_file_imports_petastorm_and_one_mlflow():
    root = Path(mmgen.__file__).parent
    for library, file in (("petastorm", "petastorm_reader.py"), ("mlflow", "tracker.py")):
        words = (f"import {library}", f"from {library}")
        users = [
            p.name
            for p in root.rglob("*.py")
            if any(line.strip().startswith(words) for line in p.open(encoding="utf-8"))
        ]
        assert users == [file]
