"""The maps that ship are valid; a wrong name is an error that names the nearest right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen.catalog.source_map import SourceMap, check_columns, load_source_map

MAPS = Path(__file__).parents[2] / "conf" / "sources"
FASHION = [
    "id", "image", "gender", "masterCategory", "subCategory", "articleType", "baseColour", "season", "year", "usage",
    "productDisplayName", "image_md5", "brand",
]  # fmt: skip
AUDIO = ["audio", "audio_clean", "audio_number", "audio_snr_db"]
GROCERY = ["id", "image", "class_id", "name", "department", "family", "description"]


def write(folder: Path, text: str) -> Path:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param("fashion", FASHION + AUDIO, id="fashion"),
        pytest.param("fashion", FASHION, id="fashion without a single clip"),
        pytest.param("grocery", GROCERY + AUDIO, id="grocery"),
        pytest.param("grocery", GROCERY, id="grocery without a single clip"),
        pytest.param("plain", ["image_file", "text", "audio_file"], id="plain"),
    ],
)
def test_shipped_maps_fit_their_files(name: str, found: list[str]) -> None:
    assert check_columns(load_source_map(MAPS / f"{name}.toml"), found, "f.csv") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param('nmae="x"\n[columns]\ntitle="t"', "Did you mean 'name'?", id="key"),
        pytest.param('name="x"\n[columns]\ntitel="t"', "Did you mean 'title'?", id="column key"),
        pytest.param('name="x"\n[columns]\ntitle="t"\n[defaults]\ncurency="EUR"', "'currency'?", id="default key"),
        pytest.param(
            'name="x"\n[columns]\ntitle="t"\nignore=["a"]',
            "unknown key 'columns.ignore'. 'ignore' stands above all tables",
            id="a key of the top below",
        ),
        pytest.param(
            'name="x"\ntitle="t"\n[columns]\nimage="i"',
            "unknown key 'title'. 'title' is a key of [columns]",
            id="a column at the top",
        ),
        pytest.param(
            'name="x"\nbrand="b"\n[columns]\ntitle="t"',
            "'brand' is a key of [columns] or [defaults]",
            id="a key of two tables at the top",
        ),
        pytest.param('name="x"\n[columns]\ntitle="t"\nbasket="b"', "'basket' is a key of [baskets]", id="other table"),
        pytest.param(
            'name="x"\n[columns]\ntitle="t"\n[baskets]\nfile="f"\nproduct="p"\nbasket="b"\nmin_togeter=1',
            "Did you mean 'min_together'?",
            id="a table that may be left out",
        ),
        pytest.param('name="x"\noptional=["audoi"]\n[columns]\ntitle="t"\naudio="audio"', "'audio'?", id="optional"),
        pytest.param('name="x"\nignore=["t"]\n[columns]\ntitle="t"', "mapped and ignored", id="mapped and ignored"),
        pytest.param('name="x"\n[columns]', "names no column", id="no column"),
        pytest.param('name="x"', "columns", id="no columns table"),
        pytest.param('name="x"\nlocale="english!"\n[columns]\ntitle="t"', "locale", id="locale"),
        pytest.param('name="x\n', "not TOML", id="syntax"),
    ],
)
def test_a_wrong_map_says_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ValueError, match=r"map\.toml") as error:
        load_source_map(path)
    assert words in str(error.value)


def test_a_map_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such map"):
        load_source_map(tmp_path / "nothing.toml")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        pytest.param(["id", "titel", "old"], "the mapped column 'title' is not in the file. Did you mean 'titel'?",
                     id="mapped"),
        pytest.param(["id", "title", "olde"], "the ignored column 'old' is not in the file. Did you mean 'olde'?",
                     id="ignored"),
        pytest.param(["ID", "title", "old"], "'id' is not in the file. Did you mean 'ID'?", id="case"),
        pytest.param(["x", "title", "old"], "Known: old, title, x.", id="nothing near"),
    ],
)  # fmt: skip
def test_a_missing_column_names_the_nearest(found: list[str], words: str) -> None:
    values = {"name": "x", "ignore": ["old"], "columns": {"product_id": "id", "title": "title"}}
    with pytest.raises(ValueError, match=r"f\.csv") as error:
        check_columns(SourceMap.load(values), found, "f.csv")
    assert words in str(error.value)


def test_a_misspelt_optional_column_is_a_warning() -> None:
    source_map = SourceMap.load({"name": "x", "optional": ["sound"], "columns": {"title": "t", "audio": "sound"}})
    assert check_columns(source_map, ["t", "colour"], "f.csv") == []
    assert "'sounds'" in check_columns(source_map, ["t", "sounds"], "f.csv")[0]
