"""Whether `clean_images` leaves a product's colour alone: untouched photos, as they came and before other grounds.

A shop sells by the colour of its photos. Nothing was done to these, so what cleaning moves is too much. The bar is a
mean CIEDE2000 of 2 over the middle tones, from about where a customer sees another colour beside the goods.
"""

from __future__ import annotations

from collections.abc import Sequence

from report import Section, bootstrap, options, publish

import numpy as np
import numpy.typing as npt

import photos
from mmgen.clean.image.difference import ciede2000, lab_of
from mmgen.clean.image.rows import clean_image
from mmgen.clean.rows import RejectedError
from mmgen.config.clean import ImageParams

BAR = 2.0
MIDDLE_L = (15.0, 90.0)  # CIE lightness
PARAMS = ImageParams()
GROUNDS = {
    "white": (255, 255, 255),
    "grey #f5f5f5": (245, 245, 245),
    "grey #eeeeee": (238, 238, 238),
    "grey #dddddd": (221, 221, 221),
    "grey #bbbbbb": (187, 187, 187),
    "grey #808080": (128, 128, 128),
    "beige": (240, 228, 210),
    "pale blue": (200, 220, 240),
    "olive": (120, 130, 70),
    "red": (200, 40, 40),
    "navy": (30, 40, 80),
}
COLUMNS = ("photos", "ground", "n", "mean CIEDE2000", "at 95% of photos", "photos over 2", "touched", "under 2")

Moved = tuple[float, bool]  # mean CIEDE2000 of the middle tones, whether the enhancement touched the photo


def moved(picture: photos.Pixels, product: npt.NDArray[np.bool_] | None) -> Moved | None:
    """One untouched photo cleaned; None where cleaning rejects it, or it has no middle tones. product: its pixels."""
    data = photos.save(picture)
    try:
        row = clean_image(data, PARAMS)
    except RejectedError:
        return None
    before, after = (lab_of(photos.load(jpeg)) for jpeg in (data, row["master"]))
    is_middle = (before[..., 0] > MIDDLE_L[0]) & (before[..., 0] < MIDDLE_L[1])
    if product is not None:
        is_middle &= product
    return (
        (float(ciede2000(before[is_middle], after[is_middle]).mean()), row["is_enhanced"]) if is_middle.any() else None
    )


def line(shop: str, ground: str, found: Sequence[Moved | None]) -> list[object]:
    """One row of the table."""
    values = np.array([one for one in found if one is not None], float)
    mean = bootstrap(values[:, 0])
    return [
        shop, ground, len(values), mean, f"{np.percentile(values[:, 0], 95):.2f}", f"{(values[:, 0] > BAR).mean():.1%}",
        f"{values[:, 1].mean():.1%}", "yes" if mean.value <= BAR else "NO",
    ]  # fmt: skip


def main() -> None:
    args = options(__doc__)
    wanted = 60 if args.quick else 500
    studio, shelf = photos.fashion(True), photos.grocery(True)
    studio, shelf = (paths[:: max(1, len(paths) // wanted)][:wanted] for paths in (studio, shelf))
    pictures = [photos.load(path.read_bytes()) for path in studio]
    rows = [line("fashion", "as it came", [moved(picture, None) for picture in pictures])]
    for name, ground in GROUNDS.items():
        rows.append(line("fashion", name, [moved(*photos.on_ground(picture, ground)) for picture in pictures]))
    rows.append(line("grocery", "as it came", [moved(photos.load(path.read_bytes()), None) for path in shelf]))
    note = (
        "Held-out photos to which nothing was done: studio photos (fashion, 224 px) as they came and cut out and laid "
        "before grounds of one colour, and shelf photos (grocery, 160 px) as they came. CIEDE2000 of each pixel of the "
        "product whose lightness lies between 15 and 90, before and after cleaning, the mean of a photo; the bar is a "
        "mean of 2 over the photos. *Over 2*: photos whose own mean is more. These are the ones that no pixel tells "
        "from a faulty photo: black and neutral details before an even grey that nothing outshines look like white "
        "that lacks light (#bbbbbb is white with one stop less) or lies behind a veil."
    )
    publish(args, Section("quality_colour", "Colours left alone", note, COLUMNS, rows))


if __name__ == "__main__":
    main()
