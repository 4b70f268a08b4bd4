"""The commands of the launchers, and what the command line says of a configuration that they cannot use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mmgen.config.config import Config
from mmgen.launch.__main__ import main
from mmgen.launch.launcher import Training
from mmgen.launch.registry import LAUNCHERS
from mmgen.pipeline import ROOT

TRAINING = Training("train", "2026-11-01", Path("/srv/jobs/train.py"), ("--ds", "2026-11-01", "--force"))
RANK = ["/srv/jobs/train.py", "--ds", "2026-11-01", "--force"]
MEET = ["--rdzv-backend=c10d", "--rdzv-endpoint=one:29400"]

COMMANDS = {
    "one machine": (
        {"train": {"processes": 3}},
        ["/opt/jobs/bin/torchrun", "--standalone", "--nproc-per-node=3", "--max-restarts=0", *RANK],
    ),
    "several machines": (
        {"train": {"processes": 2}, "launch": {"launcher": "rendezvous", "nodes": 4, "endpoint": "one:29400"}},
        ["/opt/jobs/bin/torchrun", "--nnodes=4", *MEET, "--rdzv-id=mmgen-train-2026-11-01",
         "--nproc-per-node=2", "--max-restarts=0", *RANK],
    ),
    "a meeting by another name": (
        {"train": {"processes": 1}, "launch": {"launcher": "rendezvous", "nodes": 2, "endpoint": "one:29400",
                                               "rendezvous_id": "shoes"}},
        ["/opt/jobs/bin/torchrun", "--nnodes=2", *MEET, "--rdzv-id=shoes", "--nproc-per-node=1", "--max-restarts=0",
         *RANK],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("values", "expected"), COMMANDS.values(), ids=COMMANDS)
def test_commands(monkeypatch: pytest.MonkeyPatch, values: dict[str, object], expected: list[str]) -> None:
    monkeypatch.setenv("MMGEN_PYTHON", "/opt/jobs/bin/python")
    config = Config.load(values)
    assert LAUNCHERS[config.launch.launcher]().start(TRAINING, config).command == expected


def test_the_example_of_contributing_is_a_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMGEN_PYTHON", "/opt/jobs/bin/python")
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("### A launcher\n")[2]
    names: dict[str, Any] = {}
    exec(text.partition("```python\n")[2].partition("```")[0], names)  # noqa: S102 - our own page
    config = Config.load({"launch": {"nodes": 2, "endpoint": "one:29400"}})
    command = names["Slurm"]().start(TRAINING, config).command
    assert command[:6] == ["srun", "--nodes=2", "--ntasks-per-node=1", "/opt/jobs/bin/python", "-m", "mmgen.launch"]
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr("mmgen.launch.__main__.supervise", lambda *given: ran.append(tuple(given[1].command)) or 0)
    assert main(command[6:]) == 0
    assert ran[0][1:3] == ("--nnodes=2", MEET[0])


WRONG = {
    "no such launcher": ('[launch]\nlauncher = "torchrum"', "no launcher is called 'torchrum'. Did you mean 'to"),
    "no endpoint": ('[launch]\nlauncher = "rendezvous"', "launch.endpoint is ''"),
    "no port": ('[launch]\nlauncher = "rendezvous"\nendpoint = "one"', "launch.endpoint is 'one'"),
    "no process": ("[train]\nprocesses = 0", "train.processes"),
    "no number": ('[train]\nprocesses = "all"', "train.processes"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_started_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    monkeypatch.setenv("MMGEN_HOME", str(tmp_path / "home"))
    (tmp_path / "conf.toml").write_text(text, encoding="utf-8")
    assert main(["train", "--ds", "2026-11-01", "--config", str(tmp_path / "conf.toml")]) == 1
    assert said in capsys.readouterr().err
