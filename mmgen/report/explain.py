"""Why the champion says what it says of a few held-out products: chosen by seed, never by eye.

Each is shown as it is beside what the model makes of it, with what every medium weighs and contributes, and the
training products that the model holds most alike.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from heapq import nsmallest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mmgen.report.findings import Explanation, Medium, Near, Picture
from mmgen.report.lookup import by_product, newest_rows
from mmgen.report.pictures import picture_of
from mmgen.report.sampling import place_of
from mmgen.report.words import clip
from mmgen.store.datasets import Dataset

if TYPE_CHECKING:
    from mmgen.models.examples import ExampleArrays
    from mmgen.models.fusion.model import FusionModel

KNOWN = 1000
"""Training products that a product's neighbours are looked for among, by hash."""
NEIGHBOURS = 3
SIDE_PX, MAX_BYTES = 128, 6_000
MAX_TITLE_CHARS = 120
NAMED = ("title", "split")


def explanations(home: Path, ds: str, folder: Path, count: int, seed: int) -> list[Explanation]:
    """Of up to ``count`` products of the test split as of the date, by the model of a folder. Empty where there is no
    such product. ValueError where the folder holds no model."""
    from mmgen.models.examples import columns_of_models
    from mmgen.models.fusion.model import FusionModel

    examples = Dataset("examples", home)
    splits = examples.newest(["split", "reject_reason"], until=ds).to_pylist()
    chosen = _first([row for row in splits if row["split"] == "test"], count, seed)
    known = _first([row for row in splits if row["split"] == "train"], KNOWN, seed)
    if not chosen:
        return []
    columns = [name for name in columns_of_models() if name != "product_id"]
    rows = by_product(newest_rows(examples, [*chosen, *known], [*NAMED, *columns], until=ds))
    model = FusionModel.load(folder)
    return explained(model, _arrays(chosen, rows), _arrays(known, rows), {key: rows[key]["title"] for key in rows})


def _first(rows: Sequence[Mapping[str, Any]], count: int, seed: int) -> list[str]:
    """The products with the smallest places, of those that are not rejected."""
    ids = [str(row["product_id"]) for row in rows if not row["reject_reason"]]
    return nsmallest(count, ids, key=lambda one: place_of(one, seed))


def _arrays(ids: Sequence[str], rows: Mapping[str, Mapping[str, Any]]) -> ExampleArrays:
    from mmgen.models.examples import ExampleArrays, columns_of_models

    found = [rows[one] for one in ids if one in rows]
    return ExampleArrays.from_columns({name: [row.get(name) for row in found] for name in columns_of_models()})


def explained(
    model: FusionModel, rows: ExampleArrays, known: ExampleArrays, titles: Mapping[str, str | None]
) -> list[Explanation]:
    """One a row. ``known``: training products; ``titles``: by product."""
    from mmgen.metrics.contributions import contributions, nearest, weights_of_media
    from mmgen.models.modalities.registry import media_of

    given, weighed = contributions(model, rows), weights_of_media(model, rows) or {}
    media = media_of(tuple(model.net.models))
    drawn = {name: _drawn(model, rows, media, name) for name in ("all", "text")}
    near = nearest(model, rows, known, NEIGHBOURS)
    out = []
    for row, product_id in enumerate(rows.product_id):
        shown = [
            Medium(name, _number(given.get(name), row), _number(weighed.get(name), row))
            for name, parts in media.items()
            if any(rows.present[part][row] for part in parts)
        ]
        photo = rows.values["image"][row] if rows.present["image"][row] else None
        out.append(
            Explanation(
                product_id,
                clip(titles.get(product_id), MAX_TITLE_CHARS),
                _picture(photo),
                _picture(drawn["all"][row]),
                _picture(drawn["text"][row]),
                shown,
                [Near(one, clip(titles.get(one), MAX_TITLE_CHARS), likeness) for one, likeness in near[row]],
            )
        )
    return out


def _drawn(
    model: FusionModel, rows: ExampleArrays, media: Mapping[str, Sequence[str]], given: str
) -> list[NDArray[np.uint8] | None]:
    """The picture that the model makes of each row from all of it, or from one medium alone; None where it has none."""
    if "image" not in model.net.models or given not in ("all", *media):
        return [None] * len(rows)
    parts = tuple(model.net.models) if given == "all" else tuple(media[given])
    pictures = model.decode_images(rows.only(*parts))
    return [pictures[row] if any(rows.present[part][row] for part in parts) else None for row in range(len(rows))]


def _number(values: NDArray[np.float64] | None, row: int) -> float | None:
    return None if values is None or not np.isfinite(values[row]) else float(values[row])


def _picture(pixels: NDArray[np.uint8] | None) -> Picture | None:
    if pixels is None:
        return None
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, "PNG")
    return picture_of(sink.getvalue(), SIDE_PX, MAX_BYTES)
