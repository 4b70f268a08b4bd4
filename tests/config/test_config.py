"""Configuration: typed, and a wrong key is an error that helps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mmgen.config.config import Config, load_config
from mmgen.config.params import Params


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sed = 3", "unknown key 'sed'. Did you mean 'seed'?"),
        ("[clean.imge]\nx = 1", "unknown key 'clean.imge'. Did you mean 'image'?"),
        ("[train]\nbatch_row = 8", "unknown key 'train.batch_row'. Did you mean 'batch_rows'?"),
        (
            "[train]\nseed = 3",
            "unknown key 'train.seed'. 'seed' stands above all tables: write it before the first line",
        ),
        ("[encoders.image.schedule]\nside_px = 64", "'side_px' is a key of [encoders.image]: write it there."),
        ("max_bytes = 9", "unknown key 'max_bytes'. 'max_bytes' is a key of [media]: write it there."),
        ("[splits]\narchitecture = 9", "'architecture' is a key of [encoders.image] or [encoders.audio]"),
        ("[duplicates]\nx = 1", "unknown key 'duplicates'. The table is [clean.duplicates]."),
        ("batch_rows = 9", "unknown key 'batch_rows'. Known: catalogue, clean, "),
        ("[encoders.image.schedule]\nepoch = 3", "unknown key 'encoders.image.schedule.epoch'. Did you mean 'epochs'?"),
        ("[media]\nmax_bytes = 0", "media.max_bytes: Input should be greater than 0"),
        ('seed = "seven"', "seed: Input should be a valid integer"),
        ("seed = ", "not valid TOML"),
    ],
    ids=[
        "key",
        "section",
        "key of a section",
        "key of the top in a section",
        "key of an outer section",
        "key of a section at the top",
        "key of another section",
        "section of a section at the top",
        "key of many sections at the top",
        "key of a section laid over defaults",
        "out of range",
        "wrong type",
        "not TOML",
    ],
)
def test_a_wrong_value_is_an_error_that_says_where(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"mine\.toml") as error:
        load_config(file)
    assert message in str(error.value)


OF_A_FIELD = {
    "a default of its own": ("encoders.image.schedule", "epochs", 3.0),
    "another than the class's": ("encoders.image.augment", "scale", 0.5),
    "that of the class": ("clean.duplicates", "max_luma", 11),
}


@pytest.mark.parametrize(("table", "key", "value"), OF_A_FIELD.values(), ids=OF_A_FIELD)
def test_one_key_of_a_table_leaves_the_others_at_their_defaults(
    tmp_path: Path, home: Path, table: str, key: str, value: float
) -> None:
    def below(config: Any) -> Params:
        for name in table.split("."):
            config = getattr(config, name)
        assert isinstance(config, Params)
        return config

    (tmp_path / "one.toml").write_text(f"[{table}]\n{key} = {value}\n")
    (tmp_path / "same.toml").write_text(f"[{table}]\n{key} = {getattr(below(Config()), key)}\n")
    changed, same = load_config(tmp_path / "one.toml"), load_config(tmp_path / "same.toml")
    assert below(changed) == below(Config()).model_copy(update={key: value})
    assert same == Config().model_copy(update={"home": home})
    assert below(same).digest(1) == below(Config()).digest(1) != below(changed).digest(1)
    with pytest.raises(ValidationError, match="frozen"):
        setattr(below(changed), key, value)


@pytest.mark.parametrize("name", ["local.toml", "cluster.toml"])
def test_the_shipped_files_are_valid(name: str, home: Path) -> None:
    file = Path(__file__).parent.parent.parent / "conf" / name
    assert load_config(file).home == home


def test_the_environment_wins_and_homes_do_not_meet(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMGEN_CATALOGUE_URL", "postgresql+psycopg://user@db/shop")
    config = load_config()
    assert config.home == home
    assert config.catalogue_url == "postgresql+psycopg://user@db/shop"
    assert str(home) in config.tracking_store.uri
    assert Config().model_copy(update={"home": home}).catalogue_url.startswith(f"sqlite:///{home}")


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"copy conf/local\.toml"):
        load_config(tmp_path / "none.toml")


def test_a_digest_changes_with_every_value_and_with_the_version() -> None:
    params = Config().clean.image
    other = params.model_copy(update={next(iter(type(params).model_fields)): 999})
    assert len({params.digest(1), params.digest(2), params.digest(1, "model-2"), other.digest(1)}) == 4
