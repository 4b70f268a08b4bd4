"""Check sums and forms by which a number tells that it is a card, an identity number or a telephone number."""

from __future__ import annotations

import re
from datetime import date
from enum import IntEnum

_CARD_PREFIX = re.compile(
    r"4[0-9]{15}(?:[0-9]{3})?|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    r"|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}|35(?:2[89]|[3-8][0-9])[0-9]{12}"
    r"|62[0-9]{14,17}"
)
_CARD_FORM = re.compile(r"[0-9]{13,19}|[0-9]{4}(?:[ -][0-9]{1,6}){2,5}")
_SSN = re.compile(r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}")
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}[-/. ][0-9]{1,2}[-/. ][0-9]{1,2}|[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ](?:19|20)?[0-9]{2}"
    r"|(?:19|20)[0-9]{2}(?:[-/ ](?:19|20)[0-9]{2})+|(?:[01][0-9]|2[0-4])[0-5][0-9]-(?:[01][0-9]|2[0-4])[0-5][0-9]"
)
# "x144", "ext. 12", "转802": what follows a number inside a company
EXTENSION = r"(?: ?(?:x|ext\.?|extension|转|轉|分机|#) ?[0-9]{1,6})"
_HAS_EXTENSION = re.compile(rf".*[0-9]{EXTENSION}", re.IGNORECASE)
_PHONE = re.compile(
    "(?:"
    + "|".join(
        (
            r"\+[1-9][0-9]{0,2}(?:[ ().-]{0,3}[0-9]){6,12}",  # international
            r"00[1-9][0-9]{0,2}[ -](?:[ ()-]{0,2}[0-9]){6,12}|0086[ -]?1[3-9][0-9]{9}",  # with a prefix dialled
            r"(?:\(?\+?86\)?[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}",  # Chinese mobile
            # Chinese landline, with an extension
            r"(?:\(?86\)?[ -]?)?0(?:10|2[0-9]|[3-9][0-9]{2})[ -][1-9][0-9]{2,3}[ -]?[0-9]{4}(?:-[0-9]{1,5})?",
            r"\(0(?:10|2[0-9]|[3-9][0-9]{2})\)[ -]?[1-9][0-9]{2,3}[ -]?[0-9]{4}(?:-[0-9]{1,5})?",
            r"[48]00[ -][0-9]{3,4}[ -]?[0-9]{3,4}|400[0-9]{7}",  # Chinese service numbers
            r"(?:\+?1[ .-])?\(?[2-9][0-8][0-9]\)?[ .-][2-9][0-9]{2}[ .-][0-9]{4}",  # North American
            r"\([0-9]{2,5}\)[ -]?[0-9]{3,5}[ .-]?[0-9]{3,5}",  # an area in brackets, anywhere
            r"0[1-9](?:[ .][0-9]{2}){4}",  # French
            r"07[0-9]{9}",  # British mobile, unbroken
            r"8[ -]?\([0-9]{3,5}\)[ -]?[0-9]{1,3}(?:-[0-9]{2}){2}",  # Russian
            rf"(?:\+?1[ .-])?\(?[0-9]{{3}}\)?[ .-]?[0-9]{{3}}[ .-]?[0-9]{{4}}(?={EXTENSION}$)",
            rf"\(?0[0-9]{{2,3}}\)?[ -]?[0-9]{{3,4}}[ -]?[0-9]{{4}}(?={EXTENSION}$)",
        )
    )
    + rf"){EXTENSION}?",
    re.IGNORECASE,
)
# With the trunk zero and gaps, as in most of the world
_TRUNK = re.compile(
    r"\(?0[1-9][0-9]{0,4}\)?[ -](?:[0-9]{2,8} ){0,2}[0-9]{3,8}|0[1-9][0-9]{0,3}(?:-[0-9]{3,4})?-[0-9]{4}"
)
_MIN_PHONE, _MAX_PHONE = 8, 15  # digits of a number that no label calls one; ITU-T E.164


class Label(IntEnum):
    """What the words beside a number say of it."""

    NOT_PERSONAL = -1
    NONE = 0
    NEAR = 1  # a word of telephoning stands in the same sentence: "Call our studio in Leeds on"
    LIKELY = 2  # "Phone", "Mobile": they also begin a list of sizes
    SURE = 3  # "Tel": nothing but a telephone number follows


def is_luhn(digits: str) -> bool:
    """The check sum of ISO/IEC 7812."""
    total = sum(int(d) for d in digits[-1::-2]) + sum(sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """A payment card: a known issuer's prefix and length, and the Luhn sum. EAN-13 codes are shorter than any."""
    return _CARD_PREFIX.fullmatch(digits) is not None and is_luhn(digits)


def has_card_form(run: str) -> bool:
    """Whether ``run`` is grouped as the digits on a card are, or not at all."""
    return _CARD_FORM.fullmatch(run) is not None


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


def is_ssn(run: str) -> bool:
    """A social security number of the United States as it is written, 3-2-4, in the ranges that are given out."""
    return _SSN.fullmatch(run) is not None


# Length of an account number by country (the IBAN registry of ISO 13616)
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FO FI GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip


def is_iban(compact: str) -> bool:
    """An international bank account number (ISO 13616): the country's length, remainder 1 modulo 97."""
    if _IBAN_LENGTHS.get(compact[:2]) != len(compact) or not compact[2:4].isdigit():
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


def is_phone(run: str, num_digits: int) -> bool:
    """Whether the form alone says that it is a telephone number."""
    if num_digits < _MIN_PHONE:
        return False
    is_form = _PHONE.fullmatch(run) or (9 <= num_digits <= 12 and _TRUNK.fullmatch(run))
    return bool(is_form) and not _DATE.fullmatch(run.strip("()")) and not _is_list(run)


def _is_list(run: str) -> bool:
    """Round numbers side by side, as in "400 800 1600 dpi"."""
    groups = run.split(" ")
    return len(groups) > 2 and all(group.isdigit() and group[-1] == "0" and group[0] != "0" for group in groups)


def has_trunk_zero(run: str) -> bool:
    """Whether a number begins as a domestic one: with one zero, as article codes do too."""
    return run.lstrip("(")[:1] == "0" and run.lstrip("(")[:2] != "00"


def is_called_phone(run: str, num_digits: int, label: Label) -> bool:
    """Whether a number that stands where a telephone number is expected can be one."""
    if _DATE.fullmatch(run.strip("()")):
        return False
    if _HAS_EXTENSION.fullmatch(run):
        return True
    longest = max(len(group) for group in re.findall("[0-9]+", run))
    if label is Label.SURE:
        return 6 <= num_digits <= _MAX_PHONE and (longest >= 3 or "-" not in run)
    if label is Label.LIKELY:
        return longest >= 3 and 7 <= num_digits <= _MAX_PHONE and (longest >= 4 or num_digits >= 9)
    return longest >= 3 and 9 <= num_digits <= 12 and not _is_upc(run)


def _is_upc(run: str) -> bool:
    """A product's bar code, UPC-A: 12 digits whose weighted sum is a multiple of 10."""
    return len(run) == 12 and run.isdigit() and sum(int(d) * (3, 1)[i % 2] for i, d in enumerate(run)) % 10 == 0
