"""How many processes a machine gets, with and without a GPU's driver; torch is a stand-in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mmgen.launch import devices

CASES = {
    "a number stays": (3, [], {}, "raise SystemExit('not asked')", 3),
    "no driver: torch is not asked": ("auto", ["null", "nvidiactl"], {}, "raise SystemExit('not asked')", 1),
    "one for each": ("auto", ["nvidia0", "nvidia1", "nvidiactl"], {}, "print('said before\\n2')", 2),
    "built without GPUs": ("auto", ["nvidia0"], {}, "print(0)", 1),
    "AMD's": ("auto", ["kfd"], {}, "print(4)", 4),
    "all hidden": ("auto", ["nvidia0"], {"CUDA_VISIBLE_DEVICES": ""}, "raise SystemExit('not asked')", 1),
    "hidden by -1": ("auto", ["nvidia0"], {"HIP_VISIBLE_DEVICES": "-1"}, "raise SystemExit('not asked')", 1),
    "some hidden: torch knows": ("auto", ["nvidia0"], {"CUDA_VISIBLE_DEVICES": "1"}, "print(1)", 1),
}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MMGEN_PYTHON", sys.executable)
    monkeypatch.setattr(devices, "DEV", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("wanted", "there", "environment", "torch", "expected"), CASES.values(), ids=CASES)
def test_processes_of_a_machine(
    machine: Path, monkeypatch: pytest.MonkeyPatch,
    wanted: int | str, there: list[str], environment: dict[str, str], torch: str, expected: int,
) -> None:  # fmt: skip
    for name in there:
        (machine / name).touch()
    monkeypatch.setattr(devices, "ASK_TORCH", torch)
    assert devices.processes_of(wanted, environment) == expected


def test_a_torch_that_does_not_answer_is_said(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (machine / "nvidia0").touch()
    monkeypatch.setattr(devices, "ASK_TORCH", "raise SystemExit('libcuda.so: cannot open')")
    with pytest.raises(RuntimeError, match=r"can't say how many GPUs there are: libcuda\.so: cannot open"):
        devices.processes_of("auto", {})
