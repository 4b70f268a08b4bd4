"""What docker/ declares, read for the tests: the services, their environment, and what each image holds."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE_FILE = ROOT / "docker" / "compose.yaml"
HOME_IN_IMAGE = "/opt/mmgen"
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<how>:[-?])(?P<rest>[^}]*))?\}")


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile, its continued lines joined: ``COPY``, ``mmgen mmgen``."""

    word: str
    rest: str


def services() -> dict[str, dict[str, Any]]:
    """The services of compose.yaml, merge keys applied, variables as they are written."""
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
    return dict(loaded["services"])


def fill(value: str, environment: dict[str, str]) -> str:
    """Put variables into a text as Compose does: ``${A}``, ``${A:-default}``, ``${A:?message}``."""

    def one(match: re.Match[str]) -> str:
        given = environment.get(match["name"])
        if given:
            return given
        if match["how"] == ":-":
            return match["rest"]
        raise KeyError(f"{match['name']}: {match['rest'] or 'is not set'}")

    return VARIABLE.sub(one, value)


def fill_all(value: Any, environment: dict[str, str]) -> Any:
    """``fill`` for every text in a tree of lists and mappings."""
    if isinstance(value, str):
        return fill(value, environment)
    if isinstance(value, list):
        return [fill_all(item, environment) for item in value]
    if isinstance(value, dict):
        return {key: fill_all(item, environment) for key, item in value.items()}
    return value


def instructions(dockerfile: Path) -> list[Instruction]:
    """A Dockerfile's instructions, comments left out."""
    lines = [line for line in dockerfile.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [Instruction(*line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def dockerfile_of(service: str) -> Path | None:
    """The Dockerfile of a service's image, its own or that of the service that builds the same image."""
    every = services()
    image = every[service]["image"]
    for other in every.values():
        if other["image"] == image and "build" in other:
            context = (COMPOSE_FILE.parent / other["build"]["context"]).resolve()
            return context / str(other["build"]["dockerfile"])
    return None


def chain(dockerfile: Path) -> list[Path]:
    """A Dockerfile and those that it builds upon."""
    has_base = any(i.word == "ARG" and i.rest.startswith("JOBS_IMAGE=") for i in instructions(dockerfile))
    return [ROOT / "docker" / "jobs.Dockerfile", dockerfile] if has_base else [dockerfile]


def copies(dockerfile: Path) -> list[tuple[str, str]]:
    """(source in the repository, path in the image) of each COPY, those of the base image included."""
    out = []
    for file in chain(dockerfile):
        for instruction in instructions(file):
            if instruction.word == "COPY":
                *sources, target = instruction.rest.split()
                folder = f"{HOME_IN_IMAGE}/{target.removeprefix('./')}"
                is_folder = target.endswith("/") or len(sources) > 1
                out += [(s, f"{folder.rstrip('/')}/{Path(s).name}" if is_folder else folder) for s in sources]
    return out


def in_repository(path: str, dockerfile: Path) -> Path | None:
    """The file of the repository that lies at a path of the image; None where the image doesn't get it."""
    for source, target in copies(dockerfile):
        if path == target or path.startswith(f"{target.rstrip('/')}/"):
            found = ROOT / source / path[len(target) :].lstrip("/")
            return found if found.exists() else None
    return None


def is_sent(source: str) -> bool:
    """Whether .dockerignore lets a path reach the builder: the last pattern that matches it or a parent decides."""
    parents = [p for p in (source, *map(str, Path(source).parents)) if p != "."]
    is_ignored = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.strip().removeprefix("!")
        if not pattern or pattern.startswith("#"):
            continue
        anywhere = pattern.startswith("**/")
        names = list(Path(source).parts) if anywhere else parents
        if any(fnmatch.fnmatch(name, pattern.removeprefix("**/")) for name in names):
            is_ignored = not line.startswith("!")
    return not is_ignored
