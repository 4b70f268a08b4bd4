"""English sentence plans as tables: what a text can say beside the facts, and nothing else."""

from __future__ import annotations

import re

ONE = {
    "this": "this",
    "is": "is",
    "comes": "comes",
    "has": "has",
    "it": "it",
    "weighs": "weighs",
    "measures": "measures",
    "belongs": "belongs",
    "suits": "suits",
    "its": "its",
}
MANY = {
    "this": "these",
    "is": "are",
    "comes": "come",
    "has": "have",
    "it": "they",
    "weighs": "weigh",
    "measures": "measure",
    "belongs": "belong",
    "suits": "suit",
    "its": "their",
}
ONLY_ONE = frozenset(ONE.values()) - frozenset(MANY.values())
ONLY_MANY = frozenset(MANY.values()) - frozenset(ONE.values()) - {"are"}

# (facts needed, plan). The first group that fits a product is drawn from.
NAMED = (
    ("", "{the_name} {is} {a_phrase} {for_whom}"),
    ("", "meet {the_name} , {a_phrase} {for_whom}"),
    ("", "take a look at {the_name} , {a_phrase} {for_whom}"),
    ("brand own", "<brand> offers the <name> , {a_phrase} {for_whom}"),
    ("brand own", "from <brand> {comes} the <name> , {a_phrase} {for_whom}"),
    ("brand own", "{this} {phrase} {for_whom} {is} the <name> from <brand>"),
    ("colour", "{full} {for_whom} {comes} in <colour>"),
    ("season year", "from the <season> <year> season , {the_name} {is} {a_phrase} {for_whom}"),
)
UNBRANDED = (
    ("", "meet {full} {for_whom}"),
    ("", "take a look at {full} {for_whom}"),
    ("colour", "{full} {for_whom} {comes} in <colour>"),
    ("family", "{full} {for_whom} {is} part of our <family> range"),
)
BRANDED = (
    ("", "{this} {phrase} {for_whom} {is} from <brand>"),
    ("", "<brand> offers {this} {phrase} {for_whom}"),
    ("", "meet {this} {phrase} {for_whom} from <brand>"),
    ("", "from <brand> : {a_phrase} {for_whom}"),
    ("colour", "{full} {for_whom} {comes} in <colour>"),
    ("gender colour", "{this} <brand> {kind} {for_whom} {comes} in <colour>"),
    ("gender", "{a_phrase} from <brand> , for <gender>"),
    ("season year", "from the <season> <year> season {comes} {this} {phrase} {for_whom} from <brand>"),
)
NOUN_ONLY = (
    ("", "meet {this} {phrase} {for_whom}"),
    ("", "take a look at {this} {phrase} {for_whom}"),
    ("family", "{this} {phrase} {for_whom} {is} part of our <family> range"),
    ("colour", "{this} {kind} {for_whom} {comes} in <colour>"),
)
TITLED = (
    ("colour", "{full_title} {for_whom} {comes} in <colour>"),
    ("gender", "{full_title} {is} for <gender>"),
    ("family", "{full_title} {is} part of our <family> range"),
    ("family", "find {full_title} in our <family> range"),
    ("", "take a look at {full_title}"),
    ("", "meet {full_title}"),
    ("", "find {full_title} in our catalogue"),
)
HEADED = (
    ("brand colour", "this product from <brand> comes in <colour>"),
    ("brand", "this product is from <brand>"),
    ("family", "find this product in our <family> range"),
    ("colour", "this product comes in <colour>"),
)
# What is said after the opening: (slots, verb phrase). The first that fits a group of slots is drawn from.
CLAUSES = (
    (
        ("season", "year"),
        (
            "{is} from the <season> <year> season",
            "{belongs} to the <season> <year> season",
            "{is} from <season> <year>",
        ),
    ),
    (("season",), ("{is} meant for <season>", "{suits} <season>")),
    (("year",), ("{is} from <year>",)),
    (("usage",), ("{is} suited to <usage> {wear}", "{is} intended for <usage> {wear}", "{suits} <usage> {wear}")),
    (("material",), ("{is} made of <material>",)),
    (("colour",), ("{comes} in <colour>",)),
    (("gender",), ("{is} for <gender>",)),
    (("fit",), ("{has} a <fit> fit",)),
    (("style",), ("{has} a <style> style",)),
    (("flavour",), ("{has} a <flavour> flavour",)),
    (("origin",), ("{comes} from <origin>",)),
    (("weight",), ("{weighs} <weight>",)),
    (("author",), ("{is} written by <author>",)),
    (("publisher",), ("{is} published by <publisher>",)),
    (("quantity",), ("{comes} as a <quantity>",)),
)
LISTED = ("pattern", "size", "dimensions", "volume", "model", "feature")
LABELS = {"feature": "features"}
CAPACITY = "capacity"


LINES = (
    ("noun own brand colour", "<brand> <name> {kind} in <colour>"),
    ("noun own brand", "meet {the_name} {kind}"),
    ("noun own brand", "<brand> <name> : {a_phrase}"),
    ("noun own brand gender", "<brand> <name> {kind} {for_whom}"),
    ("noun own colour", "<name> {kind} in <colour>"),
    ("noun own", "<name> {kind}"),
    ("noun own", "<name> : {a_phrase} {for_whom}"),
    ("noun brand", "{phrase} from <brand>"),
    ("noun brand", "<brand> {bare_noun}"),
    ("noun brand gender", "{phrase} {for_whom} from <brand>"),
    ("noun brand colour gender", "<brand> {kind} {for_whom} , in <colour>"),
    ("noun brand season", "{a_phrase} for <season> , from <brand>"),
    ("noun brand usage", "for <usage> {wear} : {plain_phrase} from <brand>"),
    ("noun gender", "for <gender> : {phrase}"),
    ("noun brand", "take a look at {this} {phrase} from <brand>"),
    ("noun nobrand", "take a look at {this} {phrase}"),
    ("noun nobrand", "meet {this} {phrase} {for_whom}"),
    ("named", "meet {full}"),
    ("named", "take a look at {full}"),
    ("named family", "{full} from our <family> range"),
    ("bland", "meet {title_name}"),
    ("bland", "take a look at {title_name}"),
    ("bland", "{title_name}"),
    ("bland family", "{title_name} from our <family> range"),
    ("bland motto", "{title_name} : {motto}"),
    ("bland motto", "{title_name} : {motto}"),
    ("bare family", "from our <family> range"),
    ("bare brand", "discover <brand>"),
)


def literals() -> frozenset[str]:
    """Every word that the sentence plans can add to the facts."""
    plans = [plan for group in (NAMED, UNBRANDED, BRANDED, NOUN_ONLY, TITLED, HEADED, LINES) for _, plan in group]
    plans += [form for _, forms in CLAUSES for form in forms] + [
        "{is} part of our <family> range take a look at this product"
    ]
    words = {word for plan in plans for word in re.findall(r"(?<![<{])\b[a-z]+\b(?![\w ]*[>}])", plan)}
    return frozenset(
        words
        | set(ONE.values())
        | set(MANY.values())
        | {"the", "a", "an", "wear", "use", "by", "for", "in", "and"}
        | set(LISTED)
        | {*LABELS.values(), CAPACITY}
    )
