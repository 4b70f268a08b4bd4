"""Choosing one of several ways by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from mmgen.config.params import nearest

T = TypeVar("T")


def entry(entries: Mapping[str, T], name: str, key: str) -> T:
    """The entry of a name. Raises ValueError that says which ``key`` of the configuration is wrong, and what is near.

    Checked where it is used: the configuration knows no models.
    """
    if name not in entries:
        raise ValueError(f"{key}: there is no {name!r}.{nearest(name, list(entries))}")
    return entries[name]
