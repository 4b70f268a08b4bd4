"""The vocabulary of the text decoder: words, punctuation, slots such as ``<colour>``, and the tokens that begin a
text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mmgen.kinds import learnt_kinds

PAD, EOS, UNK = "<pad>", "<eos>", "<unk>"
LANGUAGES = ("en", "zh", "other")


def begin_token(kind: str, locale: str) -> str:
    """The first token of a text: ``<bos:description:en>`` for ``("description", "en_GB")``.

    Locales other than English and Chinese share ``other``. Raises ValueError for an unknown kind.
    """
    if kind not in learnt_kinds():
        raise ValueError(f"no text of kind {kind!r} is written; known: {', '.join(learnt_kinds())}")
    language = locale.lower().replace("_", "-").split("-")[0]
    return f"<bos:{kind}:{language if language in LANGUAGES else 'other'}>"


BEGINS = tuple(begin_token(kind, language) for kind in learnt_kinds() for language in LANGUAGES)
SPECIALS = (PAD, EOS, UNK, *BEGINS)


def is_slot(token: str) -> bool:
    """Whether a token stands for a fact (``<colour>``) and not for itself."""
    return len(token) > 2 and token[0] == "<" and token[-1] == ">" and token not in SPECIALS


@dataclass(frozen=True)
class Vocabulary:
    """Tokens in id order; the specials come first, so their ids are the same in every model."""

    tokens: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.tokens[: len(SPECIALS)] != SPECIALS:
            raise ValueError("a vocabulary starts with its special tokens; build it with Vocabulary.build()")

    @classmethod
    def build(cls, texts: Iterable[Sequence[str]], min_count: int = 2, max_tokens: int = 4000) -> Vocabulary:
        """From token sequences: every slot, and the ``max_tokens`` commonest literals seen ``min_count`` times or more.

        Ties go by spelling, so that the order of the rows doesn't change the vocabulary.
        """
        counts = Counter(token for text in texts for token in text if token not in SPECIALS)
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        slots = [token for token in ranked if is_slot(token)]
        words = [token for token in ranked if not is_slot(token) and counts[token] >= min_count]
        return cls((*SPECIALS, *sorted(slots), *words[:max_tokens]))

    def __len__(self) -> int:
        return len(self.tokens)

    @cached_property
    def index(self) -> dict[str, int]:
        return {token: i for i, token in enumerate(self.tokens)}

    @cached_property
    def slot_ids(self) -> tuple[int, ...]:
        return tuple(i for i, token in enumerate(self.tokens) if is_slot(token))

    @cached_property
    def slot_places(self) -> dict[int, int]:
        """Token id of each slot -> its place among ``slot_ids``."""
        return {token: place for place, token in enumerate(self.slot_ids)}

    def encode(self, text: Sequence[str]) -> list[int]:
        """Ids of one text, closed with end-of-text. Unknown words become ``<unk>``."""
        unknown = self.index[UNK]
        ids = [self.index.get(token, unknown) for token in text]
        return ids if text and text[-1] == EOS else [*ids, self.index[EOS]]

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(list(self.tokens), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        return cls(tuple(json.loads(path.read_text(encoding="utf-8"))))
