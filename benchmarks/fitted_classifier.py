"""Fits the fusion classifier for a benchmark in the encoders' environment, which alone has Keras."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [] if str(ROOT) in sys.path else [str(ROOT)]

import numpy as np

from mmgen.config.classifier import ClassifierParams
from mmgen.hashes import fingerprint
from mmgen.models.classifier.model import FusionClassifier
from mmgen.models.classifier.seen import BRANCHES, Seen


def fitted(
    seen: Seen,
    numbers: np.ndarray,
    labels: dict[str, tuple[str, ...]],
    params: ClassifierParams,
    seed: int,
    target: Path,
) -> tuple[FusionClassifier, float]:
    """The classifier of these rows, and the CPU seconds that it took; read where the folder has it already.

    CalledProcessError where the training fails.
    """
    target.mkdir(parents=True, exist_ok=True)
    arrays = {"tokens": seen.tokens, "pixels": seen.pixels, "levels": seen.levels, "numbers": numbers}
    arrays |= {f"has_{name}": seen.present[name] for name in BRANCHES}
    content = {
        name: hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest() for name, value in arrays.items()
    }
    dumped = params.model_dump(mode="json")
    identity = fingerprint(rows=content, labels={k: list(v) for k, v in labels.items()}, params=dumped, seed=seed)
    note = target / "made.json"
    if not note.is_file() or json.loads(note.read_text(encoding="utf-8"))["identity"] != identity:
        np.savez(target / "rows.npz", **arrays)
        task = {"labels": labels, "params": dumped, "seed": seed, "identity": identity}
        (target / "task.json").write_text(json.dumps(task), encoding="utf-8")
        python = os.environ.get("MMGEN_ENCODERS_PYTHON", str(ROOT / ".venv" / "encoders" / "bin" / "python"))
        subprocess.run([python, __file__, str(target)], check=True, stdout=sys.stderr)
    return FusionClassifier.load(target), float(json.loads(note.read_text(encoding="utf-8"))["cpu_seconds"])


def main(target: Path) -> None:
    """Fit, in this process, and write down what was fitted and what it cost."""
    from mmgen.engine.main import progress_lines
    from mmgen.training.classifier.fit import fit

    task = json.loads((target / "task.json").read_text(encoding="utf-8"))
    with np.load(target / "rows.npz", allow_pickle=False) as rows:
        present = {name: rows[f"has_{name}"] for name in BRANCHES}
        seen, numbers = Seen(rows["tokens"], rows["pixels"], rows["levels"], present), rows["numbers"]
    labels = {name: tuple(classes) for name, classes in task["labels"].items()}
    started = time.process_time()
    progress = progress_lines("fusion classifier", every_s=30)
    fit(seen, numbers, labels, ClassifierParams(**task["params"]), task["seed"], target, progress)
    spent = time.process_time() - started
    note = {"identity": task["identity"], "cpu_seconds": spent}
    (target / "made.json").write_text(json.dumps(note), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
