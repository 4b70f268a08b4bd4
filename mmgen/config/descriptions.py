"""Parameters of the written content: lengths, sampling, and what a person must look at."""

from __future__ import annotations

from pydantic import Field

from mmgen.config.params import Params

DESCRIPTIONS_VERSION = 5
CONTENT_CHECKS_VERSION = 5


class ContentParams(Params):
    """Limits of the content checks. Lengths are in characters; Chinese text has limits of its own, in
    which two Latin letters count as one character."""

    min_description_chars: int = Field(default=15, ge=1)
    max_description_chars: int = Field(default=500, ge=1)
    min_description_chars_zh: int = Field(default=6, ge=1)
    max_description_chars_zh: int = Field(default=200, ge=1)
    aim_ad_copy_chars: int = Field(default=60, ge=1)
    max_ad_copy_chars: int = Field(default=90, ge=1)
    aim_ad_copy_chars_zh: int = Field(default=20, ge=1)
    max_ad_copy_chars_zh: int = Field(default=30, ge=1)
    near_copy_chars: int = Field(default=600, ge=1)
    near_copy_share: float = Field(default=0.9, gt=0, le=1)

    def limits(self, kind: str, language: str) -> tuple[int, int, int]:
        """(shortest, aimed at, longest) length of a text of ``kind``; ``creative`` has the limits of an ad copy."""
        chinese = language == "zh"
        if kind == "description":
            longest = self.max_description_chars_zh if chinese else self.max_description_chars
            return (self.min_description_chars_zh if chinese else self.min_description_chars), longest, longest
        if chinese:
            return 2, self.aim_ad_copy_chars_zh, self.max_ad_copy_chars_zh
        return 3, self.aim_ad_copy_chars, self.max_ad_copy_chars


class DescriptionParams(Params):
    """How descriptions and ad copy are written.

    ``num_samples`` candidates a kind are drawn from the model; a description must state ``min_coverage`` of the facts.
    ``written_chars``: how much of a written description is kept, in characters.
    """

    run_seed: int = 20260101
    num_samples: int = Field(default=4, ge=0, le=64)
    temperature: float = Field(default=0.8, gt=0)
    max_tokens: int = Field(default=72, ge=8)
    min_coverage: float = Field(default=0.5, ge=0, le=1)
    written_chars: int = Field(default=360, ge=40)
    written_chars_zh: int = Field(default=140, ge=20)
    content: ContentParams = ContentParams()

    def longest_written(self, language: str) -> int:
        """How many characters of a written description are kept."""
        return self.written_chars_zh if language == "zh" else self.written_chars
