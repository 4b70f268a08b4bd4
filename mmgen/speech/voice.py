"""What a voice is: a name, the languages that it speaks, and a function that makes sound of a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class MissingVoiceError(ValueError):
    """A voice whose program or weights are not installed; the message says how they are."""


@dataclass(frozen=True)
class Voice:
    """An entry of the registry.

    ``languages``: the first parts of locales, ``en`` for ``en_GB``. ``speak(text, locale)``: a whole WAV file of 16-bit
    PCM. The text is one line without control characters; a program gets it as data, never in its command. Raises
    MissingVoiceError where the voice is not installed, ValueError where it makes no sound of the text.
    """

    name: str
    languages: tuple[str, ...]
    speak: Callable[[str, str], bytes]
