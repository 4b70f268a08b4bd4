"""Fits an encoder for a benchmark in the encoders' environment, which alone has Keras: imported there and here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [] if str(ROOT) in sys.path else [str(ROOT)]

from mmgen.config.config import Config
from mmgen.hashes import fingerprint
from mmgen.training.data.media_rows import MediaRows


def fitted(modality: str, known: MediaRows, target: Path, seed: int) -> float:
    """Fit ``image`` or ``audio`` on rows into a folder, by the parameters that ship, unless it holds the very encoder
    already; CPU seconds that it took. CalledProcessError where it fails.
    """
    target.mkdir(parents=True, exist_ok=True)
    given = {"files": known.files, "values": known.values, "content": known.content}
    rows = target / "rows.json"
    rows.write_text(json.dumps(given), encoding="utf-8")
    python = os.environ.get("MMGEN_ENCODERS_PYTHON", str(ROOT / ".venv" / "encoders" / "bin" / "python"))
    subprocess.run([python, __file__, modality, str(rows), str(target), str(seed)], check=True, stdout=sys.stderr)
    return float(json.loads((target / "made.json").read_text(encoding="utf-8"))["cpu_seconds"])


def main(modality: str, rows: Path, target: Path, seed: int) -> None:
    """Fit, in this process, and write down what was fitted and what it cost."""
    import logging

    from mmgen.engine.main import progress_lines
    from mmgen.training.encoders import audio, image

    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    known = MediaRows(**json.loads(rows.read_text(encoding="utf-8")))
    encoders, bands = Config().encoders, Config().features.audio
    params, version = (encoders.image, image.VERSION) if modality == "image" else (encoders.audio, audio.VERSION)
    dumped = [one.model_dump(mode="json") for one in (params, bands)]
    identity = fingerprint(
        modality=modality, version=version, params=dumped, rows=known.content, values=known.values, seed=seed
    )
    note = target / "made.json"
    if note.is_file() and json.loads(note.read_text(encoding="utf-8")).get("identity") == identity:
        return
    note.unlink(missing_ok=True)
    progress, started = progress_lines(f"{modality} encoder", every_s=30), time.process_time()
    if modality == "image":
        image.fit(known, encoders.image, seed, target, progress)
    else:
        audio.fit(known, encoders.audio, bands, seed, target, progress)
    spent = time.process_time() - started
    note.write_text(json.dumps({"identity": identity, "cpu_seconds": spent}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
