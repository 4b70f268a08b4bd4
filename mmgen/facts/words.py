"""One form for the forms of an English word, for ``content_checks.faithfulness`` alone. To be deleted with it."""

from __future__ import annotations

import re
from functools import lru_cache


def word_set(text: str) -> frozenset[str]:
    """The words of a text: how the word lists here are written."""
    return frozenset(text.split())


# fmt: off
IRREGULAR = {
    "men": "man", "women": "woman", "children": "child", "people": "person", "feet": "foot", "teeth": "tooth",
    "scarves": "scarf", "knives": "knife", "shelves": "shelf", "leaves": "leaf", "loaves": "loaf", "mice": "mouse",
    "halves": "half", "wives": "wife", "lives": "life", "calves": "calf", "geese": "goose", "series": "series",
    "movies": "movie", "cookies": "cookie", "ties": "tie", "pies": "pie", "hoodies": "hoodie", "beanies": "beanie",
    "brownies": "brownie", "calories": "calorie", "selfies": "selfie", "smoothies": "smoothie", "onesies": "onesie",
    "capris": "capri", "kurtis": "kurti", "saris": "sari", "bikinis": "bikini",
    "lens": "lens", "lenses": "lens", "gas": "gas", "bus": "bus", "canvas": "canvas",
    "bras": "bra", "sofas": "sofa",
    "shoes": "shoe", "potatoes": "potato", "tomatoes": "tomato", "mangoes": "mango", "axes": "axe", "toes": "toe",
    "asparagus": "asparagus", "citrus": "citrus", "hummus": "hummus", "couscous": "couscous", "molasses": "molasses",
}
CANON = {
    "gray": "grey", "color": "colour", "flavor": "flavour", "autumn": "fall", "tee": "tshirt", "multicolor": "multi",
    "multicolour": "multi", "multicoloured": "multi", "multicolored": "multi", "yogurt": "yoghurt", "couch": "sofa",
    "lady": "woman", "female": "woman", "male": "man", "gent": "man", "gentleman": "man", "kid": "child",
    "jewelry": "jewellery", "fiber": "fibre", "aluminum": "aluminium", "pajama": "pyjama", "wool": "wool",
    "woollen": "wool", "woolen": "wool", "wooden": "wood", "golden": "gold", "striped": "stripe", "checked": "check",
    "checkered": "check", "chequered": "check", "printed": "print", "analogue": "analog", "sporty": "sport",
    "kilogram": "kg", "kilograms": "kg", "gram": "g", "grams": "g", "inch": "inch", "percent": "%", "watche": "watch",
    "duffle": "duffel",
}
# fmt: on


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """The singular of one English word, lower case; a word that isn't a plural comes back as it is."""
    low = word.lower()
    if low in IRREGULAR:
        return IRREGULAR[low]
    if len(low) < 4 or not low.endswith("s") or low.endswith(("ss", "us", "is", "'s")):
        return low
    if low.endswith("ies"):
        return low[:-3] + "y"
    if low.endswith(("ches", "shes", "sses", "xes", "zzes")):
        return low[:-2]
    return low[:-1]


@lru_cache(maxsize=50_000)
def canon(word: str) -> str:
    """One form for all spellings and numbers: ``T-Shirts`` and ``tshirt`` -> ``tshirt``, ``gray`` -> ``grey``.

    A mark between two digits stays: ``1.5`` is not ``15``.
    """
    low = re.sub(r"['’]|(?<!\d)[-.]|[-.](?!\d)", "", re.sub(r"['’]s$", "", word.lower()))
    low = CANON.get(low, low)
    return CANON.get(singular(low), singular(low))
