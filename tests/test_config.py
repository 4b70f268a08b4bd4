"""Configuration: typed, and a wrong key is an error that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen.config.config import Config, load_config


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sed = 3", "unknown key 'sed'. Did you mean 'seed'?"),
        ("[clean.imge]\nx = 1", "unknown key 'clean.imge'. Did you mean 'image'?"),
        ("[train]\nbatch_row = 8", "unknown key 'train.batch_row'. Did you mean 'batch_rows'?"),
        ("[media]\nmax_bytes = 0", "media.max_bytes: Input should be greater than 0"),
        ('seed = "seven"', "seed: Input should be a valid integer"),
        ("seed = ", "not valid TOML"),
    ],
    ids=["key", "section", "key of a section", "out of range", "wrong type", "not TOML"],
)
def test_a_wrong_value_is_an_error_that_says_where(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"mine\.toml") as error:
        load_config(file)
    assert message in str(error.value)


@pytest.mark.parametrize("name", ["local.toml", "cluster.toml"])
def test_the_shipped_files_are_valid(name: str, home: Path) -> None:
    file = Path(__file__).parent.parent / "conf" / name
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
