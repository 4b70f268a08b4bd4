"""Perceptual hashes per core beside ``imagehash.phash``: from the encoded bytes, and from decoded pixels alone."""

from __future__ import annotations

import io

from report import Section, cpu_seconds, options, peer, publish, ratio_of

import cv2
from PIL import Image

import photos
from bench_images import over
from mmgen.clean.image.decode import decode_image
from mmgen.clean.image.frame import fit
from mmgen.clean.image.hash import perceptual_hash
from mmgen.config.clean import ImageParams

BAR = 3.0
HASH_SIDE_PX = 112
PARAMS = ImageParams()
imagehash = peer("imagehash")


def hash_alone(data: bytes) -> str:
    """A hash for its own sake needs no more than HASH_SIDE_PX: libjpeg leaves the rest out while it decodes."""
    return perceptual_hash(fit(decode_image(data, PARAMS, HASH_SIDE_PX).pixels, HASH_SIDE_PX))


def in_the_job(data: bytes) -> str:
    """As ``clean_images`` has it: from the picture that it decoded for the rest."""
    return perceptual_hash(fit(decode_image(data, PARAMS, PARAMS.model_side_px).pixels, PARAMS.model_side_px))


def bits_apart(encoded: list[bytes]) -> str:
    """Between the two, mean and largest; copies may be 4 bits apart."""
    apart = [(int(hash_alone(data), 16) ^ int(in_the_job(data), 16)).bit_count() for data in encoded]
    return f"{sum(apart) / len(apart):.2f}, at most {max(apart)}"


def theirs(data: bytes) -> str:
    return str(imagehash.phash(Image.open(io.BytesIO(data))))


def main() -> None:
    args = options(__doc__)
    paths = photos.fashion(is_held_out=True)
    wanted, rounds = (30, 2) if args.quick else (150, 5)
    native = [path.read_bytes() for path in paths[:: len(paths) // wanted][:wanted]]
    rows = []
    for size in (224, 500, 1000):
        pictures = [cv2.resize(photos.load(data), (size, size), interpolation=cv2.INTER_CUBIC) for data in native]
        encoded = native if size == 224 else [photos.save(picture) for picture in pictures]
        ratio = ratio_of(over(hash_alone, encoded), over(theirs, encoded), rounds, cpu_seconds)
        rows.append((f"{size} px, from bytes", ratio, bits_apart(encoded)))
    ratio = ratio_of(over(in_the_job, native), over(theirs, native), rounds, cpu_seconds)
    rows.append(("224 px, from bytes, as clean_images decodes them", ratio, "-"))
    pictures = [photos.load(data) for data in native]
    opened = [Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)) for picture in pictures]
    ratio = ratio_of(over(perceptual_hash, pictures), over(imagehash.phash, opened), rounds, cpu_seconds)
    rows.append(("224 px, from pixels", ratio, "-"))
    note = (
        "CPU seconds on one core; the bar is 3x. Both are 64-bit DCT hashes of 32 x 32 luma; mmgen takes middle "
        "frequencies instead of the lowest (`mmgen/clean/image/hash.py`), so the digits differ. From the bytes, "
        "mmgen checks the header and decodes to half size; `clean_images` decodes larger for its other measures, so "
        "its hashes differ from these by so many of 64 bits."
    )
    count = len(native)
    table = [
        [name, count, r, f"{count / r.a_s:.0f}", f"{count / r.b_s:.0f}", "yes" if r.times >= BAR else "NO", apart]
        for name, r, apart in rows
    ]
    columns = ("photos", "n", "times as fast", "mmgen /s", "imagehash /s", "reaches 3x", "bits apart")
    publish(args, Section("bench_hashes", "Perceptual hashes", note, columns, table))


if __name__ == "__main__":
    main()
