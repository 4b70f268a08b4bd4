"""Features of two fitted models are never trained on together, and a model never hears another encoder's features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mmgen.models.examples import ExampleArrays, concat, encoder_columns
from mmgen.models.fusion.model import FusionModel
from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.fusion import loop
from mmgen.training.fusion.texts import collect
from tests.training.examples_files import SCHEMA, TINY, example, targets

WITH_ENCODERS = pa.schema([*SCHEMA, *((name, pa.string()) for name in encoder_columns())])
FIRST = {name: f"{name[0]}-1" for name in encoder_columns()}


def made_by(number: int, split: str = "train", audio_size: int = 192, **encoders: str) -> dict[str, Any]:
    """A product whose sound is heard by an encoder, beside the statistics."""
    row = example(number, split)
    sound = row["audio_embedding"]
    longer = None if sound is None else np.resize(sound, audio_size)
    said = dict.fromkeys(FIRST) if sound is None else FIRST | encoders
    return row | {"audio_embedding": longer} | said


def write(path: Path, rows: list[dict[str, Any]]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist([{f.name: row[f.name] for f in WITH_ENCODERS} for row in rows], WITH_ENCODERS)
    pq.write_table(table, path, row_group_size=5)
    return str(path)


@pytest.mark.parametrize("name", encoder_columns())
def test_a_mix_is_refused_with_what_to_do(tmp_path, name):
    newer = [made_by(number, **{name: FIRST[name][0] + "-2"}) for number in range(30, 45)]
    files = [write(tmp_path / "ds=2026-11-01" / "a.parquet", [made_by(n) for n in range(20)] + newer)]
    with pytest.raises(ValueError, match=rf"several fitted models in {name}: \w-1 \(\d+ products\), \w-2 .*mmgen run"):
        take_snapshots(files, ["train"])


def test_what_was_made_anew_is_no_mix_and_what_left_the_shop_does_not_count(tmp_path):
    old = [made_by(number) for number in range(24)]
    new = [made_by(number, audio_encoder="a-2") for number in range(20)]
    files = [write(tmp_path / f"ds=2026-11-0{d}" / "a.parquet", rows) for d, rows in ((1, old), (2, new))]
    with pytest.raises(ValueError, match="several fitted models"):
        take_snapshots(files, ["train"])
    live = {row["product_id"] for row in new}
    snapshot = take_snapshots(files, ["train"], live)["train"]
    assert snapshot.num_rows == 20
    assert snapshot.encoders == FIRST | {"audio_encoder": "a-2"}


def test_a_rejected_row_and_a_table_without_encoders_name_none(tmp_path):
    rows = [made_by(1), made_by(2) | {"reject_reason": "transform_failed", "audio_encoder": "a-0"}]
    assert take_snapshots([write(tmp_path / "a.parquet", rows)], ["train"])["train"].encoders == FIRST
    plain = pa.Table.from_pylist([{f.name: example(1)[f.name] for f in SCHEMA}], SCHEMA)
    pq.write_table(plain, tmp_path / "b.parquet")
    assert take_snapshots([str(tmp_path / "b.parquet")], ["train"])["train"].encoders == {}


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> FusionModel:
    """A model of a shop whose first rows have no sound, and whose sound has 192 values."""
    folder = tmp_path_factory.mktemp("shop")
    silent = [made_by(n) | {"audio_embedding": None, "audio_encoder": None} for n in range(100, 108)]
    rows = silent + [made_by(n) for n in range(22)] + [made_by(n, "validation") for n in range(200, 206)]
    data = take_snapshots([write(folder / "a.parquet", rows)], loop.SPLITS)
    texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
    model = loop.train(data, texts, folder / "out", TINY, 7)
    model.save(folder / "model")
    return FusionModel.load(folder / "model")


def arrays(*rows: dict[str, Any]) -> ExampleArrays:
    table = pa.Table.from_pylist([{f.name: row[f.name] for f in WITH_ENCODERS} for row in rows], WITH_ENCODERS)
    return ExampleArrays.from_batch(table.combine_chunks().to_batches()[0])


def test_sizes_come_from_the_data(trained):
    assert trained.config.sizes == {"text": 256, "audio": 192}
    assert trained.config.fitted_by == {"audio": "a-1"}
    assert trained.net.shared["audio"].mean.shape == (192,)


@pytest.mark.parametrize(
    ("changed", "is_heard"),
    [({}, True), ({"audio_encoder": "a-2"}, False), ({"audio_size": 128}, False)],
    ids=["its own", "another encoder", "another size"],
)
def test_a_model_hears_its_own_encoder_alone(trained, changed, is_heard):
    own, deaf = arrays(made_by(1)), arrays(made_by(1)).only("image", "text", "attributes")
    found, without = (trained.encode(rows)[0] for rows in (arrays(made_by(1, **changed)), deaf))
    assert np.array_equal(found, without) == (not is_heard)
    assert np.array_equal(found, trained.encode(own)[0]) == is_heard
    assert np.isfinite(found).all()


def test_parts_without_sound_join_those_that_have_it_and_two_sizes_do_not(trained):
    silent, sounding = arrays(made_by(0)), arrays(made_by(1))
    joined = concat([silent, sounding])
    assert joined.values["audio"].shape == (2, 192) and joined.present["audio"].tolist() == [False, True]
    assert joined.fitted_by["audio"] == ["", "a-1"]
    with pytest.raises(ValueError, match="audio features of 128 and 192 values: build examples again"):
        concat([sounding, arrays(made_by(5, audio_size=128))])
