"""The Dockerfiles: what they copy and install is in the repository, locked, and runs without root."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from mmgen.pipeline import JOBS, Job, job_file
from tests.docker.declared import (
    COMPOSE_FILE,
    HOME_IN_IMAGE,
    ROOT,
    chain,
    dockerfile_of,
    in_repository,
    instructions,
    is_sent,
    services,
)

DOCKERFILES = sorted((ROOT / "docker").glob("*.Dockerfile"))
IDS = [file.stem for file in DOCKERFILES]
each_image = pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=IDS)
# Command -> the environment in .venv that has it; None where PostgreSQL's own image does.
PROGRAMS = {"spark-class": "jobs", "mlflow": "jobs", "python": "jobs", "airflow": "airflow", "pg_isready": None}


def test_every_build_is_there() -> None:
    builds = [service["build"] for service in services().values() if "build" in service]
    named = {(COMPOSE_FILE.parent / build["context"]).resolve() / build["dockerfile"] for build in builds}
    assert named == set(DOCKERFILES)


@each_image
def test_copied_paths_are_in_the_repository_and_reach_the_builder(dockerfile: Path) -> None:
    sources = [s for i in instructions(dockerfile) if i.word == "COPY" for s in i.rest.split()[:-1]]
    assert sources
    assert [s for s in sources if not (ROOT / s).exists()] == []
    assert [s for s in sources if not is_sent(s)] == []


@pytest.mark.parametrize("path", [".git", ".venv", "var", "docker/.env", "tests", "mmgen/__pycache__"])
def test_other_paths_do_not_reach_the_builder(path: str) -> None:
    assert not is_sent(path)


@each_image
def test_image_ends_without_root(dockerfile: Path) -> None:
    users = [i.rest for i in instructions(dockerfile) if i.word == "USER"]
    assert users[-1] == "mmgen"
    made = " ".join(i.rest for file in chain(dockerfile) for i in instructions(file) if i.word == "RUN")
    assert "useradd --uid 10001 --gid mmgen" in made, "the same uid in all images: they share a volume"


@each_image
def test_base_is_pinned(dockerfile: Path) -> None:
    base = next(i.rest for i in instructions(dockerfile) if i.word == "FROM")
    if base == "${JOBS_IMAGE}":
        argument = next(i.rest for i in instructions(dockerfile) if i.word == "ARG")
        base = argument.removeprefix("JOBS_IMAGE=")
        assert base == services()["spark-master"]["image"]
    assert re.fullmatch(r"[\w-]+:\d+\.\d+(\.\d+)?(-[\w-]+)?", base)


@each_image
def test_only_locked_versions_are_installed(dockerfile: Path) -> None:
    text = " ".join(i.rest for i in instructions(dockerfile) if i.word == "RUN")
    installs = [part for part in text.split("&&") if "pip install" in part]
    assert installs
    copied = {s for i in instructions(dockerfile) if i.word == "COPY" for s in i.rest.split()[:-1]}
    for install in installs:
        words = shlex.split(install.split("pip install", 1)[1])
        locks = [words[i + 1] for i, word in enumerate(words) if word in ("-r", "--constraint")]
        is_pinned = all(re.search(r"==\d", w) for w in words if not w.startswith("-") and w != "wheel")
        assert locks or is_pinned or words[-2:] == ["--editable", "."], install
        assert set(locks) <= copied, install


def test_environments_are_made_as_make_env_makes_them() -> None:
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    for dockerfile in DOCKERFILES:
        text = dockerfile.read_text(encoding="utf-8")
        for pin in re.findall(r"(?:pip|setuptools)==[\d.]+", text):
            assert pin in make, f"{dockerfile.name}: {pin}"


@each_image
def test_lock_has_the_database_drivers(dockerfile: Path) -> None:
    """SQLAlchemy imports the driver that a URL names only when it connects; Airflow opens an asyncpg engine besides."""
    needed = {"airflow.txt": ("psycopg2-binary", "asyncpg"), "jobs.txt": ("psycopg", "psycopg-binary")}
    for lock in sorted({m for m in re.findall(r"\w+\.txt", dockerfile.read_text(encoding="utf-8")) if m in needed}):
        names = re.findall(r"^([\w.-]+)==", (ROOT / "requirements" / lock).read_text(encoding="utf-8"), re.MULTILINE)
        assert [n for n in needed[lock] if n not in {name.lower() for name in names}] == [], lock


@pytest.mark.parametrize("name", services())
def test_command_is_a_program_of_the_image(name: str) -> None:
    service = services()[name]
    probe = service.get("healthcheck", {}).get("test", [])[1:2]
    for program in [*(service.get("entrypoint") or service.get("command", []))[:1], *probe]:
        if program.startswith(f"{HOME_IN_IMAGE}/"):
            dockerfile = dockerfile_of(name)
            assert dockerfile is not None
            found = in_repository(program, dockerfile)
            assert found is not None
            assert found.stat().st_mode & 0o100, f"{program} can be run"
        elif program == "mmgen":
            assert importlib.util.find_spec(entry_point("mmgen")) is not None
        else:
            environment = PROGRAMS[program]
            folder = ROOT / ".venv" / str(environment) / "bin"
            assert environment is None or not folder.exists() or (folder / program).exists(), program


def entry_point(command: str) -> str:
    """The module that pyproject.toml gives a command."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["scripts"][command]).partition(":")[0]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_job_lies_in_the_image(job: Job) -> None:
    path = f"{HOME_IN_IMAGE}/{job_file(job).relative_to(ROOT)}"
    assert in_repository(path, ROOT / "docker" / "airflow.Dockerfile") is not None
