"""The picture model from examples to a registered version: judged beside the decoder, promoted only where it is due."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mmgen.config.config import Config
from mmgen.models.fusion.model import FusionModel
from mmgen.models.pictures.model import PictureModel
from mmgen.registry.aliases import CANDIDATE, CHAMPION
from mmgen.registry.fitting import PICTURES, registry
from mmgen.registry.promotion import decide
from mmgen.registry.tracker import Tracker
from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.fusion import loop
from mmgen.training.fusion.texts import collect
from mmgen.training.pictures import champion
from mmgen.training.pictures.judge import BASELINES, Drawn, figures_of
from tests.training.examples_files import TINY, targets, write_shop

SIZES = {"noise": 2, "style": 16, "width": 8, "max_width": 16, "critic_width": 8}
GIVEN = {"sizes": SIZES, "steps": 2, "batch_rows": 4, "min_rows": 8, "num_threads": 1, "bootstrap_rounds": 10}
FEW = {"steps": 2, "r1_interval": 1, "checkpoint_every": 1}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    """Examples, and the folder of a fusion model that knows them."""
    folder = tmp_path_factory.mktemp("pictures")
    files = write_shop(folder / "shop", num_train=30, num_held=24)
    data = take_snapshots(files, loop.SPLITS)
    texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
    loop.train(data, texts, folder / "training", TINY, 1).save(folder / "fusion")
    return files, folder / "fusion"


def job(trained: tuple[list[str], Path], home: Path, *, is_forced: bool = False, **changed: Any) -> Any:
    """What the job is given, of a shop of 54 products."""
    config = Config.load({"home": str(home), "pictures": {**GIVEN, **FEW, **changed}})
    ids = [f"p{i:03d}" for i in (*range(30), *range(200, 224))]
    products = SimpleNamespace(
        newest=lambda *_, **__: pa.table({"product_id": ids, "is_deleted": pa.array([False] * len(ids))})
    )
    examples = SimpleNamespace(files=lambda **_: trained[0], version=lambda: 3)
    return SimpleNamespace(
        name="picture_model", ds="2026-11-01", config=config, home=home, is_forced=is_forced,
        dataset=lambda name: {"examples": examples, "raw_products": products}[name],
    )  # fmt: skip


def with_fusion(trained: tuple[list[str], Path], home: Path) -> None:
    tracker = Tracker(Config.load({"home": str(home)}).tracking_store)
    version = tracker.register(tracker.run_for("train", {"ds": "2026-11-01"}), trained[1], {})
    tracker.set_alias(CHAMPION, version)


def test_from_examples_to_a_registered_version(trained: tuple[list[str], Path], tmp_path: Path) -> None:
    ctx = job(trained, tmp_path)
    assert "there is no fusion model yet" in champion.train_and_register(ctx)
    with_fusion(trained, tmp_path)
    said = champion.train_and_register(ctx)
    tracker = registry(ctx.config, PICTURES)
    version = tracker.version_of(CANDIDATE)
    assert version == "1" and f"version {version} " in said and "picture_kid" in said
    files = tracker.files_of(version)
    assert {path.name for path in files.iterdir()} == {
        "model.safetensors",
        "config.json",
        "figures.json",
        "samples.png",
        "README.md",
    }
    assert PictureModel.load(files).config.fusion_version == "1"
    tags = tracker.tags_of(version)
    assert tags["fusion_version"] == "1" and int(tags["train_rows"]) == 25, "those of the 30 that have a photo"
    assert tracker.metrics_of(tags["run_id"]).keys() >= {"train_critic_loss", "test_picture_kid"}
    assert "was trained on the same" in champion.train_and_register(job(trained, tmp_path, is_forced=True))
    tracker.set_alias(CHAMPION, version)
    assert "version 1 is the champion; nothing to train" in champion.train_and_register(ctx)
    with_fusion(trained, tmp_path)
    assert "1 is the champion" in champion.train_and_register(ctx), "the same version of the fusion model"
    again = champion.train_and_register(job(trained, tmp_path, is_forced=True, loss="hinge"))
    assert "version 2" in again and "the champion's" in again


def test_too_few_photos_train_nothing(trained: tuple[list[str], Path], tmp_path: Path) -> None:
    with_fusion(trained, tmp_path)
    said = champion.train_and_register(job(trained, tmp_path, min_rows=500))
    assert said.endswith("25 training photos, 500 are needed")


def flat(pixels: np.ndarray) -> np.ndarray:
    """Features: the pixels of an eighth of the side."""
    return pixels[:, ::8, ::8].reshape(len(pixels), -1) / 64.0


def pictures(kind: str, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    tones = random.integers(40, 210, (60, 1, 1, 3))
    if kind == "grey":
        tones = np.full_like(tones, 125)
    return (tones + random.integers(-20, 20, (60, 32, 32, 3))).astype(np.uint8)


JUDGED = {
    "like the photos, the decoder's all grey": ("colours", "grey", True),
    "all grey, the decoder's like the photos": ("grey", "colours", False),
    "no better than the decoder's": ("grey", "grey", False),
}


@pytest.mark.parametrize(("made", "decoded", "is_promoted"), JUDGED.values(), ids=JUDGED)
def test_promoted_is_what_draws_better_than_the_decoder(made: str, decoded: str, is_promoted: bool) -> None:
    shown = Drawn(pictures("colours", 1), pictures(made, 2), pictures(decoded, 3))
    figures = figures_of(shown, flat, 20, 0)
    assert decide(figures, None, BASELINES).promote is is_promoted
    assert figures["picture_kid_low"] <= figures["picture_kid"] <= figures["picture_kid_high"]
    assert (figures["picture_recall"] > figures["baseline_picture_recall"]) == is_promoted


def test_without_test_products_nothing_is_promoted() -> None:
    few = pictures("colours", 1)[:4]
    assert figures_of(Drawn(few, few, few), flat, 10, 0) == {}
    assert not decide({}, None, BASELINES).promote


def test_photos_of_another_side_come_from_the_clean_ones(trained: tuple[list[str], Path], tmp_path: Path) -> None:
    import cv2

    with_fusion(trained, tmp_path)
    rows = take_snapshots(trained[0], ["test"])["test"].read(4)
    assert rows is not None
    green = cv2.imencode(".png", np.full((224, 224, 3), (0, 255, 0), np.uint8))[1].tobytes()
    ctx = job(trained, tmp_path)
    known = [name for name, has in zip(rows.product_id, rows.present["image"], strict=True) if has]
    clean = SimpleNamespace(
        newest=lambda *_, only, **__: pa.table({"product_id": list(only), "model_image": [green] * len(only)})
    )
    ctx.dataset = lambda _: clean
    pixels = champion._photos(ctx, rows, 128)
    assert pixels.shape == (4, 128, 128, 3) and len(known) > 1
    assert (pixels[rows.present["image"]] == (0, 255, 0)).all()
    clean.newest = lambda *_, only, **__: pa.table(
        {"product_id": list(only)[1:], "model_image": [green] * (len(only) - 1)}
    )
    with pytest.raises(ValueError, match="build both again"):
        champion._photos(ctx, rows, 128)


def test_a_fusion_model_of_photos_alone_is_refused(trained: tuple[list[str], Path]) -> None:
    from mmgen.training.pictures.material import Material

    rows = take_snapshots(trained[0], ["test"])["test"].read(4)
    model = FusionModel.load(trained[1])
    model.config = model.config.model_copy(update={"modalities": ("image",)})
    assert rows is not None
    with pytest.raises(ValueError, match="photos alone"):
        Material.of(rows, model)
