"""Which rows an encoder is fitted on and judged by, and how an image encoder is judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mmgen.config.config import Config, SplitParams
from mmgen.config.features import AudioFeatureParams
from mmgen.engine.context import JobContext
from mmgen.models.encoders.fitted import UNTRAINED, AudioNetwork, ImageNetwork, save_encoder
from mmgen.registry.aliases import CHAMPION
from mmgen.registry.encoders import fitted_audio, is_audio_outdated
from mmgen.registry.fitting import registry
from mmgen.registry.promotion import decide
from mmgen.training.data.media_rows import MediaRows, media_rows
from mmgen.training.encoders import champion
from mmgen.training.encoders.champion import AGAINST, BASELINES, Photos, image_figures
from mmgen.vectors import unit
from tests.training.media_files import photo

DS = "2026-11-01"


def put(ctx: JobContext, name: str, rows: list[dict[str, Any]], ds: str = DS) -> None:
    """Commit rows of a dataset; what a row does not name is null, its hashes are its name."""
    dataset = ctx.dataset(name)
    attempt = dataset.stage(ds)
    hashes = dict.fromkeys(("input_hash", "config_hash", "content_hash"), name)
    table = pa.Table.from_pylist([hashes | row for row in rows], schema=dataset.contract.file_schema)
    pq.write_table(table, attempt / "part-0.parquet")
    dataset.commit(ds, attempt, {})


def test_rows_are_clean_and_of_the_shop_and_keep_copies_on_one_side(tmp_path: Path) -> None:
    config = Config(home=tmp_path, splits=SplitParams(validation_share=0, test_share=0.2))
    ctx = JobContext("image_encoder", config, "2026-11-02", "run")
    ids = [f"p{number:03d}" for number in range(120)]
    strange = {"gone": {"is_deleted": True}, "rejected": {}, "silent": {}, "ungrouped": {}}
    products = [{"product_id": i, "is_deleted": False, "category": ["Shoes"]} for i in ids]
    products += [{"product_id": i, "is_deleted": False} | more for i, more in strange.items()]
    put(ctx, "raw_products", products)
    groups = [{"product_id": i, "group_id": f"g{number // 3}"} for number, i in enumerate(ids)]
    put(ctx, "duplicates", groups + [{"product_id": i, "group_id": i} for i in strange if i != "ungrouped"])
    measured = {"width_px": 64, "height_px": 64, "model_image": b"photo"}
    clean = [{"product_id": i} | measured for i in [*ids, "gone", "ungrouped"]]
    put(ctx, "clean_images", [*clean, {"product_id": "silent"}, {"product_id": "rejected", "reject_reason": "x"}])
    put(ctx, "clean_images", [{"product_id": "p000", "content_hash": "newer"} | measured], "2026-11-02")
    put(ctx, "clean_images", [{"product_id": "p001", "content_hash": "tomorrow's"} | measured], "2026-11-03")
    found = media_rows(ctx, "clean_images", "model_image", 1000)
    assert sorted(found) == ["test", "train"]
    train, test = (set(found[split].product_ids) for split in ("train", "test"))
    assert not train & test and train | test == set(ids) and 10 < len(test) < len(train)
    assert not {int(i[1:]) // 3 for i in train} & {int(i[1:]) // 3 for i in test}, "copies stand on one side"
    content = found["train"].content | found["test"].content
    assert (content["p000"], content["p001"]) == ("newer", "clean_images")
    assert next(iter(found["train"].values.values())) == {"category:1": "shoes"}
    assert sum(len(group.rows) for group in found["train"].snapshot.groups) >= len(train)
    few = media_rows(ctx, "clean_images", "model_image", 10)["train"]
    assert len(few.product_ids) == 10 and set(few.product_ids) < train


def with_audio(config: Config, **changed: Any) -> Config:
    features = config.features.model_copy(update={"audio": AudioFeatureParams(**changed)})
    return config.model_copy(update={"features": features})


def test_an_encoder_that_heard_clips_in_another_way_is_fitted_anew_and_not_used(tmp_path: Path) -> None:
    config = Config(home=tmp_path / "home")
    assert not is_audio_outdated(config), "there is none yet"
    tracker = registry(config, "audio")
    save_encoder(tmp_path / "model", AudioNetwork(bands=config.features.audio), {"mean": np.zeros(64, np.float32)})
    tracker.set_alias(CHAMPION, tracker.register(tracker.run_for("audio_encoder", {}), tmp_path / "model", {}))
    for changed, is_in_force in (({}, True), ({"num_mels": 32}, False), ({"hop": 320}, False)):
        now = with_audio(config, **changed)
        assert fitted_audio(now).label == ("mmgen-encoder-audio-1" if is_in_force else UNTRAINED), changed
        assert is_audio_outdated(now) != is_in_force, changed


# --- judging --------------------------------------------------------------------------------------------------------


class MeanColour:
    """Sees a picture's colours from edge to edge, or nothing at all; counts the pictures that it was shown."""

    def __init__(self, is_blind: bool = False):
        self.network = ImageNetwork(side_px=32, widths=(8,))
        self.is_blind, self.num_shown = is_blind, 0

    def embed(self, pixels: np.ndarray) -> np.ndarray:
        self.num_shown += len(pixels)
        small = [cv2.resize(picture, (4, 4), interpolation=cv2.INTER_AREA).ravel() for picture in pixels]
        seen = np.array(small, np.float32).reshape(len(pixels), 48)
        return unit(np.ones_like(seen) if self.is_blind else seen - 128)


def photos(first: int, count: int) -> Photos:
    return Photos([f"p{n:03d}" for n in range(first, first + count)], [photo(n) for n in range(first, first + count)])


def said(of: Photos) -> MediaRows:
    colours = {i: {"attribute:colour": str(int(i[1:]) % 3)} for i in of.product_ids}
    return MediaRows({}, colours, dict.fromkeys(of.product_ids, ""))


def figures(encoder: MeanColour | None, known: Photos, new: Photos) -> dict[str, float]:
    return image_figures(encoder, known, new, {"train": said(known), "test": said(new)}, 7)


def test_an_encoder_is_judged_beside_the_plain_features_and_sees_each_photo_once() -> None:
    known, new = photos(0, 60), photos(100, 30)
    good, blind = MeanColour(), MeanColour(is_blind=True)
    plain, by_good, by_blind = (figures(encoder, known, new) for encoder in (None, good, blind))
    assert set(plain) == {"neighbour_agreement", "neighbour_agreement_low", "neighbour_agreement_high"}
    assert plain["neighbour_agreement"] > 0.9, "colour is what the plain features see"
    assert by_good["copy_recall"] > 0.5 and by_blind["copy_recall"] == by_blind["baseline_copy_recall"] == 1 / 30
    assert decide(by_good, plain, BASELINES, AGAINST).promote
    assert not decide(by_blind, plain, BASELINES, AGAINST).promote
    assert good.num_shown == 60 + 2 * 30, "each photo, and a copy of each new one"
    assert image_figures(good, known, new, {"train": said(known), "test": said(new)}, 7) == by_good


@pytest.mark.parametrize(("num_known", "num_new", "has_recall"), [(8, 0, False), (0, 8, True), (0, 0, False)])
def test_too_few_photos_are_no_error_and_nothing_to_promote_by(num_known: int, num_new: int, has_recall: bool) -> None:
    found = figures(MeanColour(), photos(0, num_known), photos(100, num_new))
    assert ("copy_recall" in found) == has_recall and "neighbour_agreement" not in found
    before = figures(None, photos(0, num_known), photos(100, num_new))
    assert before == {} and decide({}, before, BASELINES, AGAINST).promote is False


@pytest.mark.parametrize(("modality", "media"), [("image", "photos"), ("audio", "clips")])
def test_without_keras_nothing_is_fitted_and_a_named_python_without_it_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, modality: str, media: str
) -> None:
    ctx = JobContext(f"{modality}_encoder", Config(home=tmp_path), DS, "run")
    prepare = getattr(champion, f"prepare_{modality}")
    monkeypatch.setattr(champion, "find_spec", lambda _name: None)
    monkeypatch.delenv("MMGEN_ENCODERS_PYTHON", raising=False)
    assert f"Keras is not installed here, so {media} have" in prepare(ctx)
    monkeypatch.setenv("MMGEN_ENCODERS_PYTHON", "/srv/encoders/bin/python")
    with pytest.raises(ValueError, match="/srv/encoders/bin/python has no Keras"):
        prepare(ctx)
