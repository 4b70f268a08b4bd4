"""All voices. A voice is a file and a line here."""

from __future__ import annotations

from mmgen.speech.voice import Voice
from mmgen.speech.voices.espeak_ng import ESPEAK_NG

VOICES: dict[str, Voice] = {voice.name: voice for voice in (ESPEAK_NG,)}
