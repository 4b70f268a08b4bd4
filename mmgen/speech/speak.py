"""A text read aloud: what every voice is given, and what its sound is held to."""

from __future__ import annotations

import io
import re
import unicodedata
import wave
from dataclasses import dataclass

from mmgen.config.params import entry_named
from mmgen.speech.voices.registry import VOICES

MAX_CHARS = 2_000
"""Two to three minutes of English, eight of Chinese; a product's texts are far shorter."""
_BYTES_A_SAMPLE = 2


@dataclass(frozen=True)
class Spoken:
    """A spoken text. ``wav``: a WAV file of 16-bit PCM; ``duration_s``: how long it is."""

    wav: bytes
    voice: str
    sample_rate_hz: int
    duration_s: float


def speak(text: str, locale: str, voice: str = "espeak_ng") -> Spoken:
    """The text in a voice.

    Raises ValueError for a voice that there is not (it names the nearest), for a language that it does not speak, for a
    text that is empty or longer than ``MAX_CHARS``, and where the voice gave no sound that can be read;
    MissingVoiceError, one of them, where the voice is not installed.
    """
    entry = entry_named(VOICES, voice, "voice")
    language = locale.lower().replace("_", "-").split("-")[0]
    if language not in entry.languages:
        raise ValueError(f"the voice {voice!r} speaks {', '.join(entry.languages)}, not {locale!r}")
    line = _one_line(text)
    if not line:
        raise ValueError("there is nothing to say: the text is empty")
    if len(line) > MAX_CHARS:
        raise ValueError(f"the text has {len(line):,} characters of at most {MAX_CHARS:,}: speak it in parts")
    wav = entry.speak(line, locale)
    sample_rate_hz, num_samples = _measured(wav, voice)
    return Spoken(wav, voice, sample_rate_hz, num_samples / sample_rate_hz)


def _one_line(text: str) -> str:
    """Without control and invisible characters, which a voice might take for commands; single spaces."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    kept = "".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    return re.sub(r"\s+", " ", kept).strip()


def _measured(wav: bytes, voice: str) -> tuple[int, int]:
    """(samples a second, samples of one channel) of a WAV file, by what it holds and not by what its header claims."""
    try:
        with wave.open(io.BytesIO(wav)) as sound:
            frame = sound.getnchannels() * sound.getsampwidth()
            num_samples = len(sound.readframes(sound.getnframes())) // frame
            is_pcm16, claimed, rate_hz = (
                sound.getsampwidth() == _BYTES_A_SAMPLE,
                sound.getnframes(),
                sound.getframerate(),
            )
    except (wave.Error, EOFError) as error:
        raise ValueError(f"the voice {voice!r} gave no WAV file: {error}") from None
    if not is_pcm16 or rate_hz <= 0 or num_samples != claimed or not num_samples:
        raise ValueError(f"the voice {voice!r} gave a WAV file that is empty, cut off or not of 16-bit samples")
    return rate_hz, num_samples
