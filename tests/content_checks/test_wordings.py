"""Wordings of one kind that say what the facts say, or something else: numbers in words, places, makers, sets."""

from __future__ import annotations

import pytest

from mmgen.content_checks.judge import judge
from mmgen.facts.fact import Fact


def field(name: str, value: str, role: str) -> Fact:
    return Fact(f"other_{name}", name, value, name, role)


LAMP = [
    Fact("title", "title", "Halden Bench Lamp, 1500 lm", "title", "title"),
    Fact("kind", "category", "Lighting > Bench lamps", "category", "kind"),
    field("Brightness", "1500 lm", "number"),
    field("Arm", "2.5 m", "size"),
    field("Material", "steel", "material"),
    field("Made in", "Norway", "origin"),
    field("Sold as", "single lamp", "quantity"),
    field("Batteries", "none required", "attribute"),
]
VASE = [
    Fact("title", "title", "山谷花瓶 3只装", "title", "title"),
    field("高度", "1.45米", "size"),
    field("数量", "3只", "quantity"),
    field("认证", "CCC、EN 12/34", "certificate"),
    field("洗涤", "不可漂白", "care"),
    field("磁吸", "不支持磁吸", "attribute"),
    field("工艺", "半手工", "attribute"),
    field("产地", "湖南醴陵", "origin"),
]
NOVEL = [
    Fact("title", "title", "Silent Girls", "title", "title"),
    Fact("kind", "category", "Books > Novels", "category", "kind"),
]
SHIRT = [
    Fact("title", "title", "Linen Shirt Women", "title", "title"),
    Fact("kind", "category", "Clothing > Shirts", "category", "kind"),
]


@pytest.mark.parametrize(
    ("facts", "locale", "text", "is_wrong"),
    [
        pytest.param(LAMP, "en", "It gives fifteen hundred lumens.", False, id="hundreds"),
        pytest.param(LAMP, "en", "It gives one thousand five hundred lumens.", False, id="thousands"),
        pytest.param(LAMP, "en", "It gives two thousand five hundred lumens.", True, id="other_thousands"),
        pytest.param(LAMP, "en", "The arm is two and a half metres long.", False, id="and_a_half"),
        pytest.param(LAMP, "en", "The arm is three and a half metres long.", True, id="another_half"),
        pytest.param(LAMP, "en", "It comes as a set of six.", True, id="set"),
        pytest.param(LAMP, "en", "It looks well on an oak bookcase.", False, id="material_of_another_thing"),
        pytest.param(LAMP, "en", "It has an oak arm.", True, id="material_of_its_part"),
        pytest.param(LAMP, "en", "Stronger than aluminium.", False, id="compared"),
        pytest.param(LAMP, "en", "Welded by hand in Cornwall.", True, id="made_elsewhere"),
        pytest.param(LAMP, "en", "Forged in Norway.", False, id="made_there"),
        pytest.param(LAMP, "en", "No batteries to change.", False, id="none_required"),
        pytest.param(LAMP, "en", "It carries a calibration certificate.", True, id="certificate"),
        pytest.param(LAMP, "en", "Why do we stock it?", False, id="a_shop_stocks"),
        pytest.param(LAMP, "en", "Only three left in stock.", True, id="in_stock"),
        pytest.param(VASE, "zh", "一米四五的身高。", False, id="decimals_zh"),
        pytest.param(VASE, "zh", "一米七五的身高。", True, id="other_decimals_zh"),
        pytest.param(VASE, "zh", "摆上两三个朋友的照片。", False, id="about_how_many_zh"),
        pytest.param(VASE, "zh", "单只包装严实。", False, id="each_zh"),
        pytest.param(VASE, "zh", "这一套有五大只。", True, id="big_ones_zh"),
        pytest.param(VASE, "zh", "两项认证都有。", False, id="certificates_counted_zh"),
        pytest.param(VASE, "zh", "三项认证都有。", True, id="certificates_miscounted_zh"),
        pytest.param(VASE, "zh", "勿用漂白剂。", False, id="not_to_be_used_zh"),
        pytest.param(VASE, "zh", "没有磁吸，磁吸配件用不上。", False, id="denied_once_zh"),
        pytest.param(VASE, "zh", "磁吸一贴就稳。", True, id="said_though_denied_zh"),
        pytest.param(VASE, "zh", "不是全手工。", False, id="half_by_hand_zh"),
        pytest.param(VASE, "zh", "每一寸都用心。", False, id="every_inch_zh"),
        pytest.param(VASE, "zh", "来自扬州的手艺。", True, id="another_city_zh"),
        pytest.param(VASE, "zh", "印着青禾坊的标。", True, id="maker_zh"),
        pytest.param(VASE, "zh", "附带鉴定证书。", True, id="certificate_zh"),
        pytest.param(NOVEL, "en", "A novel for girls.", True, id="what_a_book_is_called"),
        pytest.param(SHIRT, "en", "A shirt for women.", False, id="what_a_shirt_is_called"),
    ],
)
def test_wordings(facts: list[Fact], locale: str, text: str, is_wrong: bool) -> None:
    verdicts = judge(text, facts, locale, is_prose=False).failing
    assert bool(verdicts) is is_wrong, verdicts
