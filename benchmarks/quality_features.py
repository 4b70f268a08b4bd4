"""What the stored features know of a product: linear probes on products that neither probe nor encoder has seen.

A probe is a logistic regression on standardised features and nothing else of the product. Chosen on a fifth of the
groups that it is fitted on: how strongly it is regularised, and whether each value weighs alike or, where there are
several, each kind of features, however many values it has. Held out are whole groups of
near-copies: photos by equal `image_md5` and equal title (test share 0.2 by the project's own split), clips by
product. The encoders train on the other products alone, with the parameters that ship. Bars: articleType 0.90 and
baseColour 0.70 from the photo, the speaker 0.95 from the sound.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from report import Section, assembler, bootstrap, catalogue, options, publish

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from fine_descriptor import SHAPE_WIDTH, describe
from fitted_encoder import fitted
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from mmgen.clean.audio.denoise import denoiser_weights
from mmgen.clean.audio.rows import clean_audio
from mmgen.config.clean import AudioParams
from mmgen.config.config import Config
from mmgen.duplicates.groups import connected
from mmgen.features.audio import audio_features
from mmgen.features.examples import split_of
from mmgen.features.image import ImageEncoders, image_features, model_pixels
from mmgen.training.data.labels import values_of
from mmgen.training.data.media_rows import MediaRows

SEED, TEST_SHARE = 7, 0.2
MIN_OF_TYPE = 100
NUM_CLIPS = 2000  # of 600, 115 were held out, and the interval was 10 points wide
PENALTIES = (0.001, 0.003, 0.01)  # C of the regression
BLOCK_WIDTH = 256  # a kind of features weighs as much as so many values, where kinds weigh alike
COLUMNS = ("from", "told", "features", "held out", "accuracy", "bar", "met")

Row = dict[str, str]
Matrix = np.ndarray


def main() -> None:
    kept = "a folder that keeps the encoders: one made of the same rows by the same parameters is not fitted again"
    args = options(__doc__, ("--encoders", kept))
    config = Config(seed=SEED)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(args.encoders or scratch)
        photo_rows, photo_note = photos(folder, config, 1200 if args.quick else None)
        clip_rows, clip_note = clips(folder, config, 120 if args.quick else NUM_CLIPS)
    note = f"{(__doc__ or '').strip()}\n\n{photo_note} {clip_note}"
    publish(args, Section("quality_features", "What features know", note, COLUMNS, [*photo_rows, *clip_rows]))


def photos(folder: Path, config: Config, limit: int | None) -> tuple[list[Sequence[object]], str]:
    """Rows of the table for the fashion photos, which are model images as they are (224 x 224 px)."""
    rows = fashion(limit)
    groups = groups_of(rows)
    is_test = [is_held_out(group) for group in groups]
    data = [(catalogue("fashion") / row["image"]).read_bytes() for row in rows]
    known = training_rows(rows, data, is_test, folder / "photos.parquet", "model_image")
    spent = fitted("image", known, folder / "image", SEED)
    batch = pa.RecordBatch.from_pydict({"model_image": data, "reject_reason": pa.nulls(len(data), pa.string())})
    made = image_features(batch, config.features.image, ImageEncoders(str(folder / "image"), "measured"))
    plain, learnt = np.stack(made["embedding"]), np.stack(made["encoding"])
    weight = config.features.image.backdrop_weight
    fine = np.stack([describe(cv2.imdecode(np.frombuffer(d, np.uint8), cv2.IMREAD_COLOR), weight) for d in data])
    kinds: dict[str, Matrix | list[Matrix]] = {
        "raw pixels, 16 x 16": np.stack([small(d) for d in data]),
        "colour histogram": plain[:, :128],
        "embedding, no training": plain,
        "fine descriptor, no training": fine,
        "catalogue encoder": learnt,
        "all that is stored, and the fine descriptor": [plain, fine[:, :SHAPE_WIDTH], fine[:, SHAPE_WIDTH:], learnt],
        "all that is stored": [plain, learnt],
    }
    types = Counter(row["articleType"] for row in rows)
    frequent = {name for name, count in types.items() if count >= (MIN_OF_TYPE if limit is None else 20)}
    out: list[Sequence[object]] = []
    for column, wanted, bar in (("articleType", frequent, 0.90), ("baseColour", None, 0.70)):
        said = [row[column] if wanted is None or row[column] in wanted else "" for row in rows]
        out += probes("photo", column, said, groups, kinds, bar)
    note = (
        f"{len(rows)} photos, {sum(is_test)} held out; articleType among the {len(frequent)} types of "
        f"{MIN_OF_TYPE} products or more. The encoder trained for {spent / 60:.1f} CPU minutes."
    )
    return out, note


def clips(folder: Path, config: Config, count: int) -> tuple[list[Sequence[object]], str]:
    """Rows of the table for spoken numbers: one of four voices each, in real noise of 0 to 15 dB."""
    script = assembler()
    rows = sorted(fashion(None), key=lambda row: script.stable_hash("clips", row["id"]))[:count]
    voices, data = spoken(rows, folder / "spoken")
    batch = pa.RecordBatch.from_pydict({"data": data, "reject_reason": pa.nulls(count, pa.string())})
    clean = clean_audio(batch, AudioParams(), denoiser_weights(""))["audio"]
    kept = [i for i, clip in enumerate(clean) if clip is not None]
    rows, voices, clean = ([values[i] for i in kept] for values in (rows, voices, clean))
    groups = [row["id"] for row in rows]
    is_test = [is_held_out(group) for group in groups]
    known = training_rows(rows, clean, is_test, folder / "clips.parquet", "audio")
    spent = fitted("audio", known, folder / "audio", SEED)
    batch = pa.RecordBatch.from_pydict({"audio": clean, "reject_reason": pa.nulls(len(clean), pa.string())})
    made = audio_features(batch, config.features.audio, str(folder / "audio"), "measured")
    plain, learnt = np.stack(made["embedding"]), np.stack(made["encoding"])
    kinds: dict[str, Matrix | list[Matrix]] = {
        "log-mel statistics": plain,
        "LSTM autoencoder": learnt,
        "all that is stored": [plain, learnt],
    }
    note = f"{len(rows)} clips, {sum(is_test)} held out; their encoder trained for {spent / 60:.1f} CPU minutes."
    return probes("sound", "speaker", voices, groups, kinds, 0.95), note


def probes(
    source: str,
    told: str,
    said: Sequence[str],
    groups: Sequence[str],
    kinds: Mapping[str, Matrix | list[Matrix]],
    bar: float,
) -> list[Sequence[object]]:
    """A row for the majority class and one for each kind of features; the last one has the bar."""
    test = np.array([is_held_out(group) for group in groups])
    choosing = np.array([split_of(group, SEED + 1, 0.0, TEST_SHARE) == "test" for group in groups])
    seen = Counter(value for value, held in zip(said, test, strict=True) if value and not held)
    values = np.array(said)
    # A value that no training product has counts as missed
    train, held = np.array([seen[value] > 1 for value in said]) & ~test, np.array([bool(v) for v in said]) & test
    majority = seen.most_common(1)[0][0]
    out: list[Sequence[object]] = [
        (source, told, "majority class", int(held.sum()), bootstrap(values[held] == majority), "", "")
    ]
    for name, found in kinds.items():
        blocks = found if isinstance(found, list) else [found]
        ways = [
            (standardised(blocks, train, is_equal), c) for is_equal in (False, True)[: len(blocks)] for c in PENALTIES
        ]
        tried = [right(matrix, values, train & ~choosing, train & choosing, c).mean() for matrix, c in ways]
        matrix, penalty = ways[int(np.argmax(tried))]
        accuracy = bootstrap(right(matrix, values, train, held, penalty))
        is_stored = name == "all that is stored"
        met = ("yes" if accuracy.value >= bar else "no") if is_stored else ""
        out.append((source, told, name, int(held.sum()), accuracy, f"{bar:.2f}" if is_stored else "", met))
    return out


def standardised(blocks: Sequence[Matrix], train: Matrix, is_equal: bool) -> Matrix:
    """The blocks beside each other, each value of unit variance, or each block of the same variance in all."""
    scaled = [StandardScaler().fit(block[train]).transform(block) for block in blocks]
    varied = [block[:, block[train].std(axis=0) > 0] for block in scaled]
    weights = [np.sqrt(BLOCK_WIDTH / block.shape[1]) if is_equal else 1.0 for block in varied]
    return np.concatenate([w * block for w, block in zip(weights, varied, strict=True)], axis=1)


def right(matrix: Matrix, values: Matrix, train: Matrix, held: Matrix, penalty: float) -> Matrix:
    """Of each held-out row, whether a regression on the training rows says its value."""
    model = LogisticRegression(C=penalty, max_iter=100).fit(matrix[train], values[train])
    found: Matrix = model.predict(matrix[held]) == values[held]
    return found


def fashion(limit: int | None) -> list[Row]:
    """The shop's rows, in the file's order, or about ``limit`` spread over them."""
    with (catalogue("fashion") / "products.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return rows[:: max(1, len(rows) // limit)] if limit else rows


def groups_of(rows: Sequence[Row]) -> list[str]:
    """Each product's group of near-copies."""
    pairs = [(row["id"], f"title:{row['productDisplayName'].casefold()}") for row in rows]
    found = connected(pairs + [(row["id"], f"photo:{row['image_md5']}") for row in rows])
    return [found[row["id"]] for row in rows]


def is_held_out(group: str) -> bool:
    return split_of(group, SEED, 0.0, TEST_SHARE) == "test"


def training_rows(
    rows: Sequence[Row], data: Sequence[bytes], is_test: Sequence[bool], path: Path, column: str
) -> MediaRows:
    """Those that are not held out, as the encoders' jobs find them; columns as conf/sources/fashion.toml maps them."""
    data = [medium for medium, held in zip(data, is_test, strict=True) if not held]
    rows = [row for row, held in zip(rows, is_test, strict=True) if not held]
    table = pa.table({"product_id": [row["id"] for row in rows], column: pa.array(data, pa.binary())})
    pq.write_table(table, path, row_group_size=2000)
    levels = ("masterCategory", "subCategory", "articleType")
    others = ("gender", "baseColour", "season", "year", "usage")
    values = {
        row["id"]: values_of({"category": [row[n] for n in levels], "attributes": {n: row[n] for n in others}})
        for row in rows
    }
    content = {row["id"]: hashlib.sha256(medium).hexdigest() for row, medium in zip(rows, data, strict=True)}
    return MediaRows({str(path): sorted(values)}, values, content)


def small(data: bytes) -> Matrix:
    pixels = model_pixels(data, 64)
    assert pixels is not None, "a photo of the catalogue cannot be decoded"
    return cv2.resize(pixels, (16, 16), interpolation=cv2.INTER_AREA).reshape(-1) / np.float32(255)


def spoken(rows: Sequence[Row], folder: Path) -> tuple[list[str], list[bytes]]:
    """Each product's speaker, and the clip as the shop would send it."""
    module = assembler()
    maker = module.VoiceMaker(catalogue("audio"))
    voices, data = [], []
    for row in rows:
        names = maker.write("fashion", row["id"], folder)
        voices.append(maker.speakers[module.stable_hash("fashion", row["id"]) % len(maker.speakers)])
        data.append((folder / names["audio"]).read_bytes())
    return voices, data


if __name__ == "__main__":
    main()
