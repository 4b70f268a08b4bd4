"""Chinese sentence plans: a topic, then clauses set apart by commas. A clause whose value the name says is left out."""

from __future__ import annotations

import random
import re

from mmgen.facts import lexicon
from mmgen.facts.fact import Fact
from mmgen.facts.values import CJK
from mmgen.writing.grammar.written import lead_slots, written_slots

Facts = dict[str, Fact]
_LONG_NAME = 16
_SHORT_NAME = 6  # says too little without the brand
_VERBS = frozenset("采适产由支")
_CLAUSES = (
    (("season", "year"), ("<year>年<season>款",)),
    (("gender", "usage"), ("适合<gender><usage>使用",)),
    (("colour",), ("颜色为<colour>", "<colour>配色")),
    (("pattern",), ("图案为<pattern>", "<pattern>款式")),
    (("material",), ("采用<material>材质", "材质为<material>")),
    (("gender", "season"), ("适合<gender>在<season>使用",)),
    (("season",), ("适合<season>使用", "适用于<season>")),
    (("gender",), ("适合<gender>", "适用人群为<gender>")),
    (("usage",), ("适合<usage>使用", "适用于<usage>")),
    (("year",), ("年份为<year>年",)),
    (("author",), ("作者为<author>",)),
    (("publisher",), ("由<publisher>出版",)),
    (("flavour",), ("<flavour>口味", "口味为<flavour>")),
    (("fit",), ("版型为<fit>",)),
    (("style",), ("风格为<style>",)),
    (("size",), ("{size}为<size>",)),
    (("dimensions",), ("尺寸为<dimensions>",)),
    (("weight",), ("{weight}为<weight>",)),
    (("volume",), ("容量为<volume>",)),
    (("origin",), ("产地为<origin>", "产自<origin>")),
    (("quantity",), ("包装规格为<quantity>",)),
    (("model",), ("型号为<model>",)),
    (("department",), ("属于<department>",)),
    (("feature",), ("支持<feature>",)),
)
_ENDS = {"材质": "材质面料布料", "口味": "口味", "场合": "场合场景", "款式": "款式", "配色": "配色"}


def tokens_of(template: str) -> list[str]:
    """``颜色为<colour>`` -> 颜 色 为 <colour>."""
    return re.findall(r"<\w+>|[^\s]", template)


def description(facts: Facts, rng: random.Random, longest: int) -> list[str]:
    """One to three sentences as tokens."""
    written = written_slots(facts, longest)
    if written:
        lead = lead_slots(facts, written, "zh")
        texts = "".join(facts[slot[1:-1]].value for slot in lead + written)
        clauses = _clauses(facts, set(facts) - {"family"}, rng, texts)
        start = [*lead, *(["："] if lead else [])]
        return start + written + _sentence([], clauses[:3]) + _sentence([], clauses[3:6])
    topic, used = _topic(facts, rng)
    said = "".join(facts[slot].value for slot in used)
    clauses = _clauses(facts, set(facts) - set(used), rng, said)
    if not clauses:
        return tokens_of(_bare(facts, topic, rng))
    return (
        _sentence(tokens_of(topic), clauses[:3]) + _sentence(_again(rng), clauses[3:6]) + _sentence([], clauses[6:10])
    )


def _again(rng: random.Random) -> list[str]:
    return tokens_of(rng.choice(("", "", "产品", "此款", "本品")))


def _topic(facts: Facts, rng: random.Random) -> tuple[str, list[str]]:
    """What the sentence is about, ended with a comma where clauses follow, and the slots it uses."""
    name = "name" if "name" in facts else "article" if "article" in facts else ""
    brand = "brand" in facts and not (name and facts["brand"].value.lower() in facts[name].value.lower())
    if not name:
        return ("<brand>的这款商品" if brand else "这款商品"), ["brand"] if brand else []
    used = [name, *(["brand"] if brand else [])]
    colour = name == "article" and "colour" in facts and rng.random() < 0.5
    noun = "<colour><article>" if colour else f"<{name}>"
    if name == "name" and _is_book(facts):
        return (noun if "《" in facts[name].value else f"《{noun}》"), [name]
    used += ["colour"] if colour else []
    if len(facts[name].value) > _LONG_NAME:
        return (f"<brand>{noun}" if brand else noun), used
    if not brand:
        return rng.choice((f"这款{noun}", noun)), used
    return rng.choice((f"<brand>这款{noun}", f"这款{noun}来自<brand>", f"来自<brand>的{noun}", f"<brand>{noun}")), used


def _bare(facts: Facts, topic: str, rng: random.Random) -> str:
    if "name" in facts or "article" in facts:
        if "family" in facts and not says(topic, facts["family"].value):
            return rng.choice((f"{topic}，属于<family>类商品。", f"欢迎在<family>类商品中了解{topic}。"))
        return rng.choice((f"欢迎了解{topic}。", f"{topic}，欢迎了解。", f"欢迎浏览{topic}。"))
    if "family" in facts:
        return rng.choice(("欢迎浏览<family>类商品。", "这款商品属于<family>类。"))
    return f"欢迎了解{topic}。"


def _is_book(facts: Facts) -> bool:
    return bool({"author", "publisher"} & facts.keys())


def _clauses(facts: Facts, left: set[str], rng: random.Random, said: str) -> list[list[str]]:
    """Clauses for the slots ``left`` that ``said`` doesn't say; generic attributes (``name为value``) come last."""
    left = {slot for slot in left if not says(said, facts[slot].value, slot)}
    clauses: list[list[str]] = []
    for slots, forms in _CLAUSES:
        if not set(slots) <= left:
            continue
        if slots == ("gender", "usage") and rng.random() < 0.5:
            continue
        form = next((f for f in rng.sample(forms, len(forms)) if not doubles(f, facts[slots[-1]].value)), "")
        clauses.append(tokens_of(worded(form or f"<{slots[-1]}>", facts)))
        left -= set(slots)
    rng.shuffle(clauses)
    clauses += [tokens_of(f"<{slot}_name>为<{slot}>") for slot in facts if slot.startswith("other_") and slot in left]
    if not clauses and "family" in left and said:
        clauses.append(tokens_of("属于<family>类商品"))
    return clauses


def doubles(form: str, value: str) -> bool:
    """Whether the value ends in the word that the plan adds (``纯棉面料`` + ``材质``)."""
    after = form.rsplit(">", 1)[-1]
    if after == "材质" and value.endswith(("质", "制")):
        return True
    return bool(after) and (
        value.endswith(after) or any(value.endswith(w) for w in re.findall("..", _ENDS.get(after, "")))
    )


def worded(form: str, facts: Facts) -> str:
    """Words that depend on the shop's own: 净含量 or 重量, 尺码 or 尺寸; worn things are 穿着, not 使用."""
    kinds = " ".join(facts[s].value for s in ("article", "family", "department", "name") if s in facts)
    if lexicon.WEARABLE.search(kinds) and "包" not in kinds:
        form = form.replace("使用", "穿着")
    if "{weight}" in form:
        net = "含" in facts["weight"].source or lexicon.EDIBLE.search(kinds)
        form = form.replace("{weight}", "净含量" if net else "重量")
    if "{size}" in form:
        letter = re.fullmatch(r"[\dXSML/,、和 -]{1,20}码?", facts["size"].value)
        form = form.replace("{size}", "尺码" if letter else "尺寸")
    return form


def says(text: str, value: str, slot: str = "") -> bool:
    """Whether ``text`` says the value, or the part of a colour or season that carries the meaning (黑 of 黑色)."""
    if not value:
        return True
    if slot == "gender" and any(
        form in text for form, key in lexicon.GENDER_OF.items() if lexicon.GENDERS_ZH[key] == value and CJK.search(form)
    ):
        return True
    core = value[:-1] if len(value) > 1 and value[-1] in "色季士" else value
    return value in text or (bool(CJK.search(core)) and core in text)


def _sentence(start: list[str], clauses: list[list[str]]) -> list[str]:
    """Topic and clauses. A clause that starts with a verb follows the topic at once, others after a comma."""
    if not clauses:
        return []
    if start and start[0] in "产此本" and clauses[0][0].startswith("<"):
        start = []  # ``产品纯色款式`` lacks a verb
    tokens = list(start)
    for i, clause in enumerate(clauses):
        follows = not i and ((clause[0] in _VERBS and "来" not in start) or not start or start[0] in "产此本")
        tokens += ([] if follows else ["，"]) + clause
    return [*tokens, "。"]


_LINES = (
    ("brand name", "<brand><name>"),
    ("brand name colour", "<brand><name>，<colour>"),
    ("brand article colour", "<brand><colour><article>"),
    ("brand article", "<brand><article>"),
    ("brand name season", "<brand><name>，适合<season>"),
    ("brand name usage", "<brand><name>，适合<usage>"),
    ("brand name material", "<brand><name>，<material>材质"),
    ("name colour", "<name>，<colour>"),
    ("name usage", "<name>，适合<usage>"),
    ("name gender", "<name>，适合<gender>"),
    ("name material", "<name>，<material>材质"),
    ("name flavour", "<name>，<flavour>口味"),
    ("name season", "<name>，适合<season>"),
    ("name", "认识<name>"),
    ("name", "遇见<name>"),
    ("name", "<name>"),
    ("article colour", "<colour><article>"),
    ("article", "这款<article>"),
    ("brand short_name", "<brand><short_name>"),
    ("short_name", "<short_name>"),
    ("short_name", "认识<short_name>"),
)
# What the code above adds outside these tables.
_FIXED = (
    "的这款商品",
    "这款商品",
    "这款",
    "来自",
    "的",
    "产品",
    "此款",
    "本品",
    "为",
    "，属于",
    "类商品",
    "欢迎了解",
    "欢迎浏览",
    "欢迎在",
    "中了解",
    "这款商品属于",
    "类",
    "材质",
    "年",
    "款",
    "在",
    "和",
)
_LAST = (("family", "<family>类商品"), ("brand", "认识<brand>"), ("title", "<title>"))


def ad_copy(facts: Facts, rng: random.Random) -> list[str]:
    """One line as tokens, without an end mark."""
    plans = []
    for needs, plan in _LINES:
        slots = needs.split()
        if not set(slots) <= set(facts) or ("short_name" in facts and "name" in slots):
            continue
        texts = [facts[slot].value for slot in slots]
        if any(says("".join(texts[:i]), texts[i]) for i in range(1, len(texts))) or doubles(plan, texts[-1]):
            continue
        plans.append(plan)
    if "name" in facts:
        plans = [plan for plan in plans if "name" in plan] or plans
        if len(facts["name"].value) <= _SHORT_NAME:
            plans = [plan for plan in plans if "brand" in plan] or plans
    last = [plan for need, plan in _LAST if need in facts] or [f"<{next(iter(facts))}>"]
    return tokens_of(rng.choice(plans or last[:1]))


def literals() -> frozenset[str]:
    """Every run of characters that the sentence plans can add to the facts, and their punctuation."""
    plans = [plan for _, plan in (*_LINES, *_LAST)] + [form for _, forms in _CLAUSES for form in forms]
    plans += list(_FIXED)
    runs = {run for plan in plans for run in re.split(r"<\w+>|\{\w+\}|[，。：；！《》]", plan) if run}
    return frozenset(runs | {run.replace("使用", "穿着") for run in runs} | {"净含量", "重量", "尺码", "尺寸"})
