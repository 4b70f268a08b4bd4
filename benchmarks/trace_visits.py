"""Which modules a title visits on its way to a description, and how often a photo is decoded; traced, not read.

    python benchmarks/trace_visits.py [--before CHECKOUT] [--products 50]

A night of a small sample shop runs with a tracer in every Python process of its jobs, Spark's workers included. The
tracer notes each function of mmgen that is called with one product's title (as an argument, or in a list, a dict or an
object that is one), in order. A stay is a run of such calls within one module; a return is a stay in a module that was
left before. Each picture that a decoder (OpenCV, Pillow) turns into pixels is noted by its bytes, under the job that
asked for it; reading a header is no decoding. ``--before`` traces another checkout too, with the Python of its own
``.venv/jobs``. A night takes some ten minutes.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from report import ROOT, Section, options, publish

DS = "2026-11-01"
TEXT_JOBS = ("clean_texts", "text_features", "examples", "descriptions", "creatives", "content_checks", "publish")

TRACER = """
import hashlib, json, os, sys, threading

WANTED, OUT = os.environ["TRACED_TEXT"], os.environ["TRACED_INTO"]
JOB = os.environ["TRACED_JOB"]
seen = open(os.path.join(OUT, f"{JOB}.{os.getpid()}.jsonl"), "a", buffering=1)
last = [None]

def has_title(value, depth=0):
    if isinstance(value, str):
        return WANTED in value
    if depth < 3 and isinstance(value, (list, tuple)):
        return any(has_title(one, depth + 1) for one in value[:200])
    if depth < 3 and isinstance(value, dict):
        return any(has_title(one, depth + 1) for one in list(value.values())[:200])
    if depth < 2 and type(value).__module__.startswith("mmgen") and hasattr(value, "__dict__"):
        return any(has_title(one, depth + 1) for one in vars(value).values())
    return False

def profile(frame, event, _arg):
    if event != "call":
        return
    module = frame.f_globals.get("__name__")
    if not isinstance(module, str) or not module.startswith("mmgen.") or module == last[0]:
        return
    code = frame.f_code
    try:
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        found = any(has_title(frame.f_locals.get(name)) for name in names)
    except Exception:
        return
    if found:
        last[0] = module
        seen.write(json.dumps(["title", module]) + "\\n")

def decoded(kind, content):
    seen.write(json.dumps(["decode", [kind, hashlib.sha256(content).hexdigest()[:16]]]) + "\\n")

def trace_opencv(module):
    # cv2 loads itself twice, and takes the functions of the first into the second
    made = getattr(module, "imdecode", None)
    if made is None or hasattr(made, "is_traced"):
        return
    def imdecode(data, *args, **options):
        decoded("OpenCV", data)
        return made(data, *args, **options)
    imdecode.is_traced = True
    module.imdecode = imdecode

def trace_pillow(module):
    opened, prepare = module.Image.open, module.ImageFile.load_prepare
    def open_image(source, *args, **options):
        image = opened(source, *args, **options)
        image.traced = source.getvalue() if hasattr(source, "getvalue") else open(source, "rb").read()
        return image
    def load_prepare(image):
        decoded("Pillow", image.traced)
        return prepare(image)
    module.Image.open, module.ImageFile.load_prepare = open_image, load_prepare

TRACES = {"cv2": trace_opencv, "PIL.ImageFile": trace_pillow}

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name in TRACES:
            import importlib.util
            sys.meta_path.remove(self)
            try:
                spec = importlib.util.find_spec(name)
            finally:
                sys.meta_path.insert(0, self)
            if spec is None or spec.loader is None:
                return None
            run = spec.loader.exec_module
            def exec_module(module):
                run(module)
                TRACES[name](module)
            spec.loader.exec_module = exec_module
            return spec
        return None

sys.meta_path.insert(0, Finder())
if JOB in os.environ["TRACED_TEXT_JOBS"].split(","):
    threading.setprofile(profile)
    sys.setprofile(profile)
"""


def traced_python(folder: Path, python: Path) -> Path:
    """A Python that starts with the tracer, beside the tools that jobs look for next to it."""
    (folder / "tracer").mkdir()
    (folder / "tracer" / "sitecustomize.py").write_text(TRACER, encoding="utf-8")
    wrapper = folder / "bin" / "python"
    wrapper.parent.mkdir()
    wrapper.write_text(
        f'#!/bin/sh\nexport PYTHONPATH="{folder / "tracer"}:$PYTHONPATH"\nexec "{python}" "$@"\n', encoding="utf-8"
    )
    wrapper.chmod(0o755)
    for tool in ("spark-submit", "torchrun"):
        beside = wrapper.parent / tool
        beside.write_text(f'#!/bin/sh\nexec "{python.parent / tool}" "$@"\n', encoding="utf-8")
        beside.chmod(0o755)
    return wrapper


def run(command: list[str], environment: dict[str, str], code: Path) -> None:
    """Run it, its output to this one's errors; CalledProcessError where it fails."""
    subprocess.run(command, env=environment, cwd=code, check=True, stdout=sys.stderr)


@dataclass(frozen=True)
class Seen:
    """What a traced night showed."""

    modules: list[str]  # that the title visited, in the order of the night
    decoded: dict[tuple[str, str], Counter[str]]  # by job and decoder: how often each picture was decoded
    photos: int  # of the shop


def read_trace(folder: Path, photos: int) -> Seen:
    """What the tracers of all processes wrote."""
    seen = Seen([], defaultdict(Counter), photos)
    for path in sorted(folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime):
        job = path.name.split(".")[0]
        for line in path.read_text(encoding="utf-8").splitlines():
            what, value = json.loads(line)
            if what == "decode":
                decoder, picture = value
                seen.decoded[job, decoder][picture] += 1
            elif job in TEXT_JOBS and (not seen.modules or seen.modules[-1] != value):
                seen.modules.append(value)
    return seen


def night(code: Path, python: Path, num_products: int) -> Seen:
    """A traced night of a sample shop, by the code of a checkout."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "seen").mkdir()
        home = folder / "home"
        home.mkdir()
        base = {**os.environ, "MMGEN_HOME": str(home), "PYTHONPATH": str(code)}
        mmgen = [str(python), "-m", "mmgen.cli"]
        run([*mmgen, "sample", "--out", str(folder / "shop"), "--products", str(num_products)], base, code)
        products = folder / "shop" / "products.csv"
        run([*mmgen, "import", str(products), "--map", str(code / "conf/sources/sample.toml")], base, code)
        with products.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        plain = re.compile(r"[A-Za-z ]{20,}")
        traced = {
            **base,
            "MMGEN_PYTHON": str(traced_python(folder, python)),
            "TRACED_TEXT": next(row["name"] for row in rows if plain.fullmatch(row["name"])),
            "TRACED_TEXT_JOBS": ",".join(TEXT_JOBS),
            "TRACED_INTO": str(folder / "seen"),
        }
        listed = "from mmgen.pipeline import JOBS; print(*(job.name for job in JOBS))"
        names = subprocess.run([str(python), "-c", listed], env=base, check=True, capture_output=True, text=True)
        for job in names.stdout.split():
            run([*mmgen, "run", "--ds", DS, "--from", job, "--to", job], traced | {"TRACED_JOB": job}, code)
        return read_trace(folder / "seen", sum(bool(row.get("image")) for row in rows))


def commit_of(code: Path) -> str:
    """The short hash of a checkout."""
    command = ["git", "-C", str(code), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def table(code: str, seen: Seen) -> list[list[object]]:
    """The rows of one night: the title's way, then each job's decodings."""
    distinct = len(set(seen.modules))
    rows: list[list[object]] = [
        [code, "a title", "", f"{len(seen.modules)} stays", f"{distinct} modules",
         f"{len(seen.modules) - distinct} returns"]
    ]  # fmt: skip
    for (job, decoder), pictures in sorted(seen.decoded.items()):
        rows.append([code, job, decoder, pictures.total(), len(pictures), max(pictures.values())])
    return rows


def main() -> None:
    """Trace the nights and show what was seen."""
    args = options(
        __doc__,
        ("--before", "a checkout to compare with, which has an environment of its own"),
        ("--products", "of the sample shop; 50 if not given"),
    )
    num_products = int(args.products or 50)
    codes = [*([Path(args.before).resolve()] if args.before else []), ROOT]
    rows, photos = [], 0
    for code in codes:
        python = code / ".venv" / "jobs" / "bin" / "python"
        seen = night(code, python, num_products)
        rows += table(commit_of(code), seen)
        photos = seen.photos
    note = (
        f"A night of a sample shop of {num_products} products with {photos} photos, some of them damaged, with a "
        "tracer in every process. *a title*: the stays of one product's title in modules, how many modules these are, "
        "and how often it came back to one that it had left. Under it each job that asks a decoder for pixels: "
        "decodings, the different pictures among them by their bytes, and how often the one most decoded was."
    )
    columns = ("code", "job", "decoder", "decodings", "pictures", "most of one")
    publish(args, Section("trace_visits", "Where a title goes, and what is decoded", note, columns, rows))


if __name__ == "__main__":
    main()
