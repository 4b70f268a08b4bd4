"""`mmgen profile`, and `mmgen import` without a map."""

from __future__ import annotations

import json
from pathlib import Path

from mmgen.catalog.tables import iter_products, open_catalog
from mmgen.config.config import load_config
from tests.cli.conftest import Run

GERMAN = """Artikelnummer;Bezeichnung;Beschreibung;Warengruppe;Farbe;Gewicht (kg);EK netto;Zonenwert;Bild
A1;Leinenhemd;Ein leichtes Hemd für die warmen Tage.;Hemden;Weiß;0,3;9,80;alpha;1.jpg
A2;Wollmütze;Eine Mütze für den Winter und die Berge.;Mützen;Grün;0,1;4,10;beta;2.jpg
A3;Eichenbrett;Ein Brett aus einem Stück und mit einer Rille.;Bretter;Natur;1,2;8,00;alpha;3.jpg
"""


def test_a_file_is_profiled_and_nothing_is_imported(mmgen: Run, tmp_path: Path) -> None:
    path = tmp_path / "laden.csv"
    path.write_text(GERMAN, encoding="utf-8")
    shown = mmgen("profile", str(path))
    assert shown.exit_code == 0, shown.stderr
    assert "used and not said, because nothing tells what they are: Zonenwert" in shown.stdout
    value = json.loads(mmgen("profile", str(path), "--json").stdout)
    assert value["locale"] == "de"
    columns = {name: (column["role"], column["disposition"]) for name, column in value["columns"].items()}
    assert columns["Gewicht (kg)"] == ("measure", "say")
    assert columns["EK netto"] == ("money", "hide")
    assert value["columns"]["Farbe"]["labels"]["de"] == "Farbe"
    assert (value["unclear"], value["needs"]) == (["Zonenwert"], [])
    assert list(iter_products(open_catalog(load_config().catalogue_url))) == []


def test_an_import_without_a_map_goes_on_where_it_is_sure(mmgen: Run, tmp_path: Path, home: Path) -> None:
    path, proposed = tmp_path / "laden.csv", tmp_path / "map.toml"
    path.write_text(GERMAN, encoding="utf-8")
    done = mmgen("import", str(path), "--write-map", str(proposed))
    assert done.exit_code == 0, done.stderr
    assert "laden: 3 rows read: 3 new" in done.stdout
    rows = [row for batch in iter_products(open_catalog(load_config().catalogue_url)) for row in batch]
    assert (rows[0]["title"], rows[0]["category"], rows[0]["locale"]) == ("Leinenhemd", ["Hemden"], "de")
    facts = {fact["name"]["de"]: fact["value"] for fact in json.loads(rows[0]["facts"])}
    assert facts == {"Farbe": "Weiß", "Gewicht": "0,3 kg"}
    again = mmgen("import", str(path), "--map", str(proposed))
    assert "0 new, 0 changed, 3 unchanged" in again.stdout
    assert (home / "profiles" / "laden.toml").is_file()


def test_an_import_says_what_it_needs(mmgen: Run, tmp_path: Path) -> None:
    path, proposed = tmp_path / "p.csv", tmp_path / "map.toml"
    path.write_text("a,b\n1,x\n2,y\n", encoding="utf-8")
    failed = mmgen("import", str(path), "--write-map", str(proposed))
    assert failed.exit_code == 1
    assert "title: which column names the products?" in failed.stderr
    assert "# NEEDED: title" in proposed.read_text(encoding="utf-8")
    assert "needed: title" in mmgen("profile", str(path)).stdout
