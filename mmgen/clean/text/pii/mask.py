"""Masks personal data in product texts: e-mail addresses, telephone numbers, payment cards, identity numbers, postal
addresses that a label calls somebody's, and what lets one in by a URL.

Every number is checked by its own rule (Luhn, ISO 7064, a real birth date, a numbering plan), because a shop's texts
are full of digits that are nobody's: article numbers, EANs, sizes, prices, dates. A label beside a number decides where
its form does not: what follows "SKU" or "型号" is never masked, what follows "Tel" or "电话" is with fewer digits. A
postal address without a label is the maker's, which the law may ask for, and stays.
All patterns have bounded repeats, so a megabyte of digits costs no more than one of letters.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator

from mmgen.clean.text.pii.address import find_addresses
from mmgen.clean.text.pii.checks import (
    EXTENSION,
    Label,
    has_card_form,
    has_trunk_zero,
    is_called_phone,
    is_card,
    is_chinese_id,
    is_iban,
    is_luhn,
    is_phone,
    is_ssn,
)
from mmgen.clean.text.pii.labels import calls_id, calls_phone_after, is_not_personal, labels

EMAIL, PHONE, CARD, ID, SECRET, ADDRESS = "[email]", "[phone]", "[card]", "[id]", "[secret]", "[address]"
MASKS = re.compile("|".join(map(re.escape, (EMAIL, PHONE, CARD, ID, SECRET, ADDRESS))))
"""Every mask that is written into a text; whoever looks for masks, looks for these."""

# One character for one, so that what is found in the copy lies at the same place in the text
_ASCII_FORM = (
    {0xFF01 + i: 0x21 + i for i in range(94)}
    | {zero + i: 0x30 + i for zero in (0x0660, 0x06F0, 0x0966) for i in range(10)}
    | dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212), 0x2D)
    | dict.fromkeys((0x00A0, 0x2002, 0x2003, 0x2007, 0x2009, 0x202F, 0x3000), 0x20)
    | {0xFFE5: 0xA5}
)

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}(?:@|%40)"
    r"(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}(?![A-Za-z0-9@])"
)
_EMAIL_SPELLED = re.compile(
    r"(?<![A-Za-z0-9._+-])[A-Za-z0-9][A-Za-z0-9._+-]{0,63} ?(?:[\[(] ?at ?[\])]| AT ) ?[A-Za-z0-9-]{1,63}"
    r"(?: ?(?:\.|[\[(] ?dot ?[\])]| DOT ) ?[A-Za-z]{2,24}){1,3}(?![A-Za-z0-9])"
)
_HAS_EMAIL = re.compile(r"@|%40|[\[( ] ?at ?[\]) ]", re.IGNORECASE)

_URL_LOGIN = re.compile(r"(?<=://)[^\s/@:?#]{1,128}:[^\s/@?#]{1,128}(?=@)")
_URL_SECRET = re.compile(
    r"(?<=[?&#;])(?:[a-z]{1,12}[_-]?)?(?:token|auth|api[_-]?key|secret|passw(?:or)?d|pass|pwd|session(?:_?id)?|sid|jwt|sig"
    r"|signature|credential)=(?P<value>[A-Za-z0-9._~%+/=-]{4,2000})",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:https?://|www\.)[!-~]{1,2000}", re.IGNORECASE)

_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9_#$€£¥])\+?\(?\+?[0-9](?:[ ().+/-]{{0,3}}[0-9]){{5,24}}(?:{EXTENSION}|[ -]?[Xx])?"
    r"(?![A-Za-z0-9_%])",
    re.IGNORECASE,
)
_UNIT = re.compile(r"[^ /]+")
_MAX_UNITS = 6  # groups of digits between spaces that are tried as one number
_SHORTEST, _LONGEST = 6, 24  # digits of a number that is anybody's, with its extension
_AND = re.compile(r" ?(?:[,，、/&(]|或者?|or|and|和){1,2} ?", re.IGNORECASE)

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])")
_NINO = re.compile(
    r"(?<![A-Za-z0-9])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D](?![A-Za-z0-9])"
)
_LABELLED_ID = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{0,3}-?[0-9](?:[ -]?[0-9]){4,17}(?: ?[A-Z]|\([0-9A-Z]\))?(?![A-Za-z0-9])"
)
_HANDLE = re.compile(
    r"(?:(?<![A-Za-z])(?:wechat|weixin|vx|wx|qq|skype|telegram)(?: ?(?:id|no|number|群|群号|号))?"
    r"|微信号|微信|薇信号?|威信|[加➕][Vv微薇]信?|[Vv]信|扣扣|企鹅号)"
    r" ?[:：是]? ?"
    r"(?P<handle>[A-Za-z0-9][A-Za-z0-9_.-]{4,24})(?![A-Za-z0-9_])",
    re.IGNORECASE,
)

Span = tuple[int, int, str]


def mask_personal_data(text: str) -> tuple[str, int]:
    """The text with each find replaced by its mask ([email], [phone] ...), and how many there were."""
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
    rules: list[Callable[[str, list[Span]], Iterator[Span]]] = []
    if "=" in plain or "://" in plain:
        rules.append(_secrets)
    if _HAS_EMAIL.search(plain):
        rules.append(_emails)
    if any(character in plain for character in "0123456789"):
        rules += [_checked_ids, _addresses, _labelled_ids, _numbers]
    rules.append(_handles)
    for rule in rules:
        found = [span for span in rule(plain, taken) if not _overlaps(span, taken)]
        taken = sorted(taken + found) if found else taken
    return taken


def _overlaps(span: Span, taken: list[Span]) -> bool:
    at = bisect_left(taken, span)
    before, after = taken[max(0, at - 1) : at], taken[at : at + 1]
    return any(span[0] < end and start < span[1] for start, end, _ in (*before, *after))


def _secrets(plain: str, _: list[Span]) -> Iterator[Span]:
    """Name and password before a URL's host, and parameters that let one in."""
    for match in _URL_LOGIN.finditer(plain):
        yield *match.span(), SECRET
    for match in _URL_SECRET.finditer(plain):
        yield match.start("value"), match.end("value") - (match["value"][-1] == "."), SECRET


def _emails(plain: str, _: list[Span]) -> Iterator[Span]:
    end = 0
    for match in sorted((*_EMAIL.finditer(plain), *_EMAIL_SPELLED.finditer(plain)),
                        key=lambda m: (m.start(), -m.end())):  # fmt: skip
        if match.start() >= end:
            end = match.end()
            yield match.start(), end, EMAIL


def _handles(plain: str, _: list[Span]) -> Iterator[Span]:
    for match in _HANDLE.finditer(plain):
        if any(c.isdigit() or c in "_-" for c in match["handle"]):
            yield match.start("handle"), match.end("handle"), ID


def _addresses(plain: str, _: list[Span]) -> Iterator[Span]:
    for start, end in find_addresses(plain):
        yield start, end, ADDRESS


def _checked_ids(plain: str, _: list[Span]) -> Iterator[Span]:
    """IBAN (mod 97) and British national insurance numbers."""
    for match in _IBAN.finditer(plain):
        if is_iban(match.group().replace(" ", "")):
            yield *match.span(), CARD
    for match in _NINO.finditer(plain):
        if not is_not_personal(plain, match.start()):
            yield *match.span(), ID


def _labelled_ids(plain: str, _: list[Span]) -> Iterator[Span]:
    """What a label calls the number of a document."""
    for match in _LABELLED_ID.finditer(plain):
        if calls_id(plain, match.start()):
            yield *match.span(), ID


def _numbers(plain: str, taken: list[Span]) -> Iterator[Span]:
    """Runs of digits and separators, each judged as a whole and then by its parts."""
    urls = [match.span() for match in _URL.finditer(plain)] if "://" in plain or "www." in plain else []
    ends = {end for _, end, mask in taken if mask in (EMAIL, PHONE)}
    last, at_url = -1, 0  # where the last telephone number ended; the URL that may hold the number
    for match in _NUMBER.finditer(plain):
        start = match.start()
        while at_url < len(urls) and urls[at_url][1] <= start:
            at_url += 1
        in_url = at_url < len(urls) and urls[at_url][0] <= start
        label, is_card_called = labels(plain, start, in_url)
        if label is Label.NOT_PERSONAL:
            continue
        # "Tel. 12345678 or 87654321", "010 12345678 王女士"
        if label < Label.LIKELY and (_follows(plain, start, last, ends) or calls_phone_after(plain, match.end())):
            label = Label.LIKELY
        for span in _judge(match.group(), start, label, is_card_called):
            last = span[1] if span[2] == PHONE else last
            yield span


def _follows(plain: str, start: int, last: int, ends: set[int]) -> bool:
    return any(
        (at == last or at in ends) and _AND.fullmatch(plain, at, start) for at in range(max(0, start - 5), start)
    )


def _judge(run: str, start: int, label: Label, is_card_called: bool) -> Iterator[Span]:
    """The longest numbers, from the left, that groups between spaces or slashes make up."""
    units = [match.span() for match in _UNIT.finditer(run)]
    nums = [sum(character.isdigit() for character in run[a:b]) for a, b in units]
    at = 0
    while at < len(units):
        first = units[at][0]
        for last in range(min(len(units), at + _MAX_UNITS), at, -1):
            if not _SHORTEST <= sum(nums[at:last]) <= _LONGEST:
                continue
            part = run[first : units[last - 1][1]].rstrip(" .-/(")
            lead = part.startswith("(") and ")" not in part
            mask = kind_of_number(part[lead:], label, is_card_called)
            if mask == PHONE and at and label is Label.NONE and has_trunk_zero(part):
                mask = None  # "9400 1000 0756 0336 48": a zero inside a run begins no number
            if mask:
                yield start + first + lead, start + first + len(part), mask
                at = last
                break
        else:
            at += 1
        # What a label says, it says of the number beside it, and of others behind a slash
        if at < len(units) and "/" not in run[units[at - 1][1] : units[at][0]]:
            label = Label.NONE


def kind_of_number(run: str, label: Label = Label.NONE, is_card_called: bool = False) -> str | None:
    """The mask for one number as written, or None where it is nobody's.

    label: what the words before say of a telephone number. is_card_called: they name a payment card.
    """
    digits = re.sub(r"[^0-9Xx]", "", run).upper()
    if len(digits) < _SHORTEST:
        return None
    if len(digits) == 18 and is_chinese_id(digits):
        return ID
    num_digits = len(digits.replace("X", ""))
    if "X" not in digits:
        if num_digits == 9 and is_ssn(run):
            return ID
        if num_digits >= 13 and has_card_form(run) and (is_card(digits) or (is_card_called and is_luhn(digits))):
            return CARD
    elif digits[-1] == "X":
        return None
    is_called = label is not Label.NONE and is_called_phone(run, num_digits, label)
    return PHONE if is_called or is_phone(run, num_digits) else None
