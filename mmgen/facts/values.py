"""Values of a product as a customer reads them: junk dropped, spelt as mid-sentence words, in the record's language."""

from __future__ import annotations

import html
import re
import unicodedata

from mmgen.clean.text.pii.mask import MASKS, mask_personal_data
from mmgen.facts import lexicon
from mmgen.facts.words import PAIRS, canon, canonical, singular, spelling, word_set

CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
MARKUP = re.compile(r"<[^>]{1,200}>|```|\{\{.*?\}\}|\$\{.*?\}")
LINK = re.compile(r"https?://\S+|www\.\S+|\b[\w.-]+@[\w-]+\.\w+", re.I)
MACHINE = re.compile(
    r"^(?:[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f-]{20,}|\d{8,}|[\w./\\-]+\.(?:jpe?g|png|webp|wav|mp3|mp4|pdf|html?))$", re.I
)
MASKED = re.compile(rf"{MASKS.pattern}|\[(?:e-mail|masked|redacted)\]|\*{{3,}}|█", re.I)  # ours, and what shops write
INJECTION = re.compile(
    r"ignore\s+(?:all\s+|the\s+|any\s+)*(?:previous|prior|above)|disregard\s+(?:all|the|previous)|system\s+prompt"
    r"|as an ai\b|language model|lorem ipsum|you are (?:now|an?) (?:assistant|ai|chatbot)|忽略(?:之前|以上|上述|前面)"
    r"|系统提示|作为(?:一个)?(?:AI|人工智能)",
    re.I,
)
# Claims that need proof, or that the advertising law of China (article 9) bans. Not: "best before", "last", "at least".
BANNED = re.compile(
    r"\b(?:the\s+)?(?:very\s+)?best(?!\s+(?:before|by|kept|served|stored|used|enjoyed|eaten|way)\b)(?:-?sell(?:er|ing))?\b|\bno\.?\s?1\b(?!\d)|#\s?1\b"
    r"|\bnumber[\s-]one\b|\bworld'?s\s+\w+est\b|\b(?:world|market|industry)[\s-]leading\b|\btop[\s-]rated\b|\bultimate\b"
    r"|\bunbeatable\b|\bunrivall?ed\b|\bunmatched\b|\bcheapest\b|\blowest\s+prices?\b|\bfinest\b|\bgreatest\b"
    r"|\bguarantee[ds]?\b|\bmiracle\b|\brisk[\s-]free\b|\bmost\s+(?:popular|purchased|sold|advanced|trusted|loved)\b|\bperfect(?:ly)?\b"
    r"|\b(?:hot|huge|big|mega|flash)\s+(?:sale|deal)s?\b|\bclearance\b|\bfree\s+shipping\b|\bbuy\s+now\b|\blimited\s+offer\b"
    r"|(?:全网)?最?低价|最(?!近|后|初|终|多|少|大|小|长|短)|第一(?!代|章|册|卷|部|人称)|唯一|顶级|顶尖|极致|极品|国家级|世界级|全球首|全网|首选|绝对|史上|独家|万能|王牌|冠军"
    r"|完美|百分百|100%(?:满意|有效|正品)|永久|包邮|厂家直销|爆款|特价|清仓|秒杀|热卖|热销|正品|销量冠军|No\.?1",
    re.I,
)
PROFANITY = re.compile(
    r"\b(?:fuck\w*|shit(?:ty)?|bitch\w*|asshole\w*|bastards?|cunts?|wank\w*|slut\w*|whores?)\b|傻逼|他妈的|操你|王八蛋|婊子|贱人|狗屎",
    re.I,
)
_ZH = {
    "colour": lexicon.COLOURS,
    "season": lexicon.SEASONS,
    "material": lexicon.MATERIALS,
    "usage": lexicon.USAGES,
    "pattern": lexicon.PATTERNS_ZH,
    "gender": lexicon.GENDERS_ZH,
}
_EN = {slot: {zh: en for en, zh in reversed(words.items())} for slot, words in _ZH.items()}
_ZH_BY_CANON = {slot: {canonical(en): zh for en, zh in reversed(words.items())} for slot, words in _ZH.items()}
_FORMS = {
    "colour": lexicon.COLOUR_OF,
    "gender": lexicon.GENDER_OF,
    "season": lexicon.SEASON_OF,
    "pattern": lexicon.PATTERN_OF,
}
# Slots whose values are common words, said in lower case inside a sentence.
COMMON = word_set("colour season usage material pattern fit style flavour department family gender article quantity")
SPLIT = re.compile(r"\s*(?:[,;|、，；]|\s[/&+]\s|\s+and\s+|(?<=[^\d\s])/(?=[^\d\s]))\s*")


def text_length(text: str, language: str) -> int:
    """Length as it is read: in a Chinese text two Latin letters or digits take the room of one character."""
    chinese = len(CJK.findall(text)) + len(re.findall(r"[，。：；！、（）《》]", text))
    return chinese + (len(text) - chinese + 1) // 2 if language == "zh" else len(text)


def cleaned(text: str | None) -> str:
    """One line of plain text: entities decoded, tags, control characters, emoji and doubled spaces removed."""
    plain = html.unescape(text or "")
    plain = MARKUP.sub(" ", plain)
    plain = unicodedata.normalize("NFC", plain).replace("\ufffd", " ").replace("’", "'")
    kept = [c if c.isprintable() and unicodedata.category(c) not in ("So", "Co", "Cn", "Sk") else " " for c in plain]
    return " ".join("".join(kept).split())


def is_private(text: str) -> bool:
    """Whether a text holds personal data or the mark of some that was masked."""
    return bool(MASKED.search(text)) or mask_personal_data(text)[1] > 0


def without_private(text: str) -> str:
    """The text with personal data and the marks of masked data taken out."""
    return " ".join(MASKED.sub(" ", mask_personal_data(text)[0]).split())


def usable(value: str) -> bool:
    """Whether a value says something to a customer."""
    low = value.lower().strip(" .")
    if not value or low in lexicon.JUNK or low.replace(" ", "_") in lexicon.JUNK:
        return False
    if not re.search(r"\w", value) or MACHINE.match(value) or LINK.search(value):
        return False
    return not (INJECTION.search(value) or BANNED.search(value) or PROFANITY.search(value))


def reading(slot: str, value: str, language: str) -> str | None:
    """The reading form of a value in the record's language, or None where it has none worth saying.

    Known words are translated both ways; a list becomes ``a, b and c`` or ``a、b和c``.
    """
    if re.fullmatch(r"-?\d+\.0+", value):
        value = value.split(".")[0]
    if slot == "year":
        year = re.search(r"(?<!\d)(?:19|20)\d{2}(?!\d)", value)
        return year.group(0) if year else None
    parts = [value] if slot in ("size", "dimensions", "model", "brand") else SPLIT.split(value)
    said = [word for part in parts if part and (word := _one(slot, part, language))]
    unlike: dict[tuple[str, ...], str] = {}
    for word in said:
        unlike.setdefault(canonical(word), word)  # ``Fall/Autumn`` is one
    return joined(list(unlike.values()), language) if said else None


def joined(parts: list[str], language: str) -> str:
    """``a, b and c`` or ``a、b和c``."""
    if len(parts) < 2:
        return "".join(parts)
    if language == "zh":
        return "、".join(parts[:-1]) + "和" + parts[-1]
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def _one(slot: str, part: str, language: str) -> str | None:
    plain = part.replace("_", " ").strip(" .")
    if not usable(plain):
        return None
    low = plain.lower()
    key = _FORMS.get(slot, {}).get(low, low)
    if language == "zh":
        return _chinese(slot, plain, key)
    key = _EN.get(slot, {}).get(plain, key)
    key = _EN.get(slot, {}).get(plain + "色", key) if slot == "colour" else key
    if CJK.search(key):
        return plain if slot in ("brand", "model", "author", "publisher") else None
    if (
        (slot == "colour" and low in lexicon.COLOUR_OF)
        or key in lexicon.GENDERS_ZH
        or key in lexicon.SEASONS
        or key in lexicon.PATTERNS
    ):
        return key
    if key != low and CJK.search(plain):
        return key
    if slot == "fit":
        plain = re.sub(r"\s+fit$", "", plain, flags=re.I)
    if slot == "style":
        plain = re.sub(r"\s+style$", "", plain, flags=re.I)
    if slot in ("family", "department"):
        return _before_noun(lowered(plain))
    return spelling(lowered(plain)) if slot in COMMON else plain


def _before_noun(phrase: str) -> str:
    """A category before another noun: ``bags`` -> ``bag`` (range); ``accessories`` stays."""
    words = phrase.split()
    last = singular(words[-1])
    return spelling(" ".join([*words[:-1], last if last in PAIRS or canon(last) in lexicon.NOUNS else words[-1]]))


def _chinese(slot: str, plain: str, key: str) -> str | None:
    words = _ZH.get(slot, {})
    if slot == "season" and CJK.search(plain):
        return words.get(key) or (plain if plain.endswith("季") else plain + "季")
    if slot == "colour" and plain + "色" in words.values():
        return plain + "色"
    if key in words:
        return plain if slot == "pattern" and CJK.search(plain) else words[key]
    if canonical(key) in _ZH_BY_CANON.get(slot, {}):
        return _ZH_BY_CANON[slot][canonical(key)]  # ``gray``, ``aluminum``
    if not CJK.search(plain) and len(plain.split()) > 3:
        return None
    if not CJK.search(plain) and slot in COMMON and slot not in ("style", "quantity", "family", "article"):
        return None
    return plain


def lowered(phrase: str) -> str:
    """Title-cased common words in lower case; codes and inner capitals (``PU``, ``USB-C``, ``iPhone``) as they are."""
    return " ".join(
        w.lower()
        if w[:1].isupper() and w[1:].lower() == w[1:] and not re.search(r"\d", w)
        else w.lower()
        if len(w) > 4 and w.isupper() and w.isalpha()
        else w
        for w in phrase.split()
    )


def same_value(one: str, other: str) -> bool:
    """Whether two values are the same words, whatever their spelling and number."""
    return canonical(one) == canonical(other)
