"""eSpeak NG, a formant synthesiser with rules for some hundred languages: a voice that needs no weights.

https://github.com/espeak-ng/espeak-ng (GPL-3.0-or-later): it is run as a program of its own, Debian's package
``espeak-ng``. It sounds like a machine, and is clear.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
import threading
import wave
from typing import IO, cast

from mmgen.speech.voice import MissingVoiceError, Voice

PROGRAM = "espeak-ng"
MAX_SECONDS = 30.0
"""The longest text takes less than one on a slow core."""
MAX_BYTES = 32 * 1024 * 1024
"""Twelve minutes of its 22,050 samples a second."""
NAMES = {"en": "en-gb", "en-us": "en-us", "zh": "cmn"}
"""Locale, or its language -> eSpeak's name of the voice."""


def _speak(text: str, locale: str) -> bytes:
    tag = locale.lower().replace("_", "-")
    name = NAMES.get(tag) or NAMES[tag.split("-")[0]]
    # Two brackets would begin a list of phonemes, which a text of the shop's never means.
    sound = _run([_program(), "-v", name, "-b", "1", "--stdin", "--stdout"], text.replace("[[", "[ ["))
    return _with_length(sound)


def _program() -> str:
    found = shutil.which(PROGRAM)
    if found is None:
        raise MissingVoiceError(f"{PROGRAM} is not installed: `apt-get install {PROGRAM}`, or put it on the PATH")
    return found


def _run(command: list[str], text: str) -> bytes:
    """What the program writes, within bounds of time and size. It gets no variable of the environment but the PATH."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as errors:
        given.write(text.encode())
        given.seek(0)
        with subprocess.Popen(  # a list, and the text is no part of it
            command, stdin=given, stdout=subprocess.PIPE, stderr=errors, env=environment
        ) as process:
            timer = threading.Timer(MAX_SECONDS, process.kill)
            timer.start()
            try:
                sound = cast("IO[bytes]", process.stdout).read(MAX_BYTES + 1)
                if len(sound) > MAX_BYTES:
                    process.kill()
                code = process.wait()
            finally:
                timer.cancel()
        errors.seek(0)
        said = errors.read(500).decode("utf-8", "replace").strip()
    if len(sound) > MAX_BYTES:
        raise ValueError(f"{PROGRAM} gave more than {MAX_BYTES:,} bytes: speak the text in parts")
    if code < 0:
        raise ValueError(f"{PROGRAM} was killed, at the latest after {MAX_SECONDS:g} s: is the machine overloaded?")
    if code:
        raise ValueError(f"{PROGRAM} ended with {code}: {said}. Are its data (espeak-ng-data) installed?")
    return sound


def _with_length(sound: bytes) -> bytes:
    """The file with its true length in the header: written as a stream, the program cannot know it beforehand."""
    try:
        with wave.open(io.BytesIO(sound)) as streamed:
            channels, width, rate_hz = streamed.getnchannels(), streamed.getsampwidth(), streamed.getframerate()
            frames = streamed.readframes(streamed.getnframes())
    except (wave.Error, EOFError):
        raise ValueError(f"{PROGRAM} gave no sound: are its data (espeak-ng-data) installed?") from None
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as whole:
        whole.setnchannels(channels)
        whole.setsampwidth(width)
        whole.setframerate(rate_hz)
        whole.writeframes(frames)
    return buffer.getvalue()


ESPEAK_NG = Voice("espeak_ng", ("en", "zh"), _speak)
