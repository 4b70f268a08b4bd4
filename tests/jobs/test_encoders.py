"""A new encoder: the next night makes all features by it anew, and training takes these alone."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mmgen.engine.step import Outcome
from mmgen.registry.aliases import CHAMPION
from mmgen.registry.fitting import fitted_champion, registry
from mmgen.training.data.snapshot import take_snapshots
from tests.jobs.conftest import Stage
from tests.jobs.nights import D1, D2, Shop

D3 = "2026-11-03"


def test_every_row_of_the_first_night_names_its_encoder(first: Stage) -> None:
    for modality in ("image", "audio"):
        assert fitted_champion(first.shop.config, modality).version == "1"
        rows = first.shop.rows(f"{modality}_features", D1, "encoder_version", "encoding", "embedding")
        with_features = [row for row in rows if row["embedding"] is not None]
        assert len(with_features) > 5
        assert {row["encoder_version"] for row in with_features} == {f"mmgen-encoder-{modality}-1"}
        assert all(row["encoding"] is not None for row in with_features)
        assert all(row["encoder_version"] is None for row in rows if row["embedding"] is None)
    examples = first.shop.rows("examples", D1, "audio_embedding", "audio_encoder")
    assert {len(row["audio_embedding"]) for row in examples if row["audio_embedding"]} == {128 + 8}


def test_a_second_night_fits_nothing(again: Stage) -> None:
    for modality in ("image", "audio"):
        assert again.night.results[f"{modality}_encoder"] == (
            f"{modality}_encoder ds={D1}: version 1 is the champion; nothing to fit"
        )


@pytest.fixture(scope="module")
def renewed(first: Stage, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, dict[str, Outcome]]:
    """The day after the first, with another audio encoder: features and examples of all products."""
    shop = first.shop.copy(tmp_path_factory.mktemp("renewed") / "home")
    # Another seed stands for other clips: a forced run on the very same ones fits nothing
    line, _ = shop.watch_encoder_job("audio_encoder", D2, "weekly", "--force", settings="seed = 8\n")
    assert "version 2" in line, line
    registry(shop.config, "audio").set_alias(CHAMPION, "2")
    results = {}
    for name in ("extract_products", "extract_media", "clean_audio", "audio_features", "examples"):
        found = shop.run_job(name, D2, "second")
        assert isinstance(found, Outcome)
        results[name] = found
    return shop, results


def test_the_night_after_a_promotion_makes_all_features_anew(renewed: tuple[Shop, dict[str, Outcome]]) -> None:
    shop, results = renewed
    assert results["clean_audio"].num_rows == 0, "no clip changed"
    audio = shop.rows("audio_features", D2, "encoder_version", "embedding")
    assert (
        results["audio_features"].computed == results["audio_features"].num_rows == len(shop.rows("audio_features", D1))
    )
    assert {row["encoder_version"] for row in audio if row["embedding"]} == {"mmgen-encoder-audio-2"}
    assert {row["audio_encoder"] for row in shop.rows("examples", D2, "audio_encoder")} <= {
        None,
        "mmgen-encoder-audio-2",
    }


def test_training_takes_the_new_ones_alone_and_refuses_a_mix(
    renewed: tuple[Shop, dict[str, Outcome]], tmp_path: Path
) -> None:
    shop, _ = renewed
    examples = shop.dataset("examples")
    snapshot = take_snapshots(examples.files(until=D2), ["train"])["train"]
    assert snapshot.encoders["audio_encoder"] == "mmgen-encoder-audio-2"
    # Half of the date is lost: of the other products the newest rows are those of the day before
    rows = pa.concat_tables([pq.read_table(path) for path in examples.files(ds=[D2])])
    heard = rows.filter(rows.column("audio_encoder").is_valid())
    part = tmp_path / f"ds={D2}" / "part.parquet"
    part.parent.mkdir()
    pq.write_table(heard.slice(0, heard.num_rows // 2), part)
    with pytest.raises(ValueError, match="several fitted models in audio_encoder"):
        take_snapshots([*examples.files(ds=[D1]), str(part)], ["train"])


def test_an_encoder_that_examples_do_not_read_changes_none_of_them(
    first: Stage, first_photos: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Nor what is made of them: a new image encoder must not write every description anew."""
    shop = first.shop.copy(tmp_path_factory.mktemp("image") / "home")
    line, _ = shop.watch_encoder_job("image_encoder", D2, "weekly", "--force", settings="seed = 8\n")
    assert "version 2" in line, line
    registry(shop.config, "image").set_alias(CHAMPION, "2")
    names = ("extract_products", "extract_media", "clean_images", "image_features", "graph_features")
    results = {name: shop.run_job(name, D2, "second") for name in (*names, "examples", "descriptions", "creatives")}
    features = results.pop("image_features")
    assert isinstance(features, Outcome) and features.computed == len(shop.rows("image_features", D1))
    others = ("graph_features", "examples", "descriptions", "creatives")
    assert {name: (results[name].computed, results[name].num_rows) for name in others} == dict.fromkeys(others, (0, 0))


def test_going_back_to_the_first_encoder_copies_what_it_made(renewed: tuple[Shop, dict[str, Outcome]]) -> None:
    shop, _ = renewed
    registry(shop.config, "audio").set_alias(CHAMPION, "1")
    back = shop.run_job("audio_features", D3, "third")
    assert isinstance(back, Outcome)
    assert (back.computed, back.reused) == (0, len(shop.rows("audio_features", D1)))
    registry(shop.config, "audio").set_alias(CHAMPION, "2")
