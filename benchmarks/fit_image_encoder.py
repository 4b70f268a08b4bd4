"""Fits the image encoder on the training rows of a folder, in the encoders' environment: a step of
`quality_example_modalities.py`, which cannot import Keras.

The folder has `rows.parquet` (product_id, model_image) and `labels.json` (product_id -> label -> value).
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [] if str(ROOT) in sys.path else [str(ROOT)]

from mmgen.config.config import Config
from mmgen.training.data.media_rows import MediaRows
from mmgen.training.encoders import image as image_encoder


def main(folder: Path, seed: int) -> None:
    path = folder / "rows.parquet"
    table = pq.read_table(path)
    values = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    ids, photos = table.column("product_id").to_pylist(), table.column("model_image").to_pylist()
    content = {one: hashlib.sha256(photo).hexdigest() for one, photo in zip(ids, photos, strict=True)}
    known = MediaRows({str(path): sorted(values)}, values, content)
    image_encoder.fit(known, Config().encoders.image, seed, folder / "image")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
