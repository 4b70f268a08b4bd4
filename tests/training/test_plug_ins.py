"""Ways of fusion, modalities and critics are chosen by name, and CONTRIBUTING's examples of each train."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from mmgen.config.training import TrainParams
from mmgen.models.critics.registry import CRITICS
from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.model import FusionModel
from mmgen.models.fusion.registry import FUSIONS
from mmgen.models.modalities.registry import MODALITIES, default_modalities
from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.fusion import loop
from mmgen.training.fusion.texts import collect
from tests.training.examples_files import SCHEMA, TINY, example, targets, write_shop

TEXT = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")


def module_in(heading: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The file that a section of CONTRIBUTING shows: its first Python block, as the module that the text names."""
    section = TEXT.split(f"\n### {heading}\n")[1].split("\n#")[0]
    path = re.search(r"`(mmgen/models/[\w/]+)\.py`", section)
    block = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert path and block
    module = ModuleType(path.group(1).replace("/", "."))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(block.group(1), f"{path.group(1)}.py", "exec", dont_inherit=True), module.__dict__)  # noqa: S102
    return module


def entry_in(heading: str) -> str:
    """The entry that the section adds, as it is written there."""
    section = TEXT.split(f"\n### {heading}\n")[1].split("\n#")[0]
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)[1].strip()


def trained(files: list[str], out: Path, params: TrainParams) -> tuple[FusionModel, dict[str, float]]:
    data = take_snapshots(files, loop.SPLITS)
    texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
    logged: dict[str, float] = {}
    model = loop.train(data, texts, out, params, 7, on_metrics=lambda metrics, _: logged.update(metrics))
    assert all(np.isfinite(value) for value in logged.values())
    figures = loop.score(model, data, texts, params, 7)
    assert np.isfinite(figures["elbo"])
    model.save(out / "model")
    again, test = FusionModel.load(out / "model"), data["test"].read(9)
    assert test is not None
    np.testing.assert_array_equal(model.encode(test)[0], again.encode(test)[0])
    assert not np.array_equal(model.encode(test)[0], model.encode(test.only("text"))[0])
    return again, logged


def added(entries: dict[str, Any], heading: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Register what the section shows; its name."""
    module = module_in(heading, monkeypatch)
    found = eval("{" + entry_in(heading) + "}", {**globals(), **vars(sys.modules[REGISTRY[heading]]), **vars(module)})  # noqa: S307
    ((name, value),) = found.items()
    monkeypatch.setitem(entries, name, value)
    return str(name)


REGISTRY = {
    "A way of fusion": "mmgen.models.fusion.registry",
    "A modality": "mmgen.models.modalities.registry",
    "A critic": "mmgen.models.critics.registry",
}


def test_a_way_of_fusion_of_ones_own(tmp_path, monkeypatch):
    name = added(FUSIONS, "A way of fusion", monkeypatch)
    params = TINY.model_copy(update={"fusion": name})
    model, _ = trained(write_shop(tmp_path), tmp_path / "out", params)
    assert model.config.fusion == name and type(model.net.fusion) is FUSIONS[name]
    other, _ = trained(write_shop(tmp_path / "b"), tmp_path / "other", TINY)
    assert other.net.state_dict().keys() != model.net.state_dict().keys()


@pytest.mark.parametrize("name", [name for name in FUSIONS if name != TINY.fusion])
def test_every_way_of_fusion_trains_is_saved_and_generates(tmp_path, name):
    model, logged = trained(write_shop(tmp_path), tmp_path / "out", TINY.model_copy(update={"fusion": name}))
    assert type(model.net.fusion) is FUSIONS[name]
    assert {f"train_{term}" for term in FUSIONS[name].beside} <= logged.keys()
    test = take_snapshots(write_shop(tmp_path / "b"), loop.SPLITS)["test"].read(2)
    assert test is not None and model.decode_images(test.only("text")).shape == (2, 64, 64, 3)
    assert np.abs(np.array(model.encode(test.only()))).max() < 1e-6, "a product with nothing has the prior"
    weights = model.weights(test)
    assert (weights is not None) == (name == "attention")
    assert weights is None or np.allclose(sum(weights.values()), np.any([*test.present.values()], axis=0))


def sentences_of(number: int, split: str) -> dict[str, Any]:
    """An example with a column more, which every third lacks."""
    values = np.random.default_rng(number).normal(size=24).astype(np.float32)
    return example(number, split) | {"sentence_embedding": values / np.linalg.norm(values) if number % 3 else None}


def test_a_modality_of_ones_own(tmp_path, monkeypatch):
    name = added(MODALITIES, "A modality", monkeypatch)
    schema = pa.schema([*SCHEMA, (MODALITIES[name].column, pa.list_(pa.float32()))])
    splits = ["train"] * 24 + ["validation", "test"] * 8
    rows = [sentences_of(number, split) for number, split in enumerate(splits)]
    columns = {field.name: pa.array([row[field.name] for row in rows], field.type) for field in schema}
    pq.write_table(pa.table(columns, schema), tmp_path / "a.parquet")
    model, logged = trained([str(tmp_path / "a.parquet")], tmp_path / "out", TINY)
    assert tuple(model.net.models) == default_modalities() and model.config.sizes[name] == 24
    assert logged[f"train_{name}_nll"] != 0 and logged[f"validation_{name}_nll"] != 0
    assert model.net.log_scale[name].item() != 0, "its likelihood was learnt"
    one = ExampleArrays.from_batch(pa.RecordBatch.from_pylist([sentences_of(1, "test")], schema))
    assert model.decode(one.only(name), name).shape == (1, 24)
    assert not np.array_equal(model.encode(one.only(name))[0], model.encode(one.only())[0])


def test_a_table_made_before_a_modality_has_none_of_it(tmp_path, monkeypatch):
    name = added(MODALITIES, "A modality", monkeypatch)
    model, logged = trained(write_shop(tmp_path), tmp_path / "out", TINY)
    assert logged[f"train_{name}_nll"] == 0 and name in model.net.models


def test_a_critic_of_ones_own(tmp_path, monkeypatch):
    name = added(CRITICS, "A critic", monkeypatch)
    files = write_shop(tmp_path)
    runs = {n: trained(files, tmp_path / n, TINY.model_copy(update={"critic": n})) for n in (name, "none", "patch")}
    assert "train_critic_loss" in runs[name][1] and "train_critic_loss" not in runs["none"][1]
    weights = [model.net.decoders["image"].thumbnail.bias for model, _ in runs.values()]
    assert not torch.equal(weights[0], weights[1]) and not torch.equal(weights[1], weights[2])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"fusion": "product_of_expert"}, "train.fusion: .* Did you mean 'product_of_experts'"),
        ({"fusion": "hellinger", "fusion_options": {"ordr": 3}}, "train.fusion_options of .* Did you mean 'order'"),
        ({"critic": "pach"}, "train.critic: .* Did you mean 'patch'"),
        ({"modalities": ("image", "txt")}, "train.modalities: .* Did you mean 'text'"),
        ({"weights": {"imagge": 2.0}}, "train.weights: .* Did you mean 'image'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_name_says_which_is_near(tmp_path, changed, words):
    data = take_snapshots(write_shop(tmp_path), loop.SPLITS)
    with pytest.raises(ValueError, match=words):
        loop.train(data, {"train": {}, "validation": {}}, tmp_path / "out", TINY.model_copy(update=changed), 7)


def test_some_modalities_alone(tmp_path):
    params = TINY.model_copy(update={"modalities": ("text", "attributes")})
    model, logged = trained(write_shop(tmp_path), tmp_path / "out", params)
    assert model.net.terms == ("text", "attributes", "tokens") and "train_image_nll" not in logged
