"""Where jobs, contracts and configuration are looked for, in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen import resources
from mmgen.config.config import load_config
from mmgen.pipeline import job_environment


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """As in a wheel, with the working directory elsewhere; gives the shipped folder."""
    shipped, work = tmp_path / "packages" / "shipped", tmp_path / "work"
    (shipped / "conf" / "sources").mkdir(parents=True)
    (shipped / "conf" / "sources" / "plain.toml").write_text("shipped")
    work.mkdir()
    monkeypatch.setattr(resources, "IS_CHECKOUT", False)
    monkeypatch.setattr(resources, "ROOT", shipped)
    for name in ("MMGEN_HOME", "MMGEN_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(work)
    return shipped


def test_in_a_checkout_its_folders_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    checkout = Path(__file__).resolve().parent.parent
    assert (resources.ROOT, resources.base_folder(), resources.working_folder(tmp_path)) == (checkout,) * 3
    assert resources.import_path() == {"PYTHONPATH": str(checkout)}
    assert resources.has_home({})


def test_an_installed_package_is_neither_home_nor_working_folder(installed: Path, tmp_path: Path) -> None:
    work, home = tmp_path / "work", tmp_path / "home"
    assert (resources.base_folder(), resources.working_folder(home)) == (work, home)
    assert "PYTHONPATH" not in job_environment(), "one environment's packages are not another's"
    config = tmp_path / "my.toml"
    config.write_text("seed = 3")
    assert load_config(config).home == work / "var"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, False), ({"MMGEN_HOME": ""}, False), ({"MMGEN_HOME": "/h"}, True), ({"MMGEN_CONFIG": "/c.toml"}, True)],
    ids=["none", "empty", "home", "configuration"],
)
def test_has_home(installed: Path, environment: dict[str, str], expected: bool) -> None:
    assert resources.has_home(environment) is expected


@pytest.mark.parametrize(
    ("name", "own", "expected"),
    [
        pytest.param("conf/sources/plain.toml", False, "shipped", id="shipped"),
        pytest.param("conf/sources/plain.toml", True, "own", id="a person's own wins"),
        pytest.param("conf/sources", False, None, id="a folder is no file"),
        pytest.param("conf/sources/none.toml", False, None, id="neither"),
    ],
)
def test_find_file(installed: Path, name: str, own: bool, expected: str | None) -> None:
    if own:
        Path(name).parent.mkdir(parents=True)
        Path(name).write_text("own")
    found = resources.find_file(Path(name))
    assert (found.read_text() if expected else found) == (expected or Path(name))
