"""What a column can be, and what may be done with it."""

from __future__ import annotations

from enum import StrEnum


class Disposition(StrEnum):
    """What becomes of a column: said to customers; used by models and not said; hidden from both."""

    SAY = "say"
    USE = "use"
    HIDE = "hide"


class Role(StrEnum):
    """What a column holds."""

    IDENTIFIER = "identifier"
    TITLE = "title"
    KIND = "kind"
    TEXT = "text"
    BRAND = "brand"
    COLOUR = "colour"
    MATERIAL = "material"
    SIZE = "size"
    MEASURE = "measure"
    NUMBER = "number"
    DATE = "date"
    MONEY = "money"
    CURRENCY = "currency"
    FLAG = "flag"
    LIST = "list"
    IMAGE = "image"
    AUDIO = "audio"
    ADDRESS = "address"
    LOCALE = "locale"
    INTERNAL = "internal"
    WARNING = "warning"
    ORIGIN = "origin"
    GENDER = "gender"
    AUDIENCE = "audience"
    USE = "use"
    CARE = "care"
    COMPATIBILITY = "compatibility"
    CERTIFICATE = "certificate"
    CONDITION = "condition"
    UPDATED = "updated"
    ATTRIBUTE = "attribute"
