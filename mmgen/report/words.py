"""Values as an analyst reads them: numbers, shares, changes, languages. Pure functions, used by the page."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mmgen.kinds import KINDS

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SLIGHT = 0.02
"""A figure or share that moved by less than this part of itself is drawn, but not called good or bad."""
DASH = "–"

STATUS_LABELS = {"approved": "Approved", "borderline": "Waits for a person", "rejected": "Rejected"}
FIGURE_LABELS = {
    "image_psnr_db": "Image reconstruction, PSNR (dB)",
    "image_ssim": "Image reconstruction, SSIM",
    "text_perplexity": "Text perplexity a token",
    "retrieval_recall_at_10": "Photo found by its text, recall at 10",
    "elbo": "ELBO (nats a product)",
    "kl": "KL to the prior (nats)",
    "active_units": "Dimensions of the latent in use",
    "log_likelihood": "Importance-weighted log likelihood (nats a product)",
    "coherence": "Attributes told rightly from one medium alone",
    "coherence_from_image": "Attributes told rightly from the photo alone",
    "coherence_from_text": "Attributes told rightly from the text alone",
    "coherence_from_audio": "Attributes told rightly from the clip alone",
    "coherence_from_all": "Attributes told rightly from all media",
}
LOWER_IS_BETTER = ("perplexity", "_nll", "kl")


@dataclass(frozen=True)
class Change:
    """A difference to the previous date: what is drawn, what is read aloud, and whether it is good news."""

    text: str
    spoken: str
    tone: str  # good, bad or flat


def kind_labels() -> dict[str, str]:
    """Kind of content -> how the page calls it."""
    return {name: kind.label for name, kind in KINDS.items()}


def clip(text: str | None, limit: int) -> str:
    """At most ``limit`` characters of a text, without what a page or UTF-8 cannot hold."""
    clean = _UNPRINTABLE.sub("", (text or "")[: limit + 1]).encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def whole(value: float | None) -> str:
    """``1,962``; a dash where nothing is known."""
    return DASH if value is None else f"{value:,.0f}"


def real(value: float | None) -> str:
    """Three significant digits: ``0.0123``, ``12.3``, ``1,235``."""
    if value is None or not math.isfinite(value):
        return DASH
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    digits = min(4, max(0, 2 - math.floor(math.log10(abs(value)))))
    return f"{value:,.{digits}f}"


def percent(value: float | None) -> str:
    """``98.1%``: never rounded up to 100%, nor down to 0%, where some are missing or some are there."""
    if value is None:
        return DASH
    if 0.9995 <= value < 1:
        return "> 99.9%"
    if 0 < value < 0.0005:
        return "< 0.1%"
    return f"{100 * value:.0f}%" if value in (0, 1) else f"{100 * value:.1f}%"


def live_share(actions: Mapping[str, int]) -> float | None:
    """Of the pieces of content that a date published, those that are live; None where there are none."""
    live = sum(actions.get(name, 0) for name in ("inserted", "updated", "unchanged"))
    return live / sum(actions.values()) if actions else None


def seconds(value: float | None) -> str:
    """``4.2 s``, ``3 min 05 s``."""
    if value is None:
        return DASH
    minutes, rest = divmod(round(value), 60)
    return f"{value:.1f} s" if value < 60 else f"{minutes} min {rest:02d} s"


def change(value: float | None, before: float | None, unit: str = "", is_better: str = "") -> Change | None:
    """``unit`` "" counts, "share" gives percentage points, "real" three digits. None where there is no comparison.

    ``is_better``: "up" or "down" colours it; "" leaves it neutral.
    """
    if value is None or before is None:
        return None
    shown = {"share": lambda x: f"{100 * x:.1f} pts", "real": real}.get(unit, whole)
    difference = value - before
    # What would be drawn as the same number is the same
    if shown(abs(difference)) in {whole(0), f"{0:.1f} pts"} or value == before:
        return Change("=", "the same", "flat")
    is_up = difference > 0
    is_slight = unit != "" and abs(difference) < SLIGHT * max(abs(value), abs(before))
    tone = "flat" if not is_better or is_slight else "good" if is_up == (is_better == "up") else "bad"
    size = shown(abs(difference))
    return Change(f"{'▲' if is_up else '▼'} {size}", f"{'up' if is_up else 'down'} by {size}", tone)


def language_tag(locale: str | None) -> str:
    """A value for ``lang``: the locale where it is a language tag, else "" (unknown)."""
    tag = (locale or "").replace("_", "-")
    return tag if _LANGUAGE_TAG.fullmatch(tag) and tag != "und" else ""


def readable(name: str) -> str:
    """``image_not_an_image`` -> ``image not an image``."""
    return name.replace("_", " ")


def is_lower_better(figure: str) -> bool:
    """Whether a model's figure is better where it is lower."""
    return figure.endswith(LOWER_IS_BETTER)
