"""Masks personal data in product texts: e-mail addresses, phone numbers, payment cards, identity numbers.

Every number is checked by its own rule (Luhn, ISO 7064, a real birth date, a numbering plan), because a shop's texts
are full of digits that are nobody's: article numbers, EANs, sizes, prices, dates. A label beside a number decides where
its form does not: what follows "SKU" or "型号" is never masked, what follows "Tel" or "电话" is with fewer digits.
All patterns have bounded repeats, so a megabyte of digits costs no more than one of letters.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import date

EMAIL, PHONE, CARD, ID = "[email]", "[phone]", "[card]", "[id]"
MASKS = re.compile(r"\[(?:email|phone|card|id)\]")

# One character for one, so that what is found in the copy lies at the same place in the text
_ASCII_FORM = (
    {0xFF01 + i: 0x21 + i for i in range(94)}
    | {zero + i: 0x30 + i for zero in (0x0660, 0x06F0, 0x0966) for i in range(10)}
    | dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212), 0x2D)
    | dict.fromkeys((0x00A0, 0x2002, 0x2003, 0x2007, 0x2009, 0x202F, 0x3000), 0x20)
)

_NOT_PERSONAL = re.compile(
    r"(?:\b(?:sku|item|art(?:icle)?|ref(?:erence)?|model|style|part|product|order|isbn|ean|upc|gtin|asin|mpn|serial|batch"
    r"|lot|barcode|catalog(?:ue)?)\b(?:[ -]?(?:no|nr|num|number|code|id))?"
    r"|货号|款号|型号|编号|条码|条形码|订单号|批号|商品码)"
    r"[ .:#№：]{0,4}$",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"(?:\b(?:tel(?:ephone)?|phones?|call(?: us)?(?: at| on)?|ring|mobile|cell|fax|whats ?app|hotline|text|dial|viber"
    r"|(?:phone|mobile|contact|cell|tel) ?(?:no|number|#))\b"
    r"|电话|手机号码|手机号|手机|联系方式|联系|致电|热线|传真|座机|拨打|微信同号)"
    r"[ .:#：]{0,4}(?:number|is|号码|号|是|为)?[ .:：]{0,3}$",
    re.IGNORECASE,
)
_ID_LABEL = re.compile(
    r"(?:\b(?:passport|national id|id card|identity card|ssn|social security|driver'?s? licen[cs]e|nino|tax id)"
    r"(?: ?(?:no|number|#))?\b"
    r"|护照号码|护照号|护照|身份证号码|身份证号|身份证|港澳通行证)[ .:#：]{0,4}(?:is|是|为)?[ :：]{0,2}$",
    re.IGNORECASE,
)

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}(?:@|%40)"
    r"(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}(?![A-Za-z0-9@])"
)
_EMAIL_SPELLED = re.compile(
    r"(?<![A-Za-z0-9._+-])[A-Za-z0-9][A-Za-z0-9._+-]{0,63} ?(?:[\[(] ?at ?[\])]| AT ) ?[A-Za-z0-9-]{1,63}"
    r" ?(?:\.|[\[(] ?dot ?[\])]| DOT ) ?[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
_URL_LOGIN = re.compile(r"(?<=://)[^\s/@:?#]{1,128}:[^\s/@?#]{1,128}(?=@)")
_NUMBER = re.compile(r"(?<![A-Za-z0-9_#$€£¥])\+?\(?[0-9](?:[ ().+/-]{0,3}[0-9]){5,24}(?:[ -]?[Xx])?(?![A-Za-z0-9_%])")
_GROUPED_ID = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?"
    r"|[A-CEGHJ-PR-TW-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D])(?![A-Za-z0-9])"
)
_HANDLE = re.compile(
    r"(?:(?<![A-Za-z])(?:wechat|weixin|qq|skype|telegram)(?: ?(?:id|no|number|群))?|微信号|微信|扣扣|企鹅号)"
    r"[ ]{0,2}[:：]?[ ]{0,2}"
    r"(?P<handle>[A-Za-z0-9][A-Za-z0-9_.-]{4,24})(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
_LABELLED_ID = re.compile(r"(?<![A-Za-z0-9])[A-Z]{0,3}[0-9]{6,12}[A-Z]?(?![A-Za-z0-9])")

_HAS_EMAIL = re.compile(r"@|%40|[\[( ] ?at ?[\]) ]", re.IGNORECASE)
_LABEL_CHARS = 28
_SHORTEST = 6  # digits of the shortest number that is anybody's
_WIDE_PARTS = re.compile(r"[^ /]+(?: [^ /]+)*")
_PARTS = re.compile(r"[^ /]+")

Span = tuple[int, int, str]


def mask_personal_data(text: str) -> tuple[str, int]:
    """The text with each find replaced by [email], [phone], [card] or [id], and how many there were."""
    spans = find_personal_data(text)
    if not spans:
        return text, 0
    parts, offset = [], 0
    for start, end, mask in spans:
        parts += [text[offset:start], mask]
        offset = end
    return "".join([*parts, text[offset:]]), len(spans)


def find_personal_data(text: str) -> list[Span]:
    """(start, end, mask) of each find, in order and apart. Earlier rules win where two claim the same characters."""
    plain = text if text.isascii() else text.translate(_ASCII_FORM)
    taken: list[Span] = []
    rules: list[Callable[[str], Iterator[Span]]] = []
    if _HAS_EMAIL.search(plain):
        rules.append(_emails)
    if any(character in plain for character in "0123456789"):
        rules += [_grouped_ids, _numbers]
    rules.append(_handles)
    for rule in rules:
        found = [span for span in rule(plain) if not _overlaps(span, taken)]
        taken = sorted(taken + found)
    return taken


def _overlaps(span: Span, taken: list[Span]) -> bool:
    at = bisect_left(taken, span)
    before, after = taken[max(0, at - 1) : at], taken[at : at + 1]
    return any(span[0] < end and start < span[1] for start, end, _ in (*before, *after))


def _emails(plain: str) -> Iterator[Span]:
    end = 0
    for match in sorted((*_URL_LOGIN.finditer(plain), *_EMAIL.finditer(plain), *_EMAIL_SPELLED.finditer(plain)),
                        key=lambda m: (m.start(), -m.end())):  # fmt: skip
        if match.start() >= end:
            end = match.end()
            yield match.start(), end, EMAIL


def _handles(plain: str) -> Iterator[Span]:
    for match in _HANDLE.finditer(plain):
        if any(c.isdigit() for c in match["handle"]):
            yield match.start("handle"), match.end("handle"), ID


def _grouped_ids(plain: str) -> Iterator[Span]:
    """IBAN (mod 97), British national insurance numbers, and what a label calls an identity number."""
    for match in _GROUPED_ID.finditer(plain):
        compact = match.group().replace(" ", "")
        if is_iban(compact):
            yield match.start(), match.end(), CARD
        elif len(compact) == 9 and compact[-1].isalpha() and not _label(_NOT_PERSONAL, plain, match.start()):
            yield match.start(), match.end(), ID
    for match in _LABELLED_ID.finditer(plain):
        if _label(_ID_LABEL, plain, match.start()):
            yield match.start(), match.end(), ID


def _label(pattern: re.Pattern[str], plain: str, start: int) -> bool:
    return pattern.search(plain[max(0, start - _LABEL_CHARS) : start]) is not None


def _numbers(plain: str) -> Iterator[Span]:
    """Runs of digits and separators, each judged as a whole and then by its parts."""
    for match in _NUMBER.finditer(plain):
        if _label(_NOT_PERSONAL, plain, match.start()):
            continue
        is_called = _label(_CALL, plain, match.start())
        yield from _judge(match.group(), match.start(), is_called)


def _judge(run: str, start: int, is_called: bool) -> Iterator[Span]:
    mask = kind_of_number(run, is_called)
    if mask:
        yield start, start + len(run.rstrip(" .-/(")), mask
        return
    # "13800138000/13911112222" or "size 38 13800138000": parts between wide gaps first, then between any
    for pattern in (_WIDE_PARTS, _PARTS):
        parts = [part for part in pattern.finditer(run) if len(part.group()) >= _SHORTEST and part.group() != run]
        found = [(part, kind) for part in parts if (kind := kind_of_number(part.group(), is_called))]
        if found:
            for part, kind in found:
                yield start + part.start(), start + part.end(), kind
            return


def kind_of_number(run: str, is_called: bool = False) -> str | None:
    """The mask for one number as written, or None where it is nobody's."""
    digits = re.sub(r"[^0-9Xx]", "", run).upper()
    if len(digits) < _SHORTEST:
        return None
    if is_chinese_id(digits):
        return ID
    if "X" in digits:
        return None
    if _SSN.fullmatch(run):
        return ID
    if is_card(digits) and _CARD_FORM.fullmatch(run):
        return CARD
    if any(form.fullmatch(run) for form in _PHONE_FORMS):
        return PHONE
    if is_called and _SHORTEST <= len(digits) <= 15 and not _DATE.fullmatch(run):
        return PHONE
    return None


_SSN = re.compile(r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}")
_CARD_FORM = re.compile(r"[0-9]{13,19}|[0-9]{4}(?:[ -][0-9]{1,6}){2,5}")
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}[-/. ][0-9]{1,2}[-/. ][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:19|20)?[0-9]{2}"
)
_PHONE_FORMS = tuple(
    re.compile(form)
    for form in (
        r"\+[1-9][0-9]{0,2}(?:[ ().-]{0,3}[0-9]){6,12}",  # international
        r"00[1-9][0-9]{0,2}[ -](?:[ ()-]{0,2}[0-9]){6,12}|0086[ -]?1[3-9][0-9]{9}",  # with a prefix dialled
        r"(?:\(?86\)?[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}",  # Chinese mobile
        # Chinese landline, with an extension
        r"(?:\(?86\)?[ -]?)?\(?0(?:10|2[0-9]|[3-9][0-9]{2})\)?[ -]?[2-9][0-9]{2,3}[ -]?[0-9]{4}(?:-[0-9]{1,5})?",
        r"[48]00[ -][0-9]{3,4}[ -]?[0-9]{3,4}|[48]00[0-9]{7}",  # Chinese service numbers
        r"(?:\+?1[ .-])?\(?[2-9][0-8][0-9]\)?[ .-][2-9][0-9]{2}[ .-][0-9]{4}",  # North American
        r"\([2-9][0-8][0-9]\)[2-9][0-9]{2}[ .-]?[0-9]{4}",
        r"\(?0[1-9][0-9]{1,4}\)?(?:[ -][0-9]{2,8}){1,4}",  # European, with the trunk zero and gaps
        r"0[1-9](?:[ .][0-9]{2}){4}",  # French
        r"07[0-9]{9}",  # British mobile, unbroken
    )
)


def is_luhn(digits: str) -> bool:
    """The check sum of ISO/IEC 7812."""
    total = sum(int(d) for d in digits[-1::-2]) + sum(sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return total % 10 == 0


_CARD_PREFIX = re.compile(
    r"4[0-9]{15}(?:[0-9]{3})?|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    r"|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}|35(?:2[89]|[3-8][0-9])[0-9]{12}"
    r"|62[0-9]{14,17}"
)


def is_card(digits: str) -> bool:
    """A payment card: a known issuer's prefix and length, and the Luhn sum. EAN-13 codes are shorter than any."""
    return _CARD_PREFIX.fullmatch(digits) is not None and is_luhn(digits)


_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_chinese_id(digits: str) -> bool:
    """A resident identity number (GB 11643-1999): region, a birth date that exists, ISO 7064 MOD 11-2 check digit."""
    if len(digits) != 18 or not digits[:17].isdigit() or digits[0] not in "12345678":
        return False
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(d) * weight for d, weight in zip(digits, _ID_WEIGHTS, strict=False))
    return 1900 <= born.year <= 2099 and "10X98765432"[total % 11] == digits[17]


def is_iban(compact: str) -> bool:
    """An international bank account number (ISO 13616): 15 to 34 characters, remainder 1 modulo 97."""
    if not 15 <= len(compact) <= 34 or not compact[:2].isalpha() or not compact[2:4].isdigit():
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1
