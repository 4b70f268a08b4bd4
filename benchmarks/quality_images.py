"""How much of what was taken from a photo on purpose `clean_images` brings back, and which photos it leaves alone.

Each photo is harmed (too little light, a veil, a blur), saved as a JPEG as a shop would send it, cleaned, and compared
with the photo before the harm. "Brought back" is the share of the lost SSIM that the cleaned master has regained:
(SSIM after - SSIM harmed) / (1 - SSIM harmed), summed over the photos; the bar is 0.5.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from report import Interval, Section, bootstrap, options, publish

import numpy as np

import photos
from mmgen.clean.image.rows import clean_image
from mmgen.clean.rows import RejectedError
from mmgen.config.clean import ImageParams

BAR = 0.5
WORSE = 0.005  # SSIM: a smaller loss is that of saving once more
PARAMS = ImageParams()
COLUMNS = (
    "photos", "harm", "strength", "n", "SSIM lost", "brought back", "reaches 0.5", "touched", "SSIM lowered",
    "measures lowered",
)  # fmt: skip

Outcome = tuple[float, float, bool, bool]  # SSIM lost, SSIM regained, whether it was touched, whether a measure fell


def outcome(photo: photos.Pixels, harm: Callable[[photos.Pixels], photos.Pixels] | None) -> Outcome | None:
    """One photo harmed and cleaned; None where cleaning rejects it."""
    harmed = harm(photo) if harm else photo
    data = photos.save(harmed)
    try:
        row = clean_image(data, PARAMS)
    except RejectedError:
        return None
    before = photos.ssim(photos.load(data), photo)
    after = photos.ssim(photos.load(row["master"]), photo)
    return 1 - before, after - before, row["is_enhanced"], row["is_enhanced"] and measures_fell(row)


def measures_fell(row: dict[str, object]) -> bool:
    """Whether the enhanced master, measured again, is flatter or more blurred than what came.

    Brightness is no fault in itself: taking a light veil off darkens a photo.
    """
    again = clean_image(row["master"], PARAMS.model_copy(update={"enhance": False}))
    return bool(again["blur_px"] > row["blur_px"] + 0.1 or again["contrast"] < row["contrast"] - 0.02)


def brought_back(outcomes: np.ndarray) -> Interval:
    """The regained share of all SSIM lost; photos are drawn for its interval."""

    return bootstrap(outcomes, lambda rows: float(rows[:, 1].sum() / max(rows[:, 0].sum(), 1e-9)))


def line(shop: str, harm: str, strength: str, found: list[Outcome]) -> list[object]:
    """One row of the table."""
    values = np.array(found, float)
    share = brought_back(values) if harm != "none" else None
    return [
        shop, harm, strength, len(values), f"{values[:, 0].mean():.3f}", share or "-",
        "-" if share is None else "yes" if share.value >= BAR else "NO",
        f"{values[:, 2].mean():.1%}", f"{(values[:, 1] < -WORSE).mean():.1%}", f"{values[:, 3].mean():.1%}",
    ]  # fmt: skip


def measured(shop: str, paths: list[Path]) -> list[list[object]]:
    """The rows of one shop: untouched photos, each harm at each strength, each harm over all strengths."""
    pictures = [photos.load(path.read_bytes()) for path in paths]
    rows = [line(shop, "none", "as it came", [o for p in pictures if (o := outcome(p, None))])]
    pooled: dict[str, list[Outcome]] = {}
    for harm, strength, apply in photos.HARMS:
        found = [o for picture in pictures if (o := outcome(picture, apply))]
        pooled.setdefault(harm, []).extend(found)
        rows.append(line(shop, harm, strength, found))
    return rows + [line(shop, harm, "all", found) for harm, found in pooled.items()]


def main() -> None:
    args = options(__doc__, ("--half", "held-out (default) or tuning: the half that the parameters were chosen on"))
    is_held_out = args.half != "tuning"
    wanted = 24 if args.quick else 160
    rows: list[list[object]] = []
    for shop, paths in (("fashion", photos.fashion(is_held_out)), ("grocery", photos.grocery(is_held_out))):
        rows += measured(shop, paths[:: max(1, len(paths) // wanted)][:wanted])
    note = (
        f"{'Held-out' if is_held_out else 'Tuning'} photos: studio photos (fashion, 224 px) and shelf photos taken by "
        "phone (grocery, 160 px), harmed on purpose, saved at JPEG quality 92 and cleaned. Held out are the photos "
        "whose MD5 begins with an even digit; parameters were chosen on the others, strengths before that. *Touched*: "
        "share that the enhancement changed, which should be 0% of the photos as they came. *SSIM lowered*: share that "
        f"lost more than {WORSE} by cleaning. *Measures lowered*: enhanced photos that measure flatter or more blurred "
        "than before."
    )
    publish(args, Section("quality_images", "Photos brought back", note, COLUMNS, rows))


if __name__ == "__main__":
    main()
