"""What the registry says of an asset: the package that carries it, the files taken from it, and who may use them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_SUFFIXES = (".safetensors", ".onnx", ".json", ".txt")
"""What may lie in an asset's folder: none of these can run code when it is read."""


class Form(StrEnum):
    """What becomes of a file."""

    AS_IT_IS = "as_it_is"
    TORCH_STATE = "torch_state"
    """A pickled torch state dict; it is written anew as safetensors, all its keys kept."""


@dataclass(frozen=True)
class Package:
    """A release on the package index. ``sha256`` and ``num_bytes`` are those of its wheel."""

    name: str
    version: str
    sha256: str
    num_bytes: int

    def __post_init__(self) -> None:
        _check_hash(self.sha256, self.name)
        _check_size(self.num_bytes, self.name)

    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


@dataclass(frozen=True)
class WeightFile:
    """One file of the archive, weights or what belongs to them (a tokenizer, a configuration).

    ``path`` is where it lies in the archive, ``saved_as`` where below the asset's folder. ``sha256`` and ``num_bytes``
    are of the file as it lies in the archive. A torch state also names ``tensors_sha256``, the hash of what it holds
    (``convert.digest_of_tensors``): the safetensors file made of it is checked by that, whoever wrote it.
    """

    path: str
    saved_as: str
    sha256: str
    num_bytes: int
    form: Form = Form.AS_IT_IS
    tensors_sha256: str = ""

    def __post_init__(self) -> None:
        _check_hash(self.sha256, self.path)
        _check_size(self.num_bytes, self.path)
        place = PurePosixPath(self.saved_as)
        is_confined = not place.is_absolute() and ".." not in place.parts and "\\" not in self.saved_as
        if not is_confined or not place.name or place.as_posix() == "card.json":
            raise ValueError(f"{self.saved_as!r}: a path below the asset's folder is wanted, and card.json is taken")
        if place.suffix not in _SUFFIXES:
            raise ValueError(f"{self.saved_as!r}: is none of {', '.join(_SUFFIXES)}; a pickle needs form=TORCH_STATE")
        if self.form is Form.TORCH_STATE:
            _check_hash(self.tensors_sha256, f"{self.path} (tensors_sha256)")
            if place.suffix != ".safetensors":
                raise ValueError(f"{self.saved_as!r}: a torch state is saved as .safetensors")


@dataclass(frozen=True)
class Asset:
    """One entry. Licences are SPDX expressions. ``loader`` is ``module:name`` of what loads the folder, ``usage`` the
    line of configuration or code that makes use of it."""

    name: str
    title: str
    purpose: str
    usage: str
    package: Package
    files: tuple[WeightFile, ...]
    code_licence: str
    weights_licence: str
    origin: str
    loader: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r}: small letters, digits, dots and hyphens are wanted; it names a folder")
        places = [file.saved_as for file in self.files]
        if not places or len(set(places)) != len(places):
            raise ValueError(f"{self.name}: at least one file is wanted, and each in a place of its own")

    @property
    def num_bytes(self) -> int:
        """What the files take on disk, roughly: a torch state becomes about as much safetensors."""
        return sum(file.num_bytes for file in self.files)


def _check_hash(text: str, where: str) -> None:
    if not _SHA256.fullmatch(text):
        raise ValueError(f"{where}: {text!r} is no SHA-256 of 64 small hex digits")


def _check_size(num_bytes: int, where: str) -> None:
    if num_bytes <= 0:
        raise ValueError(f"{where}: a size above 0 is wanted, not {num_bytes}")
