"""What a column's name means, in any language, and how customers read it."""

from __future__ import annotations

import pytest

from mmgen.profile.build import humanised
from mmgen.profile.names import concepts, label_of, read_name, unit_words

NAMES = {
    "camel case": ("baseColour", "en", "colour", None),
    "code in front": ("pa_color", "en", "colour", None),
    "a unit behind": ("play_time_minutes", "en", "play_time", "min"),
    "a unit in brackets": ("Länge (cm)", "de", "length", "cm"),
    "Chinese with a unit": ("净重(克)", "zh-CN", "net_weight", "g"),
    "Chinese with a qualifier": ("主要材质", "zh", "material", None),
    "an accent": ("Référence", "fr", "identifier", None),
    "min is no unit": ("min_players", "en", "min_players", None),
    "telling anywhere": ("main_supplier_no", "en", "supplier", None),
    "telling before a known end": ("shipping_weight", "en", "shipping", None),
    "the last word alone would say so": ("created_at", "en", "made", None),
    "a rating that is no vote": ("Energy rating", "en", "energy_class", None),
    "a count that is no bookkeeping": ("page count", "en", "pages", None),
    "Polish": ("Stan magazynowy", "pl", "stock", None),
    "Dutch": ("Inkoopprijs", "nl", "cost", None),
    "Spanish": ("Precio de compra", "es", "cost", None),
    "Italian": ("Codice a barre", "it", "code", None),
    "a class of turnover": ("ABC-Klasse", "de", "sales", None),
    "what the goods cost": ("Ø Wareneinsatz", "de", "cost", None),
    "a discount for dealers": ("Händlerrabatt", "de", "other_price", None),
    "French without its small word": ("prix achat", "fr", "cost", None),
    "when to order": ("seuil de réappro", "fr", "stock", None),
    "no name at all": ("zxq_17", "en", None, None),
}


@pytest.mark.parametrize(("name", "locale", "concept", "unit"), NAMES.values(), ids=NAMES)
def test_names(name: str, locale: str, concept: str | None, unit: str | None) -> None:
    reading = read_name(name, locale)
    assert (reading.best.concept.key if reading.best else None, reading.unit) == (concept, unit)


def test_labels_are_in_the_language_of_the_shop() -> None:
    assert [label_of("colour")[language] for language in ("en", "de", "zh", "fr")] == [
        "Colour",
        "Farbe",
        "颜色",
        "Couleur",
    ]
    assert label_of("play_time")["en"] == "Play time"
    assert (unit_words("min", "en"), unit_words("min", "de"), unit_words("kg", "zh")) == ("minutes", "Minuten", "kg")


def test_what_is_said_has_a_label_in_english_german_and_chinese() -> None:
    said = [key for key, concept in concepts().items() if concept.disposition == "say"]
    assert [key for key in said if {"en", "de", "zh"} - set(label_of(key))] == []


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("strap_colour", None, "Strap colour"),
        ("blade_length_cm", "cm", "Blade length"),
        ("USB_ports", None, "USB ports"),
        ("Kelchhöhe (cm)", "cm", "Kelchhöhe"),
        ("适用门店", None, "适用门店"),
    ],
)
def test_own_names_are_written_as_a_person_would(name: str, unit: str | None, expected: str) -> None:
    assert humanised(name, unit) == expected
