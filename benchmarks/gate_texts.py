"""Texts with planted faults, and sound ones of the same products, whose values come from published lists.

Colours: the names of CSS, as Pillow has them, and of Shopify's product taxonomy. Materials: Shopify's taxonomy, in
English and in its Chinese localisation. Countries and amounts with units: CLDR, as babel writes them. Audiences: the
values of Google's merchant feed. The frames around them were written for this measurement.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from babel import Locale
from babel.units import format_unit
from PIL import ImageColor

from mmgen.facts.fact import Fact


@dataclass(frozen=True)
class Text:
    """``kind`` of fault, ``""`` of a sound text; ``group``: the texts of one product."""

    language: str
    kind: str
    group: str
    text: str
    facts: tuple[Fact, ...]


# Shopify product taxonomy, attributes Color and Material (data/attributes.yml, data/localizations/values/zh-CN.yml).
SHOPIFY_COLOURS = [
    "beige",
    "black",
    "blue",
    "bronze",
    "brown",
    "gold",
    "gray",
    "green",
    "multicolor",
    "navy",
    "orange",
    "pink",
    "purple",
    "red",
    "rose_gold",
    "silver",
    "white",
    "yellow",
]
SHOPIFY_MATERIALS = [
    "acrylic",
    "aluminum",
    "bamboo",
    "brass",
    "canvas",
    "cardboard",
    "cashmere",
    "ceramic",
    "copper",
    "cork",
    "corduroy",
    "cotton",
    "denim",
    "felt",
    "fiberglass",
    "flannel",
    "fleece",
    "fur",
    "glass",
    "hemp",
    "iron",
    "jute",
    "latex",
    "leather",
    "linen",
    "lycra",
    "lyocell",
    "marble",
    "metal",
    "modal",
    "mohair",
    "neoprene",
    "nylon",
    "paper",
    "plastic",
    "plywood",
    "polyester",
    "porcelain",
    "rattan",
    "rayon",
    "resin",
    "rubber",
    "satin",
    "silicone",
    "silk",
    "stainless_steel",
    "suede",
    "tweed",
    "velvet",
    "vinyl",
    "viscose",
    "wood",
    "wool",
]
SHOPIFY_MATERIALS_ZH = ["铝", "竹子", "纸板", "玻璃", "金属", "纸张", "塑料", "橡胶", "硅胶", "不锈钢", "木头", "陶瓷"]
COLOURS_ZH = [
    "米色",
    "黑色",
    "蓝色",
    "青铜色",
    "棕色",
    "金色",
    "灰色",
    "绿色",
    "藏青色",
    "橙色",
    "粉红色",
    "紫色",
    "红色",
    "玫瑰金",
    "银色",
    "白色",
    "黄色",
]
PEOPLE = {"en": ["men", "women", "kids", "toddlers", "infants"], "zh": ["男士", "女士", "儿童", "婴儿"]}
KINDS = {
    "en": ["Backpack", "Bowl", "Chair", "Jacket", "Lamp", "Scarf", "Shirt", "Table", "Towel", "Umbrella", "Vase"],
    "zh": ["双肩包", "饭碗", "椅子", "夹克", "台灯", "围巾", "衬衫", "餐桌", "毛巾", "雨伞"],
}
BRANDS = {"en": ["Ostra", "Solvik", "Corvane", "Brunel", "Tamsin"], "zh": ["清溪", "山谷", "云朵", "南屿"]}
CERTIFICATES = {
    "en": ["FSC certified", "OEKO-TEX Standard 100", "GOTS certified", "CE marked", "FDA approved", "RoHS compliant"],
    "zh": ["3C认证", "有机认证", "FDA认证", "食品级", "CE认证", "ISO9001认证"],
}
PROMISES = {
    "en": ["waterproof", "machine washable", "dishwasher safe", "flame retardant", "hypoallergenic", "handmade"],
    "zh": ["防水", "可机洗", "抗菌", "阻燃", "防晒", "纯手工"],
}
WARNINGS = {
    "en": ["Not suitable for children under 3 years.", "Keep away from fire.", "Do not microwave."],
    "zh": ["请远离儿童。", "请勿靠近火源。", "禁止微波加热。"],
}
UNITS = ("mass-kilogram", "length-centimeter", "volume-liter", "volume-milliliter", "mass-gram")
COUNTRIES = [
    "CN",
    "DE",
    "IT",
    "FR",
    "JP",
    "KR",
    "US",
    "GB",
    "AU",
    "NZ",
    "TH",
    "VN",
    "IN",
    "CH",
    "ES",
    "TR",
    "PT",
    "PL",
    "MX",
    "SE",
]

FRAMES = {
    "en": {
        "base": ["{title} from {brand}.", "{brand} {title}: good for every day.", "Meet the {title} by {brand}."],
        "colour": [
            "It comes in {0}.",
            "The colour is {0}.",
            "A {0} tone that goes with anything, in {0}.",
            "Finished in {0} for a calm look.",
        ],
        "material": ["Made of {0}.", "The {0} feels good in the hand.", "Crafted from fine {0}.", "It is all {0}."],
        "gender": ["Designed for {0}.", "A fine choice for {0}.", "Cut for {0}."],
        "number": ["It measures {0}.", "You get {0}.", "The figure to know is {0}."],
        "origin": ["Made in {0}.", "Produced in {0}.", "Imported from {0}."],
        "price": ["Yours for {0}.", "It costs {0}."],
        "certificate": ["It is {0}.", "Rest easy: {0}."],
        "promise": ["It is {0}.", "Best of all, {0}."],
        "quantity": ["A set of {0} pieces.", "Comes as {0} pcs."],
        "brand": ["Another classic by {0}.", "Brought to you by {0}."],
        "kind": ["This {0} is here to stay.", "It is a {0} for years."],
        "size": ["In size {0}.", "Size: {0}."],
        "denied": ["Made without {0}.", "Contains no {0}."],
    },
    "zh": {
        "base": ["{brand}{title}，日常之选。", "{brand}出品的{title}。", "认识一下{title}，来自{brand}。"],
        "colour": ["颜色为{0}。", "{0}外观，百搭耐看。", "经典{0}。"],
        "material": ["采用{0}材质。", "由{0}制成。", "选用优质{0}。"],
        "gender": ["适合{0}使用。", "专为{0}设计。"],
        "number": ["规格为{0}。", "约{0}。"],
        "origin": ["产地{0}。", "原产于{0}。", "{0}制造。"],
        "price": ["售价{0}。", "仅需{0}。"],
        "certificate": ["已通过{0}。", "符合{0}要求。"],
        "promise": ["{0}，放心使用。", "具有{0}特点。"],
        "quantity": ["一套{0}件。", "共{0}个。"],
        "brand": ["品牌：{0}。"],
        "kind": ["这款{0}值得拥有。", "是一款{0}。"],
        "size": ["尺码：{0}。", "尺码为{0}。"],
        "denied": ["不含{0}。", "没有{0}。"],
    },
}
LABELS = {
    "en": {
        "colour": "Colour",
        "material": "Material",
        "gender": "For",
        "number": "Dimension",
        "origin": "Origin",
        "quantity": "Pieces",
        "size": "Size",
        "certificate": "Certificate",
        "promise": "Feature",
    },
    "zh": {
        "colour": "颜色",
        "material": "材质",
        "gender": "适用人群",
        "number": "规格",
        "origin": "产地",
        "quantity": "数量",
        "size": "尺码",
        "certificate": "认证",
        "promise": "特点",
    },
}


def texts(num_products: int, seed: int) -> list[Text]:
    """For each product a sound text and one with a fault for each kind of claim, in English and Chinese."""
    rng = random.Random(seed)
    return [text for language in ("en", "zh") for at in range(num_products) for text in _of_product(language, at, rng)]


def _of_product(language: str, at: int, rng: random.Random) -> Iterator[Text]:
    pools = _pools(language)
    values = {kind: rng.sample(pool, 2) for kind, pool in pools.items()}
    values["quantity"] = [str(n) for n in rng.sample(range(2, 13), 2)]
    number, unit = rng.choice([5, 12, 25, 40, 75, 120]), rng.choice(UNITS)
    values["number"] = [format_unit(n, unit, "short", locale=language) for n in (number, number * 2 + 1)]
    currency = "€{}" if language == "en" else "{}元"
    price = rng.choice([9, 19, 49, 129, 299])
    values["price"] = [currency.format(price), currency.format(price + 10)]
    kind, title = values["kind"][0], f"{rng.choice(['Ida', 'Nordlys', 'K-20'])} {values['kind'][0]}"
    warning = rng.choice(WARNINGS[language])
    facts = [
        Fact("title", "title", title, "title", "title"),
        Fact("kind", "kind", kind, "category", "kind"),
        Fact("brand", "brand", values["brand"][0], "brand", "brand"),
        Fact("sentence_1", "warning", warning, "description", "warning"),
        Fact("price", "price", f"{price} {'EUR' if language == 'en' else 'CNY'}", "price", "price"),
    ]
    for number_of, (role, label) in enumerate(LABELS[language].items(), 1):
        facts.append(Fact(f"other_{number_of}", label, values[role][0], role, role))
    base = rng.choice(FRAMES[language]["base"]).format(title=title, brand=values["brand"][0])
    group = f"{language}-{at}"

    def made(kind: str, *claims: str, warns: bool = True, front: str = base) -> Text:
        gap = " " if language == "en" else ""
        return Text(language, kind, group, gap.join([front, *claims, *([warning] if warns else [])]), tuple(facts))

    frame: Callable[[str], str] = lambda name: rng.choice(FRAMES[language][name])  # noqa: E731
    sound = [name for name in FRAMES[language] if name not in ("base", "denied")]
    for name in sound:
        true = frame(name).format(_said(values[name][0], name, language))
        other = rng.choice([one for one in sound if one != name])
        beside = frame(other).format(_said(values[other][0], other, language))
        yield made("", true, beside)
        yield made(name, frame(name).format(_said(values[name][1], name, language)), beside)
    yield made("negation", frame("denied").format(_said(values["material"][0], "material", language)))
    yield made("warning", warns=False)
    yield made("")


def _pools(language: str) -> dict[str, list[str]]:
    css = [name for name in ImageColor.colormap if name in _PLAIN_CSS]
    countries = [str(Locale(language).territories[code]) for code in COUNTRIES]
    english = language == "en"
    return {
        "colour": [*(name.replace("_", " ") for name in SHOPIFY_COLOURS), *css] if english else COLOURS_ZH,
        "material": [n.replace("_", " ") for n in SHOPIFY_MATERIALS] if english else SHOPIFY_MATERIALS_ZH,
        "gender": PEOPLE[language],
        "origin": countries,
        "certificate": CERTIFICATES[language],
        "promise": PROMISES[language],
        "brand": BRANDS[language],
        "kind": KINDS[language],
        "size": ["S", "M", "L", "XL", "XXL"],
    }


def _said(value: str, name: str, language: str) -> str:
    return value.lower() if name == "kind" and language == "en" else value


_PLAIN_CSS = frozenset(
    [
        "crimson",
        "coral",
        "indigo",
        "khaki",
        "lavender",
        "magenta",
        "maroon",
        "olive",
        "orchid",
        "plum",
        "salmon",
        "sienna",
        "tan",
        "teal",
        "turquoise",
        "violet",
        "chocolate",
        "cyan",
        "ivory",
        "tomato",
    ]
)
