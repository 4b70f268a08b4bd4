"""A profile: what values decide, how columns relate, what changes and what a person decided."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mmgen.profile.build import profile_of
from mmgen.profile.column import Profile
from mmgen.profile.facts import facts_of_row
from mmgen.profile.files import from_toml, load_profile, profile_path, save_profile, to_toml
from mmgen.profile.roles import Disposition, Role
from mmgen.values.numbers import NumberFormat


def profiled(columns: dict[str, list[str]], locale: str = "en") -> Profile:
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return profile_of(list(columns), rows, locale, "shop")


def repeated(*values: str, times: int = 15) -> list[str]:
    return list(values) * times


COLUMNS = {
    "a stock that is a content": ("quantity", repeated("500 g", "1 kg"), Role.MEASURE, Disposition.SAY),
    "a stock": ("quantity", repeated("5", "12"), Role.NUMBER, Disposition.HIDE),
    "a colour of codes": ("colour", repeated("17", "230"), Role.NUMBER, Disposition.USE),
    "a handle of a door": ("handle", repeated("brass", "oak"), Role.ATTRIBUTE, Disposition.USE),
    "flags under a name of words": ("waterproof", repeated("TRUE", "FALSE"), Role.FLAG, Disposition.USE),
    "known flags": ("Waterproof rating", repeated("yes", "no"), Role.FLAG, Disposition.SAY),
    "a measure without a unit": ("weight", repeated("500", "750"), Role.MEASURE, Disposition.USE),
    "a measure with its unit": ("weight", repeated("500 g", "750 g"), Role.MEASURE, Disposition.SAY),
    "a part's measure": ("blade_width_mm", repeated("20", "35"), Role.MEASURE, Disposition.SAY),
    "a part's colour": ("strap colour", repeated("Blue", "Red"), Role.COLOUR, Disposition.USE),
    "digests": ("fingerprint", [f"{n:032x}" for n in range(30)], Role.IDENTIFIER, Disposition.HIDE),
    "unknown dates": ("zxq", [f"2026-01-{n:02d}" for n in range(1, 31)], Role.DATE, Disposition.HIDE),
    "unknown words": ("zxq", repeated("alpha", "beta"), Role.ATTRIBUTE, Disposition.USE),
    "unknown pictures": ("zxq", [f"a/{n}.jpg" for n in range(30)], Role.IMAGE, Disposition.HIDE),
    "a price by its tax": ("JTL: Endkunden Netto", repeated("29,37", "24,21"), Role.MONEY, Disposition.HIDE),
    "a price in a compound": ("Vereinsstaffelpreis", repeated("29,37", "24,21"), Role.MONEY, Disposition.HIDE),
    "a sum in Chinese": ("本期收款金额", repeated("29.00", "24.50"), Role.MONEY, Disposition.HIDE),
    "whether a price is shown": ("mostrar precio web", repeated("1", "0"), Role.FLAG, Disposition.USE),
    "a code that comes first": ("CODE COLLECTION", repeated("B", "F"), Role.IDENTIFIER, Disposition.HIDE),
    "a code that comes last": ("托盘编号", repeated("A1", "B2"), Role.IDENTIFIER, Disposition.HIDE),
    "short references": ("REF2", repeated("MC", "AE"), Role.IDENTIFIER, Disposition.HIDE),
    "a count that is the same everywhere": ("库存重量", repeated("0.0"), Role.NUMBER, Disposition.HIDE),
    "numbers held as text": ("rating count", repeated("'4", "'11"), Role.NUMBER, Disposition.HIDE),
    "a discount in shares": ("折扣", repeated("5.0折", "7.5折"), Role.NUMBER, Disposition.HIDE),
    "one piece in every row": ("Durchmesser", repeated("1"), Role.MEASURE, Disposition.USE),
    "frames without words": ("description", [f'<iframe src="//a.b/{n}"></iframe>' for n in range(30)], Role.ADDRESS,
                             Disposition.HIDE),
    "pictures without words": ("商品描述", [f'<p><img src="//a.b/{n}"/>&nbsp;</p>' for n in range(30)], Role.ADDRESS,
                               Disposition.HIDE),
    "a picture with words": ("description", [f'<img src="//a.b/{n}"/> Oak tray {n}' for n in range(30)], Role.TEXT,
                             Disposition.SAY),
    "a placeholder is empty": ("colour", repeated("N/A", "-"), Role.COLOUR, Disposition.USE),
}  # fmt: skip


@pytest.mark.parametrize(("name", "values", "role", "does"), COLUMNS.values(), ids=COLUMNS)
def test_values_confirm_what_a_name_proposes(name: str, values: list[str], role: Role, does: Disposition) -> None:
    column = profiled({name: values}).columns[name]
    assert (column.role, column.disposition) == (role, does)


SIZED = {
    "weights": (["25 g", "1 Kg"], "money"),
    "volumes": (["100 ml", "0,5 l"], "money"),
    "one alone tells nothing": (["100 g"], "number"),
}


@pytest.mark.parametrize(("names", "role"), SIZED.values(), ids=SIZED)
def test_columns_that_are_called_by_sizes_hold_prices(names: list[str], role: str) -> None:
    profile = profiled({"name": [f"Oil {n}" for n in range(30)]} | {name: repeated("155", "280") for name in names})
    assert [str(profile.columns[name].role) for name in names] == [role] * len(names)


def test_a_title_that_many_products_share_is_a_shelf() -> None:
    profile = profiled(
        {"goods_title": [f"Tea of spring {n}" for n in range(90)], "title": repeated("Green tea", times=90)}
    )
    assert [profile.columns[name].role for name in ("goods_title", "title")] == [Role.TITLE, Role.KIND]


def test_formats_separators_and_languages() -> None:
    profile = profiled(
        {
            "Name": [f"Leinenhemd {n}" for n in range(30)],
            "Preis": repeated("1.299,00", "49,90", "1.299"),
            "geändert am": repeated("13.11.2026", "01.02.2026", "02.03.2026"),
            "Farbe": repeated("Rot|Blau", "Grün", "Weiß|Rot"),
        }
        | {"Name": [f"Leinenhemd {n}" for n in range(45)]},
        "de",
    )
    assert profile.columns["Preis"].number == NumberFormat(",", ".")
    assert profile.columns["geändert am"].date == "DMY."
    assert profile.columns["Farbe"].separator == "|"
    assert profile.columns["Name"].languages == ("Latin",)


def test_relations() -> None:
    kinds = ["Mugs", "Bowls", "Jugs", "Trays", "Pots"] * 8
    profile = profiled(
        {
            "name": [f"Thing {n}" for n in range(40)],
            "short name": [f"thing {n}" for n in range(40)],
            "zxq": [str(100 + len(kind) * 7 + ord(kind[0])) for kind in kinds],
            "line of goods": kinds,
            "brand": ["Ostra"] * 40,
        }
    )
    assert profile.columns["short name"].relations == ("repeats name",)
    assert "code of line of goods" in profile.columns["zxq"].relations
    assert profile.columns["zxq"].disposition is Disposition.HIDE
    assert profile.columns["brand"].relations == ("constant",)


def test_facts_are_what_is_said_and_has_a_value() -> None:
    profile = profiled(
        {
            "name": repeated("Harbour", "Winter"),
            "play_time_minutes": repeated("120", "0"),
            "condition": repeated("new", "used"),
            "colours": repeated("red|blue", "N/A"),
            "Waterproof rating": repeated("yes", "no"),
            "margin": repeated("high", "low"),
        }
    )
    first = {"play_time_minutes": "120.0", "condition": "new", "colours": "red|blue", "Waterproof rating": "yes",
             "margin": "high"}  # fmt: skip
    said = facts_of_row(first, profile, "en", ["name"])
    assert [(fact["name"]["en"], fact["value"]) for fact in said] == [
        ("Play time", "120 minutes"), ("Colour", "red, blue"), ("Waterproof rating", "yes"),
    ]  # fmt: skip
    second = {"play_time_minutes": "0", "condition": "used", "colours": "N/A", "Waterproof rating": "no"}
    assert [fact["value"] for fact in facts_of_row(second, profile, "en", ["name"])] == ["used"]


def test_columns_of_one_meaning_that_disagree_say_nothing() -> None:
    profile = profiled({"colour": repeated("red", "blue"), "color name": repeated("red", "navy")})
    assert [f["value"] for f in facts_of_row({"colour": "red", "color name": "Red"}, profile, "en", [])] == ["red"]
    assert facts_of_row({"colour": "blue", "color name": "navy"}, profile, "en", []) == []


def test_the_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    profile = profiled(
        {'a "quoted"\\ name\n': repeated("1,5 kg", "2,25 kg"), "颜色": repeated("红色", "\x7f\x01 蓝")}, "de"
    )
    path = profile_path(tmp_path, "../shop / ä")
    assert path.parent == tmp_path / "profiles"
    save_profile(profile, path)
    assert load_profile(path) == profile
    assert from_toml(to_toml(profile)) == profile


@pytest.mark.parametrize(
    ("text", "message"),
    [("source = ", "not TOML"), ('source = "s"\nrows = 1', "unknown key 'rows'"),
     ('source = "s"\n[columns.a]\nrole = "size"\ndisposition = "shout"', "disposition")],
)  # fmt: skip
def test_a_broken_file_is_named(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_toml(text, "profiles/shop.toml")


def test_a_person_decides_and_the_map_wins() -> None:
    before = profiled({"zxq": repeated("alpha", "beta"), "colour": repeated("red", "blue")})
    edited = replace(
        before, columns=before.columns | {"zxq": replace(before.columns["zxq"], disposition=Disposition.SAY)}
    )
    again = before.with_decisions(from_toml(to_toml(edited)), {"colour": Disposition.HIDE})
    assert again.columns["zxq"].disposition is Disposition.SAY
    assert again.columns["colour"].disposition is Disposition.HIDE


def test_a_night_that_contradicts_names_the_column() -> None:
    before = profiled(
        {"id": [f"A{n}" for n in range(30)], "size": repeated("M", "L"), "colour": repeated("red", "blue")}
    )
    after = profiled({"id": [f"A{n}" for n in range(30)], "size": repeated("", ""), "colour": repeated("17", "18"),
                      "origin": repeated("Italy", "France")})  # fmt: skip
    lines = "\n".join(after.differences(before))
    assert "column 'size' was filled in 100% of the rows and is in 0% now" in lines
    assert "column 'colour' was colour and is number now" in lines
    assert "column 'origin' is new" in lines
    assert before.differences(before) == []


BOOKKEEPING = [
    "qty_on_hand", "reorder_point", "landed_cost_usd", "gross_margin_pct", "supplier_lead_time_days",
    "loyalty_points_earned", "search_rank", "price_tier", "gp_percent", "competitor_price", "profit_pct",
    "units_sold_30d", "return_rate", "markdown_pct", "on_order", "reserved_qty", "safety_stock", "review_count",
    "wish_count", "pageviews", "conversion_rate", "num_orders", "moq", "units_per_carton", "hs_code",
    "list_price_eur", "fob_price", "standard_cost", "tax_rate", "stock_berlin", "inventory_level", "vendor_sku",
    "erp_planner_code", "bin_no", "lagermenge_nord", "verkaufte_menge", "月销量", "库存量", "采购价格",
    "进货成本", "毛利率", "会员价格",
    "浏览次数", "収益率在庫", "стоимость_закупка", "остаток_мск",
]  # fmt: skip
TOLD = {
    "seat_height_cm": ("45", "50"), "noise_level_db": ("60", "55"), "IP rating": ("IP67", "IP44"),
    "tyre_width": ("205 mm", "195 mm"), "energy_label": ("A", "B"), "Care label": ("Hand wash", "Dry clean"),
    "age_rating": ("12", "16"), "page_count": ("120", "320"), "model_number": ("X-200", "X-300"),
    "screen_size_inch": ("6.1", "6.7"), "pack_size": ("6", "12"), "motor_power_w": ("1200", "800"),
    "country of origin": ("Italy", "France"), "Kapazität": ("500 ml", "1 l"), "适用年龄": ("3岁", "6岁"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOOKKEEPING)
def test_the_shops_own_figures_are_never_said(name: str) -> None:
    assert profiled({name: repeated("12", "7", "33")}).columns[name].disposition is Disposition.HIDE


@pytest.mark.parametrize(("name", "values"), TOLD.items(), ids=TOLD)
def test_words_of_bookkeeping_within_a_name_for_customers_do_no_harm(name: str, values: tuple[str, str]) -> None:
    assert profiled({name: repeated(*values)}).columns[name].disposition is Disposition.SAY


TITLES = [f"Brass lamp {n}" for n in range(30)]
BRANDS = {
    "the shop's own name": (["My Shop"] * 30, Disposition.USE),
    "its own name, another one seldom": (["Wattio"] * 2 + ["Mi tienda"] * 28, Disposition.USE),
    "a brand that titles say": (["Brass"] * 30, Disposition.SAY),
    "several brands": (["Ostra", "Solvik"] * 15, Disposition.SAY),
}


@pytest.mark.parametrize(("brands", "does"), BRANDS.values(), ids=BRANDS)
def test_the_shop_is_no_brand(brands: list[str], does: Disposition) -> None:
    assert profiled({"title": TITLES, "brand": brands}).columns["brand"].disposition == does


def test_what_goes_without_saying() -> None:
    new = profiled({"title": TITLES, "condition": ["new"] * 30}).columns["condition"]
    used = profiled({"title": TITLES, "condition": ["new", "used"] * 15}).columns["condition"]
    assert (new.disposition, used.disposition) == (Disposition.USE, Disposition.SAY)


def test_a_language_without_names_takes_the_shops_words() -> None:
    column = profiled({"title": TITLES, "Colour": ["Red", "Blue"] * 15}, "fi").columns["Colour"]
    assert column.labels["fi"] == "Colour"


def test_a_systems_words_are_no_type() -> None:
    kinds = profiled({"type": ["simple", "variable"] * 15}).columns["type"]
    types = profiled({"type": ["simple", "frosted"] * 15}).columns["type"]
    assert (kinds.disposition, types.disposition) == (Disposition.HIDE, Disposition.SAY)


CERTIFICATES = {
    "one is not held": ("CE, ENEC pending, RoHS", "CE, RoHS"),
    "none is held": ("VDE beantragt", None),
    "in Chinese": ("CE, 3C 申请中", "CE"),
    "all are held": ("CE, GS", "CE, GS"),
}


@pytest.mark.parametrize(("cell", "said"), CERTIFICATES.values(), ids=CERTIFICATES)
def test_a_certificate_that_is_pending_is_not_said(cell: str, said: str | None) -> None:
    profile = profiled({"certificates": [cell, "CE, GS"] * 15})
    facts = facts_of_row({"certificates": cell}, profile, "en", ())
    assert [fact["value"] for fact in facts] == ([said] if said else [])
