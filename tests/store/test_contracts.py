"""Contracts: every file is a valid contract, and gives schemas, checks and a page."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from mmgen.pipeline import BY_NAME, producer
from mmgen.store.checks import expectation_of
from mmgen.store.contracts import LINEAGE, arrow_type, contract, dataset_names, documentation, parse_contract


@pytest.mark.parametrize("name", dataset_names())
def test_every_contract_is_whole(name: str) -> None:
    item = contract(name)
    assert item.name == name
    assert item.keys[0] == "product_id"
    assert set(LINEAGE) <= {c.name for c in item.columns}
    assert all(c.description for c in item.columns)
    assert item.description
    assert item.grain
    assert {c.severity for c in item.checks} <= {"fail", "warn"}
    assert all(c.description for c in item.checks)
    maker = producer(name)
    assert maker is not None
    assert maker.name in BY_NAME


@pytest.mark.parametrize("name", dataset_names())
def test_spark_and_arrow_schemas_say_the_same(name: str) -> None:
    from pyspark.sql.pandas.types import to_arrow_schema

    item = contract(name)
    back = to_arrow_schema(item.spark_schema)
    assert back.names == item.file_schema.names
    assert "ds" not in back.names
    assert "ds" in item.arrow_schema.names
    for field in item.file_schema:
        assert pa.types.is_list(back.field(field.name).type) == pa.types.is_list(field.type)
        assert pa.types.is_map(back.field(field.name).type) == pa.types.is_map(field.type)
        if not pa.types.is_nested(field.type):
            assert back.field(field.name).type == field.type


@pytest.mark.parametrize("name", dataset_names())
def test_every_check_is_an_expectation(name: str) -> None:
    for check in contract(name).checks:
        assert expectation_of(check).expectation_type == check.expectation


@pytest.mark.parametrize("name", dataset_names())
def test_the_page_names_every_column_and_check(name: str) -> None:
    item = contract(name)
    page = documentation(item)
    assert all(f"`{c.name}`" in page for c in item.columns)
    assert all(c.name in page for c in item.checks)


@pytest.mark.parametrize(
    ("physical", "expected"),
    [
        ("string", pa.string()),
        ("list<float>", pa.list_(pa.float32())),
        ("map<string, string>", pa.map_(pa.string(), pa.string())),
        ("list<list<int>>", pa.list_(pa.list_(pa.int32()))),
    ],
)
def test_arrow_types(physical: str, expected: pa.DataType) -> None:
    assert arrow_type(physical, "here") == expected


@pytest.mark.parametrize("physical", ["strng", "", "list<>", "map<string>", "decimal"])
def test_an_unknown_type_is_an_error_that_says_where(physical: str) -> None:
    with pytest.raises(ValueError, match="here: unknown physicalType"):
        arrow_type(physical, "here")


def test_a_misspelt_dataset_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="Did you mean 'clean_images'"):
        contract("clean_image")


def test_a_contract_without_lineage_is_refused(tmp_path: Path) -> None:
    source = Path(__file__).parent.parent.parent / "schemas" / "text_features.yaml"
    broken = tmp_path / "text_features.yaml"
    broken.write_text(source.read_text(encoding="utf-8").replace("name: content_hash", "name: contenthash"))
    with pytest.raises(ValueError, match="content_hash"):
        parse_contract(broken)
