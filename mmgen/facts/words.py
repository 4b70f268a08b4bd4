"""English word forms by rule: singular, plural, a or an, canonical spelling. No corpus, no model."""

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
PLURALS = {one: many for many, one in IRREGULAR.items() if one != many} | {"potato": "potatoes", "tomato": "tomatoes"}
# Said in the plural although one buys one (a pair).
PAIRS = word_set("""shoe sandal slipper boot sneaker trainer heel flat wedge loafer moccasin clog sock stocking
glove mitten trouser jean short brief boxer trunk legging tight capri jegging pant sunglass glass goggle earring
cufflink headphone earphone earbud pyjama pajama overall dungaree lace insole binocular scissor plier skate ski
crutch flop tracksuit_bottom jogger chino pump brogue oxford
""")
# Words that end in s and are one.
MASS = word_set("""milk juice water bread rice pasta flour sugar salt butter cheese cream yoghurt yogurt
oatghurt soyghurt honey tea coffee wine beer oil vinegar food meat beef pork chicken fish kibble litter garlic
ginger asparagus zucchini furniture equipment luggage jewellery jewelry clothing apparel footwear headwear
innerwear eyewear sportswear loungewear nightwear underwear swimwear menswear womenswear knitwear outerwear
workwear topwear bottomwear hardware software cookware tableware kitchenware bedding linen stationery paper wool
yarn fabric shampoo soap makeup perfume fragrance cologne lotion toothpaste detergent chocolate cereal muesli
granola jam sauce soup popcorn cabbage polish wax glue paint ink hummus
""")
VOWEL_SOUND = re.compile(
    r"^(?:[aeio]|u(?!n[ai]|s[aeiu]|t[ei]|k|r[aeiou]|b(?:er|i)|fo|v)"
    r"|hour|honest|honou?r|heir)", re.I)
CONSONANT_SOUND = re.compile(r"^(?:one\b|once|eu|ewe|uni(?!n|m)|oui)", re.I)
SPELLINGS = {
    "tshirt": "T-shirt", "tshirts": "T-shirts", "tee-shirt": "T-shirt", "t-shirt": "T-shirt", "t-shirts": "T-shirts",
    "tee shirt": "T-shirt", "sweatshirt": "sweatshirt", "e-book": "e-book", "tv": "TV", "tvs": "TVs", "usb": "USB",
    "led": "LED", "pc": "PC", "pcs": "PCs", "cd": "CD", "dvd": "DVD", "ssd": "SSD",
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
# Read letter by letter, from a letter that begins with a vowel sound.
_SPELT = word_set("LED LCD HDMI NFC SSD FM MP3 XL HD HDR SD")
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


def plural(word: str) -> str:
    """The plural of one lower-case English word."""
    if singular(word) != word.lower() or word in MASS:
        return word
    if word in PLURALS:
        return PLURALS[word]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and len(word) > 1 and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def spelling(phrase: str) -> str:
    """Usual spellings: ``tshirts`` -> ``T-shirts``, ``usb`` -> ``USB``."""
    return " ".join(SPELLINGS.get(word.lower(), word) for word in phrase.split())


def number_of(noun: str) -> str:
    """``one``, ``many`` (a plural or a pair) or ``mass`` of a noun phrase, by its last word."""
    last = noun.lower().split()[-1] if noun.split() else ""
    stem = singular(last)
    if stem in PAIRS:
        return "many"
    if stem in MASS or last in MASS or last.endswith(("wear", "ware")):
        return "mass"
    return "many" if stem != last else "one"


def a_or_an(following: str) -> str:
    """The article that fits the sound of the next word. Source: the usual rule with its common exceptions."""
    word = following.strip("\"'“‘(")
    first = re.match(r"[^\W_]+", word)
    head = first.group(0) if first else word
    if head in _SPELT:
        return "an"
    if head.isdigit():
        return "an" if head.startswith("8") or head in {"11", "18"} else "a"
    if len(head) > 1 and head.isupper() and not re.search(r"[AEIOU]", head[1:]):
        return "an" if head[0] in "AEFHILMNORSX" else "a"
    if len(head) == 1:
        return "an" if head in "AEFHILMNORSXaefhilmnorsx" else "a"
    if CONSONANT_SOUND.match(head):
        return "a"
    return "an" if VOWEL_SOUND.match(head) else "a"


@lru_cache(maxsize=50_000)
def canon(word: str) -> str:
    """One form for all spellings and numbers: ``T-Shirts`` and ``tshirt`` -> ``tshirt``, ``gray`` -> ``grey``.

    A mark between two digits stays: ``1.5`` is not ``15``.
    """
    low = re.sub(r"['’]|(?<!\d)[-.]|[-.](?!\d)", "", re.sub(r"['’]s$", "", word.lower()))
    low = CANON.get(low, low)
    return CANON.get(singular(low), singular(low))


def canonical(phrase: str) -> tuple[str, ...]:
    """The words of a phrase, each in its one form."""
    return tuple(canon(word) for word in phrase.split())
