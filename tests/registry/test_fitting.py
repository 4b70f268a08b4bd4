from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mmgen.config.config import Config
from mmgen.engine.context import JobContext
from mmgen.registry.fitting import UNTRAINED, Fitted, Fitting, fit_where_needed, fitted_champion, worker_number
from mmgen.registry.promotion import Decision


@dataclass
class Scale:
    """The smallest model there is: one number, good where it is below ten."""

    number: int
    seen: list[str] = field(default_factory=list)

    def prepare(self) -> Fitting | str:
        self.seen.append("prepare")
        if not self.number:
            return "no row to learn from"
        return Fitting(f"made for {self.number}", {"clean_texts": 4}, self.fit, self.judge)

    def fit(self, folder: Path) -> None:
        self.seen.append("fit")
        (folder / "scale.json").write_text(json.dumps(self.number))

    def judge(self, folder: Path, champion: Path | None) -> tuple[dict[str, float], Decision]:
        assert json.loads((folder / "scale.json").read_text()) == self.number
        before = json.loads((champion / "scale.json").read_text()) if champion else None
        self.seen.append(f"judge against {before}")
        return {"error": float(self.number)}, Decision(self.number < 10, [f"error {self.number}"])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def job(home: Path, is_forced: bool = False) -> JobContext:
    return JobContext("text_encoder", Config(home=home), "2026-11-01", "run", is_forced=is_forced)


def run(home: Path, number: int, is_forced: bool = False) -> tuple[str, list[str]]:
    scale = Scale(number)
    return fit_where_needed(job(home, is_forced), "text", scale.prepare), scale.seen


def test_a_first_model_is_fitted_once_and_a_forced_one_again(home):
    assert fitted_champion(Config(home=home), "text") == Fitted("mmgen-encoder-text")
    assert Fitted("mmgen-encoder-text").label == UNTRAINED
    line, seen = run(home, 3)
    assert "version 1 promoted to champion: error 3" in line and seen == ["prepare", "fit", "judge against None"]
    champion = fitted_champion(Config(home=home), "text")
    assert (champion.version, champion.label) == ("1", "mmgen-encoder-text-1")
    assert Path(champion.folder).is_relative_to(home / "models")
    assert json.loads((Path(champion.folder) / "scale.json").read_text()) == 3
    assert json.loads((Path(champion.folder) / "figures.json").read_text()) == {"error": 3.0}
    line, seen = run(home, 4)
    assert "nothing to fit" in line and seen == [], "a night with a champion looks at no data"
    line, seen = run(home, 4, is_forced=True)
    assert "version 2 promoted" in line and seen == ["prepare", "fit", "judge against 3"]
    assert fitted_champion(Config(home=home), "text").version == "2"


def test_one_that_is_no_good_leaves_the_champion_and_is_not_fitted_twice(home):
    run(home, 3)
    assert "version 2 registered, not promoted" in run(home, 12, is_forced=True)[0]
    assert fitted_champion(Config(home=home), "text").version == "1"
    line, seen = run(home, 12, is_forced=True)
    assert "version 2 was fitted on the same and was not promoted" in line and seen == ["prepare"]


def test_where_there_is_nothing_to_learn_from_there_is_no_model(home):
    line, seen = run(home, 0)
    assert line == "text_encoder ds=2026-11-01: no row to learn from" and seen == ["prepare"]
    assert fitted_champion(Config(home=home), "text").label == UNTRAINED


def test_modalities_have_models_of_their_own(home):
    run(home, 3)
    assert fitted_champion(Config(home=home), "image").label == UNTRAINED


@pytest.mark.parametrize(
    ("roles", "task", "expected"),
    [
        ((), None, 0),
        (("worker",), {"type": "worker", "index": 0}, 0),
        (("worker",), {"type": "worker", "index": 2}, 2),
        (("chief", "worker"), {"type": "chief", "index": 0}, 0),
        (("chief", "worker"), {"type": "worker", "index": 0}, 1),
    ],
)
def test_worker_number(monkeypatch, roles, task, expected):
    cluster = {role: ["localhost:1"] for role in roles}
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": task}) if task else "")
    assert worker_number() == expected


def test_only_the_first_of_a_group_registers(home, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", json.dumps({"task": {"type": "worker", "index": 1}}))
    line, seen = run(home, 3)
    assert "was not the first of its group" in line and seen == ["prepare", "fit"]
    monkeypatch.delenv("TF_CONFIG")
    assert fitted_champion(Config(home=home), "text").label == UNTRAINED
