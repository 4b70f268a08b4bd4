"""Parameters of the written content: lengths, sampling, and what a person must look at."""

from __future__ import annotations

from pydantic import Field

from mmgen.config.params import Params, entry_named
from mmgen.kinds import AD_COPY, DESCRIPTION, KINDS

DESCRIPTIONS_VERSION = 7
CONTENT_CHECKS_VERSION = 9
_DESCRIPTION, _AD_COPY = DESCRIPTION.limits, AD_COPY.limits


class ContentParams(Params):
    """Limits of the content checks. Lengths are in characters; Chinese text has limits of its own, in
    which two Latin letters count as one character. A length without a key of its own is that of ``mmgen.kinds``.
    ``puffery``: words of tone that a shop allows beside those of ``content_checks/words``; a person looks at a text of
    which more than ``max_unexplained_share`` of the words are in no fact."""

    min_description_chars: int = Field(default=_DESCRIPTION[""].shortest, ge=1)
    max_description_chars: int = Field(default=_DESCRIPTION[""].longest, ge=1)
    min_description_chars_zh: int = Field(default=_DESCRIPTION["zh"].shortest, ge=1)
    max_description_chars_zh: int = Field(default=_DESCRIPTION["zh"].longest, ge=1)
    aim_ad_copy_chars: int = Field(default=_AD_COPY[""].aimed_at, ge=1)
    max_ad_copy_chars: int = Field(default=_AD_COPY[""].longest, ge=1)
    aim_ad_copy_chars_zh: int = Field(default=_AD_COPY["zh"].aimed_at, ge=1)
    max_ad_copy_chars_zh: int = Field(default=_AD_COPY["zh"].longest, ge=1)
    max_unexplained_share: float = Field(default=0.7, ge=0, le=1)
    puffery: tuple[str, ...] = ()
    near_copy_chars: int = Field(default=600, ge=1)
    near_copy_share: float = Field(default=0.9, gt=0, le=1)

    def limits(self, kind: str, language: str) -> tuple[int, int, int]:
        """(shortest, aimed at, longest) length of a text of ``kind``; of a picture, that of the text which it shows.

        Raises ValueError, with the nearest name, for a kind that is not in ``mmgen.kinds``.
        """
        entry = entry_named(KINDS, kind, "kind of content")
        if entry.text_of:
            return self.limits(entry.text_of, language)
        own = entry.limits.get(language, entry.limits[""])
        key = f"{kind}_chars_{language}" if language in entry.limits else f"{kind}_chars"
        longest: int = getattr(self, f"max_{key}", own.longest)
        return getattr(self, f"min_{key}", own.shortest), getattr(self, f"aim_{key}", own.aim or longest), longest


class DescriptionParams(Params):
    """How descriptions and ad copy are written.

    ``num_samples`` candidates a kind are drawn from the model. ``written_chars``: how much of a written description is
    kept, in characters; sentences that warn are kept in any case.
    """

    run_seed: int = 20260101
    num_samples: int = Field(default=4, ge=0, le=64)
    temperature: float = Field(default=0.8, gt=0)
    max_tokens: int = Field(default=72, ge=8)
    written_chars: int = Field(default=500, ge=40)
    written_chars_zh: int = Field(default=200, ge=20)
    content: ContentParams = ContentParams()

    def longest_written(self, language: str) -> int:
        """How many characters of a written description are kept."""
        return self.written_chars_zh if language == "zh" else self.written_chars
