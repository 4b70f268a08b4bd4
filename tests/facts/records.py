"""Products of invented shops, each with a schema of its own: the records that texts are tried on, in both languages."""

from __future__ import annotations

import json
from typing import Any

from mmgen.profile.build import profile_of
from mmgen.profile.facts import facts_of_row


def product(
    product_id: str,
    locale: str,
    title: str | None,
    category: list[str],
    brand: str | None = None,
    description: str | None = None,
    **attributes: str,
) -> dict[str, Any]:
    """A row of ``examples`` as a mapping, with only the columns that texts are made from, as an import makes it."""
    facts = facts_of_row(attributes, profile_of(list(attributes), [attributes], locale), locale, ())
    return {
        "product_id": product_id,
        "locale": locale,
        "title": title,
        "description": description,
        "category": category,
        "brand": brand,
        "price": 99.0,
        "currency": "CNY" if locale.startswith("zh") else "USD",
        "attributes": attributes,
        "facts": json.dumps(facts, ensure_ascii=False),
        "has_image": True,
    }


OTHERS = [
    product("s01", "es", "Zapatillas de lona", ["Calzado"], "Toro", None, color="azul", talla="42"),
    product("s02", "de", "Kaffeemühle", ["Küche"], None, "Mahlt frische Bohnen. Leise im Betrieb."),
]

EMPTY = product("x01", "en", None, [], None)
