"""eSpeak NG: what it says where it is installed, and what is said where it is not, fails, hangs or floods."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mmgen.speech.speak import MAX_CHARS, speak
from mmgen.speech.voice import MissingVoiceError
from mmgen.speech.voices import espeak_ng

needs_espeak = pytest.mark.skipif(shutil.which(espeak_ng.PROGRAM) is None, reason="espeak-ng is not installed")


@needs_espeak
@pytest.mark.parametrize(
    ("text", "locale"),
    [
        pytest.param("A white oak shelf, 80 cm wide.", "en_GB", id="english"),
        pytest.param("A white oak shelf, 80 cm wide.", "en-US", id="american"),
        pytest.param("白色橡木架，宽80厘米。", "zh_CN", id="chinese"),
        pytest.param("-v de --stdout; $(reboot) `ls` | cat", "en", id="text_is_no_command"),
        pytest.param("<speak><break time='9s'/>Oak</speak>", "en", id="text_is_no_markup"),
    ],
)
def test_it_speaks(text: str, locale: str) -> None:
    spoken = speak(text, locale)
    assert spoken.sample_rate_hz == 22_050
    assert 0.04 * len(text) < spoken.duration_s < 0.4 * len(text)
    assert spoken == speak(text, locale)


@needs_espeak
def test_the_longest_text_stays_within_bounds() -> None:
    assert 300 < speak("这是一个白色橡木架" * (MAX_CHARS // 9), "zh").duration_s < 900


def test_where_it_is_not_installed_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingVoiceError, match="apt-get install espeak-ng"):
        speak("Oak shelf", "en")


@pytest.mark.parametrize(
    ("script", "error"),
    [
        pytest.param("echo no such voice >&2; exit 1", "ended with 1: no such voice", id="fails"),
        pytest.param("exit 0", "gave no sound", id="says_nothing"),
        pytest.param("exec sleep 30", "killed, at the latest after 0.5 s", id="hangs"),
        pytest.param("exec cat /dev/zero", "gave more than 1,000 bytes", id="floods"),
        pytest.param('test -z "$SECRET" && exit 3; exit 4', "ended with 3", id="sees_no_secret"),
    ],
)
def test_a_program_that_misbehaves(script: str, error: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / espeak_ng.PROGRAM
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("SECRET", "s3cret")
    monkeypatch.setattr(espeak_ng, "MAX_SECONDS", 0.5)
    monkeypatch.setattr(espeak_ng, "MAX_BYTES", 1_000)
    with pytest.raises(ValueError, match=error):
        speak("Oak shelf", "en")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("", "nothing to say", id="empty"),
        pytest.param("\x00\u200b \n", "nothing to say", id="invisible"),
        pytest.param("a" * (MAX_CHARS + 1), "speak it in parts", id="too_long"),
    ],
)
def test_texts_that_are_not_spoken(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        speak(text, "en")
