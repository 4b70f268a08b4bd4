"""Logical dates as text: ISO, so that their order is that of time, and a name that is safe for a folder."""

from __future__ import annotations

from datetime import date


def parse_ds(text: str) -> str:
    """A logical date as ISO text. ValueError for anything else."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"{text!r} is no date: a date like 2026-11-01 is wanted") from None
