"""Files of every kind into both back ends: what is kept, what is rejected and why, and the same file twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from mmgen.catalog import importer
from mmgen.catalog.importer import ImportResult, import_file
from mmgen.catalog.readers import detect_encoding
from mmgen.catalog.source_map import SourceMap, load_source_map
from mmgen.catalog.tables import import_rejects, iter_products, open_catalog
from tests.catalog.conftest import sqlite_url

VALUES = {"name": "shop", "columns": {"product_id": "id", "title": "name", "image": "image"}, "optional": ["image"]}
MAP = SourceMap.load(VALUES)
OTHER = SourceMap.load(VALUES | {"name": "other"})


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def products_of(engine: Engine) -> dict[str, dict[str, Any]]:
    return {row["product_id"]: row for batch in iter_products(engine, batch_size=2) for row in batch}


def rejects_of(engine: Engine) -> list[tuple[int, str | None, str]]:
    table = import_rejects
    query = sa.select(table.c.row_number, table.c.product_id, table.c.reject_reason).order_by(table.c.row_number)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def dump(engine: Engine) -> tuple[Any, Any]:
    return products_of(engine), rejects_of(engine)


def tally(result: ImportResult) -> tuple[int, int, int, int, int]:
    rejected = sum(result.rejected.values())
    return result.imported, result.changed, result.unchanged, result.removed, rejected


def test_same_file_twice_then_changed(catalog: Engine, tmp_path: Path) -> None:
    path = write(tmp_path, "p.csv", "id,name,colour\n1,One,red\n2,Two,\n,None,\n1,Again,blue\n3,Three,green\n")
    first = import_file(catalog, path, MAP)
    assert tally(first) == (3, 0, 0, 0, 2)
    assert first.rejected == {"id_missing": 1, "duplicate_id": 1}
    assert first.num_rows == 5
    before = dump(catalog)
    assert before[0]["1"]["title"] == "One"
    assert before[0]["1"]["attributes"] == {"colour": "red"}
    assert before[1] == [(3, None, "id_missing"), (4, "1", "duplicate_id")]
    assert tally(import_file(catalog, path, MAP)) == (0, 0, 3, 0, 2)
    assert dump(catalog) == before
    write(tmp_path, "p.csv", "id,name,colour\n1,One,red\n2,Second,\n4,Four,\n")
    assert tally(import_file(catalog, path, MAP)) == (1, 1, 1, 1, 0)
    assert sorted(products_of(catalog)) == ["1", "2", "4"]
    assert rejects_of(catalog) == []


def test_batches_do_not_show(catalog: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "BATCH_ROWS", 3)
    ids = [*range(10), 2, *range(10, 20), 2, 15]
    path = write(tmp_path, "p.csv", "id,name\n" + "".join(f"{i},n{k}\n" for k, i in enumerate(ids)))
    seen: list[int] = []
    assert tally(import_file(catalog, path, MAP, progress=seen.append)) == (20, 0, 0, 0, 3)
    assert sum(seen) == len(ids)
    assert [row for row, _, _ in rejects_of(catalog)] == [11, 22, 23]
    assert products_of(catalog)["2"]["title"] == "n2"


def test_sources_do_not_touch_each_other(catalog: Engine, tmp_path: Path) -> None:
    import_file(catalog, write(tmp_path, "a.csv", "id,name\n1,A\n2,B\n"), MAP)
    result = import_file(catalog, write(tmp_path, "b.csv", "id,name\n2,X\n3,C\n"), OTHER)
    assert result.rejected == {"duplicate_id": 1}
    assert {key: row["source"] for key, row in products_of(catalog).items()} == {"1": "shop", "2": "shop", "3": "other"}


def test_a_file_without_a_usable_row_takes_nothing_away(catalog: Engine, tmp_path: Path) -> None:
    import_file(catalog, write(tmp_path, "a.csv", "id,name\n1,A\n"), MAP)
    with pytest.raises(ValueError, match="not one usable row"):
        import_file(catalog, write(tmp_path, "a.csv", "id,name\n,A\n"), MAP)
    assert list(products_of(catalog)) == ["1"]


HOSTILE = [
    "'; DROP TABLE products; --", '" OR 1=1', "%s %(x)s :name ? $1", "\x01\x1b[31m\x7f", "a\nb\r\nc", "<script>{{7*7}}",
    "=HYPERLINK()", "\u202eevil", "👕 衬衫", "back\\slash \\N \\.",
]  # fmt: skip


def test_hostile_text_is_stored_as_it_is(catalog: Engine, tmp_path: Path) -> None:
    lines = [json.dumps({"id": f"{n}{text}", "name": text, text: text}) for n, text in enumerate(HOSTILE)]
    import_file(catalog, write(tmp_path, "p.jsonl", "\n".join(lines)), MAP)
    rows = products_of(catalog)
    assert [rows[f"{n}{text}".strip()]["title"] for n, text in enumerate(HOSTILE)] == HOSTILE
    assert [rows[f"{n}{text}".strip()]["attributes"] for n, text in enumerate(HOSTILE)] == [{t: t} for t in HOSTILE]


def test_nul_and_lone_surrogates_do_not_stop_an_import(catalog: Engine, tmp_path: Path) -> None:
    text = '{"id": "1", "name": "a\\u0000b\\ud800"}\n{"id": "2", "name": "x", "k\\u0000": "\\u0000"}'
    import_file(catalog, write(tmp_path, "p.jsonl", text), MAP)
    assert products_of(catalog)["1"]["title"] == "ab\ufffd"


@pytest.mark.parametrize(
    ("name", "content", "titles", "rejected"),
    [
        pytest.param("p.csv", "\ufeffid;name\n1;Äpfel\n", {"1": "Äpfel"}, {}, id="mark and semicolon"),
        pytest.param("p.tsv", "id\tname\n1\ta,b;c\n", {"1": "a,b;c"}, {}, id="tab"),
        pytest.param("p.csv", "id, name \n1,x\n", {"1": "x"}, {}, id="spaces in the header"),
        pytest.param("p.csv", "id,name\r\n\r\n1,x\r\n\r\n", {"1": "x"}, {}, id="blank lines"),
        pytest.param("p.csv", 'id,name\n1,"a\n""b"", c"\n', {"1": 'a\n"b", c'}, {}, id="quotes and a line break"),
        pytest.param("p.csv", "id,name\n1\n2,x,y\n3,z\n", {"3": "z"}, {"row_unreadable": 2}, id="ragged rows"),
        pytest.param("p.csv", 'id,name\n1,"' + "x" * 200_000 + '"\n', {"1": "x" * 200_000}, {}, id="long field"),
        pytest.param("p.csv", "id,name,c,c,\n1,x,a,b,\n", {"1": "x"}, {}, id="a name twice, and none"),
        pytest.param("p.csv", "id,name\n1,红色衬衫\n".encode("gb18030"), {"1": "红色衬衫"}, {}, id="GB18030"),
        pytest.param("p.csv", "id,name\n1,café crème\n".encode("cp1252"), {"1": "café crème"}, {}, id="Windows-1252"),
        pytest.param("p.csv", "id,name\n1,é\n".encode("utf-16"), {"1": "é"}, {}, id="UTF-16"),
        pytest.param("p.csv", ("id,name\n1," + "é" * 200 + "\n2,").encode() + b"\xff\n3,x\n",
                     {"1": "é" * 200, "3": "x"}, {"row_unreadable": 1}, id="one wrong byte"),
        pytest.param("p.csv", b"id,name\n1,a\x00b\n", {"1": "ab"}, {}, id="NUL byte"),
        pytest.param("p.csv", "id,name\n", {}, {}, id="header only"),
        pytest.param("p.jsonl", '{"id": 1, "name": "x"}\n{"id": 2,\n[1]\n"s"\n\n{"id": 3, "name": null}\n',
                     {"1": "x", "3": None}, {"row_unreadable": 3}, id="bad JSON lines"),
        pytest.param("p.jsonl", b'{"id": "1", "name": "x"}\n{"id": "2", "name": "\xff"}\n', {"1": "x"},
                     {"row_unreadable": 1}, id="JSON line that is not UTF-8"),
        pytest.param("p.jsonl", b'{"id": "1", "name": "x"}\n"\xed\xa0\x80"\n[]\n', {"1": "x"},
                     {"row_unreadable": 2}, id="lines that are no object, one of them no UTF-8"),
        pytest.param("p.ndjson", '{"id": "1", "name": ' + "[" * 100_000 + "\n" + '{"id": "2", "name": "y"}', {"2": "y"},
                     {"row_unreadable": 1}, id="JSON too deep"),
    ],
)  # fmt: skip
def test_formats(
    tmp_path: Path, name: str, content: str | bytes, titles: dict[str, str | None], rejected: dict[str, int]
) -> None:
    engine = open_catalog(sqlite_url(tmp_path / "c.db"))
    result = import_file(engine, write(tmp_path, name, content), MAP)
    assert {key: row["title"] for key, row in products_of(engine).items()} == titles
    assert result.rejected == rejected


def test_parquet_is_read_with_its_types(tmp_path: Path) -> None:
    table = pa.table({"id": [1, 2], "name": ["x", None], "size": [["S", "M"], None], "year": [2012.0, None]})
    pq.write_table(table, tmp_path / "p.parquet")
    engine = open_catalog(sqlite_url(tmp_path / "c.db"))
    import_file(engine, tmp_path / "p.parquet", MAP)
    rows = products_of(engine)
    assert rows["1"]["attributes"] == {"size": "S, M", "year": "2012"}
    assert (rows["2"]["title"], rows["2"]["attributes"]) == (None, {})


def test_a_parquet_row_that_is_not_text_is_rejected_alone(tmp_path: Path) -> None:
    broken = pa.array([b"good", b"\xff\xfe"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"id": ["1", "2"], "name": broken}), tmp_path / "p.parquet")
    engine = open_catalog(sqlite_url(tmp_path / "c.db"))
    assert import_file(engine, tmp_path / "p.parquet", MAP).rejected == {"row_unreadable": 1}
    assert list(products_of(engine)) == ["1"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param("p.csv", "id,nam\n1,x\n", "Did you mean 'nam'?", id="missing column"),
        pytest.param("p.jsonl", '{"id": 1}\n{"nmae": "x"}', "Did you mean 'nmae'?", id="missing key"),
        pytest.param("p.csv", "", "no header", id="empty file"),
        pytest.param("p.csv", "id,name,name\n1,x,y\n", "there twice", id="mapped column twice"),
        pytest.param("p.xlsx", "x", "unknown format '.xlsx'", id="unknown format"),
        pytest.param("p.parquet", "x", "not a Parquet file", id="broken Parquet"),
    ],
)
def test_files_that_do_not_fit(tmp_path: Path, name: str, content: str, words: str) -> None:
    engine = open_catalog(sqlite_url(tmp_path / "c.db"))
    with pytest.raises(ValueError, match=r"p\.") as error:
        import_file(engine, write(tmp_path, name, content), MAP)
    assert words in str(error.value)


def test_no_file_and_no_media_folder(tmp_path: Path) -> None:
    engine = open_catalog(sqlite_url(tmp_path / "c.db"))
    with pytest.raises(ValueError, match="no such file"):
        import_file(engine, tmp_path / "p.csv", MAP)
    path = write(tmp_path, "p.csv", "id,name\n1,x\n")
    with pytest.raises(ValueError, match="not a folder"):
        import_file(engine, path, MAP, media_root=tmp_path / "nothing")
    import_file(engine, path, MAP)
    assert products_of(engine)["1"]["media_root"] == str(tmp_path.resolve())


def test_gb18030_is_not_taken_for_western_text(tmp_path: Path) -> None:
    assert detect_encoding(write(tmp_path, "a", "André Müller, Façade".encode("latin-1")))[0] == "cp1252"
    assert detect_encoding(write(tmp_path, "b", "棉质短袖 T恤".encode("gbk")))[0] == "gb18030"


TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
ROWS = st.lists(st.fixed_dictionaries({"id": st.sampled_from(["1", "2", "ä", "", " "]), "name": TEXT, "x": TEXT}))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_importing_again_changes_nothing(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    engine = open_catalog(sqlite_url(tmp_path / "c.db"))
    rows = [{"id": "always", "name": "x"}, *rows]
    names = MAP.model_copy(update={"max_removed_share": 1.0})
    path = write(tmp_path, "p.jsonl", "\n".join(json.dumps(row) for row in rows))
    first = import_file(engine, path, names)
    assert first.num_rows == len(rows)
    before = dump(engine)
    second = import_file(engine, path, names)
    assert (second.imported, second.changed, second.removed) == (0, 0, 0)
    assert second.rejected == first.rejected
    assert dump(engine) == before
    engine.dispose()


@pytest.mark.parametrize("name", ["fashion", "grocery"])
def test_maps_that_ship_fit_assembled_rows(tmp_path: Path, name: str) -> None:
    head = {
        "fashion": "id,image,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,"
        "productDisplayName,image_md5,brand\n1,media/1.jpg,Men,Apparel,Topwear,Shirts,Blue,Fall,2011,Casual,T,ff,B\n",
        "grocery": "id,image,class_id,name,department,family,description\ng1,m/1.jpg,0,Pear,Fruit,Pears,Sweet.\n",
    }
    engine = open_catalog(sqlite_url(tmp_path / "c.db"))
    source_map = load_source_map(Path(__file__).parents[2] / "conf" / "sources" / f"{name}.toml")
    import_file(engine, write(tmp_path, "p.csv", head[name]), source_map)
    [row] = products_of(engine).values()
    assert "class_id" not in row["attributes"]
    assert "image_md5" not in row["attributes"]
    assert len(row["category"]) == {"fashion": 3, "grocery": 2}[name]
