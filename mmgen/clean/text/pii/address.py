"""Postal addresses that a label calls somebody's: where a parcel goes, where a customer lives.

An address without such a label stays, for a shop's texts name makers and branches on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LABEL = re.compile(
    r"\b(?:(?:ship|deliver|post|mail|send)(?:ped|ed|ing)?(?: [a-z]{1,8}){0,3}? to"
    r"|(?:shipping|delivery|home|postal|mailing|residential|recipient(?:'s)?|customers?(?:'s)?(?: home)?|billing"
    r"|private|my|his|her|buyer(?:'s)?) address(?: is| was)?|(?:he|she|who|customer|buyer) lives at)[ :\n-]{1,4}"
    r"|(?:(?:收货|收件|寄送|送货|配送|家庭|邮寄|通讯|通信|现住|居住|户籍)(?:人)?(?:地址|住址)|住址"
    r"|(?:寄|送|发|邮)(?:到|往|至|去)|(?:寄|送|发)(?:到|往|至)?(?:这个|以下|下面)?(?:的)?地址|收貨地址)"
    r"(?:是|为|这个地址|以下地址)?[ :：\n]{0,3}",
    re.IGNORECASE,
)
_POSTCODE = (
    r"(?:[A-Z]{2},? [0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]"
    r"|[0-9]{4,6}(?:-[0-9]{3,4})?)"
)
_NAME = r"(?-i:(?:[A-Z][\w.'-]{0,20},? ){0,5})(?:(?:flat|apt|unit|studio|suite|no)\.? )?"
# At most a name before the first number; the street; a place; the postcode, or the end of the line
_WESTERN = re.compile(
    rf"{_NAME}[0-9]{{1,6}}[^\n;]{{8,120}}?\b{_POSTCODE}(?![A-Za-z0-9])"
    rf"|{_NAME}[0-9]{{1,6}}[^\n;.]{{0,40}}\b(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|square|way|close|place"
    r"|crescent|terrace|gardens?|highway|boulevard|blvd|flat|apt|suite|stra(?:ß|ss)e|rue|via|calle)\b[^\n;.]{0,60}",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"[\u4e00-\u9fff]{2,40}[0-9]{1,5}(?:号楼|号院|号|弄|栋|幢|村|组|號)"
    r"(?:[\u4e00-\u9fff]{0,10}[0-9A-Za-z-]{1,6}(?:号楼|号|栋|幢|座|单元|楼|层|室|房|户|號|樓)){0,5}[0-9]{0,5}"
)


def find_addresses(plain: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each address that follows a label; ``plain`` has its digits in ASCII."""
    for label in _LABEL.finditer(plain):
        pattern = _WESTERN if label.group()[0].isascii() else _CHINESE
        found = pattern.match(plain, label.end())
        if found:
            yield label.end(), label.end() + len(found.group().rstrip(" ,"))
