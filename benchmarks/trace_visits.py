"""Which modules a title visits on its way to a description, and how often a photo is decoded; traced, not read.

    python benchmarks/trace_visits.py [--code CHECKOUT] [--products 50]

A night of a small sample shop runs with a tracer in every Python process of its jobs, Spark's workers included. The
tracer notes each function of mmgen that is called with one product's title (as an argument, or in a list, a dict or an
object that is one), in order. A stay is a run of such calls within one module; a return is a stay in a module that was
left before. Decoders (OpenCV, Pillow) are counted by the job that calls them, beside the photos of the shop. ``--code``
traces another checkout, to compare with. A night takes some ten minutes.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DS = "2026-11-01"
TEXT_JOBS = ("clean_texts", "text_features", "examples", "descriptions", "creatives", "content_checks", "publish")

TRACER = """
import json, os, sys, threading

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

def counted(owner, name, kind):
    made = getattr(owner, name)
    def call(*args, **options):
        seen.write(json.dumps(["decode", kind]) + "\\n")
        return made(*args, **options)
    setattr(owner, name, call)

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name in ("cv2", "PIL.ImageFile"):
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
                if name == "cv2" and hasattr(module, "imdecode"):
                    counted(module, "imdecode", "opencv")
                if name == "PIL.ImageFile":
                    counted(module.ImageFile, "load_prepare", "pillow")
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


def visits(folder: Path) -> tuple[list[str], Counter[tuple[str, str]]]:
    """The modules that the title visited, in the order of the night, and decodings by job and decoder."""
    modules: list[str] = []
    decoded: Counter[tuple[str, str]] = Counter()
    for path in sorted(folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime):
        job = path.name.split(".")[0]
        for line in path.read_text(encoding="utf-8").splitlines():
            what, value = json.loads(line)
            if what == "decode":
                decoded[job, value] += 1
            elif job in TEXT_JOBS and (not modules or modules[-1] != value):
                modules.append(value)
    return modules, decoded


def main() -> None:
    """Run a traced night and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--code", type=Path, default=ROOT)
    parser.add_argument("--products", type=int, default=50)
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="of the jobs' environment")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "seen").mkdir()
        home = folder / "home"
        home.mkdir()
        base = {**os.environ, "MMGEN_HOME": str(home), "PYTHONPATH": str(args.code)}
        mmgen = [str(args.python), "-m", "mmgen.cli"]
        run([*mmgen, "sample", "--out", str(folder / "shop"), "--products", str(args.products)], base, args.code)
        products = folder / "shop" / "products.csv"
        run([*mmgen, "import", str(products), "--map", str(args.code / "conf/sources/sample.toml")], base, args.code)
        with products.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        plain = re.compile(r"[A-Za-z ]{20,}")
        title = next(row["name"] for row in rows if plain.fullmatch(row["name"]))
        traced = {
            **base,
            "MMGEN_PYTHON": str(traced_python(folder, args.python)),
            "TRACED_TEXT": title,
            "TRACED_TEXT_JOBS": ",".join(TEXT_JOBS),
            "TRACED_INTO": str(folder / "seen"),
        }
        listed = "from mmgen.pipeline import JOBS; print(*(job.name for job in JOBS))"
        names = subprocess.run([str(args.python), "-c", listed], env=base, check=True, capture_output=True, text=True)
        for job in names.stdout.split():
            run([*mmgen, "run", "--ds", DS, "--from", job, "--to", job], traced | {"TRACED_JOB": job}, args.code)
        modules, decoded = visits(folder / "seen")
    photos = sum(bool(row.get("image")) for row in rows)
    distinct = len(set(modules))
    print(f"title {title!r}: {len(modules)} stays in {distinct} modules, {len(modules) - distinct} returns")
    print(f"photos in the shop: {photos}")
    for (job, decoder), count in sorted(decoded.items()):
        print(f"  {job:16} {decoder:8} {count:5d} decodings, {count / max(photos, 1):.1f} a photo")


if __name__ == "__main__":
    main()
