"""What is installed: each asset in a folder of its own, with a card that says where it came from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmgen.hashes import sha256_of_file
from mmgen.pretrained.asset import Asset, Form
from mmgen.pretrained.convert import digest_of_tensors
from mmgen.pretrained.registry import PRETRAINED, asset_named
from mmgen.resources import find_file

if TYPE_CHECKING:
    from mmgen.config.config import Config

CARD = "card.json"
_MAX_CARD_BYTES = 1 << 20


def find(name: str, config: Config) -> Path | None:
    """The folder of an asset, or None where it is not installed, not whole, or of another release than the registry's.

    Sizes and the card are compared, which is quick; ``mismatches`` reads every byte. ValueError for an unknown name.
    """
    asset = asset_named(name)
    folder = config.pretrained_folder / asset.name
    return None if fault_of(asset, folder) else folder


def require(name: str, config: Config) -> Path:
    """The folder of an asset. ValueError with the command that installs it where ``find`` finds none."""
    asset = asset_named(name)
    folder = config.pretrained_folder / asset.name
    fault = fault_of(asset, folder)
    if fault:
        raise ValueError(f"pretrained weights {name}: {fault}. {remedy(asset)}")
    return folder


def folder_of(said: str, config: Config) -> Path:
    """The folder of what a configuration names: an entry that is installed, or a path. ValueError where it is neither,
    or not there."""
    if said in PRETRAINED:
        return require(said, config)
    folder = find_file(Path(said).expanduser())
    if not folder.is_dir():
        raise ValueError(
            f"{said!r} is neither a folder nor an entry of `mmgen pretrained`: {', '.join(sorted(PRETRAINED))}"
        )
    return folder


def remedy(asset: Asset) -> str:
    """What brings an asset, or mends it."""
    return f"Run `mmgen pretrained install {asset.name}`"


def fault_of(asset: Asset, folder: Path) -> str:
    """Why a folder is not of use, by its card and its files' sizes; empty where nothing is wrong."""
    if not folder.is_dir():
        return f"not installed in {folder.parent}"
    card = read_card(folder)
    if card is None:
        return f"{folder / CARD} is missing or damaged"
    if card.get("archive_sha256") != asset.package.sha256 or set(card["files"]) != {f.saved_as for f in asset.files}:
        return f"{folder} was made from {card.get('package')} {card.get('version')}, not from {asset.package}"
    for file in asset.files:
        place, said = folder / file.saved_as, card["files"][file.saved_as]
        wanted = file.num_bytes if file.form is Form.AS_IT_IS else said["num_bytes"]
        if not place.is_file() or place.stat().st_size != wanted:
            return f"{place} is missing or of another size"
    return ""


def mismatches(asset: Asset, folder: Path) -> list[str]:
    """Every fault of an installed folder, a line each, all bytes read. Empty where it is what the registry names.

    A file that is kept as it is has to have the registry's hash; of one that was converted, what it holds has to. The
    card is believed in neither.
    """
    fault = fault_of(asset, folder)
    if fault:
        return [fault]
    lines = []
    for file in asset.files:
        place = folder / file.saved_as
        if file.form is Form.AS_IT_IS:
            found, wanted, what = sha256_of_file(place), file.sha256, "SHA-256"
        else:
            wanted, what = file.tensors_sha256, "hash of its tensors"
            try:
                found = digest_of_tensors(place)
            except ValueError:
                found = "none (no safetensors file)"
        if found != wanted:
            lines.append(f"{place}: {what} is {found}, not {wanted}")
    return lines


def read_card(folder: Path) -> dict[str, Any] | None:
    """An installed folder's card; None where there is none that can be read."""
    file = folder / CARD
    try:
        if file.stat().st_size > _MAX_CARD_BYTES:
            return None
        card = json.loads(file.read_text(encoding="utf-8"))
        sizes = [int(said["num_bytes"]) for said in card["files"].values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return card if len(sizes) == len(card["files"]) else None
