"""Clean product texts: repaired for display, personal data masked, language told, tokens for features."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pyarrow as pa

from mmgen.clean.rows import clean_rows
from mmgen.clean.text.language import text_language
from mmgen.clean.text.pii.mask import MASKS, mask_personal_data
from mmgen.clean.text.repair import repair
from mmgen.clean.text.signature import signature_recipe, text_signatures
from mmgen.clean.text.tokens import title_key, tokenize
from mmgen.config.clean import NearCopyParams, TextParams
from mmgen.rejects import RejectReason
from mmgen.values.scripts import is_misread

VERSION = 7

# Letters and digits in one run; not of scripts that set no space between words: Chinese, Japanese, Korean, Thai, Lao,
# Tibetan, Burmese, Khmer
_RUN = re.compile(
    "[^\\W\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
    "\U00020000-\U0003ffff]++"
)
_CLEANED = ("title", "description", "language", "tokens", "num_tokens", "num_masked", "title_key", "reject_reason")
COLUMNS = (*_CLEANED, "signature")
_NEARNESS = NearCopyParams()


def text_recipe(params: TextParams, nearness: NearCopyParams) -> str:
    """The ``config_hash`` of ``clean_texts``."""
    return params.digest(VERSION, signature_recipe(nearness))


def clean_texts(batch: pa.RecordBatch, params: TextParams, nearness: NearCopyParams = _NEARNESS) -> dict[str, Any]:
    """Clean a batch of texts.

    batch: ``title``, ``description``, ``locale``, ``reject_reason`` (passed on where set), strings.
    Returns a list a column, ``batch.num_rows`` long. The title decides whether a row is rejected: ``title_empty`` (none
    given, or nothing left of it), ``text_no_letters`` (neither letter nor digit: emoji, punctuation, masks only),
    ``text_unreadable`` (too many U+FFFD, or letters of a wrong code page). A usable description of a rejected row is
    still cleaned and kept, with its language and tokens, because the rest of the product can use it; ``title`` and
    ``title_key`` are None then. A description without letters becomes None and rejects nothing.

    ``signature`` is made here, once, because ``duplicates`` compares those of all products each night.
    """
    made = clean_rows(batch, ("title", "description", "locale"), _CLEANED, partial(clean_text, params=params))
    return made | {"signature": text_signatures(made["title"], made["description"], nearness)}


def clean_text(title: str | None, description: str | None, locale: str | None, params: TextParams) -> dict[str, Any]:
    """The columns of one product's texts."""
    shown_title, reason, masked_in_title = clean_field(title, params)
    if shown_title is not None and is_misread(shown_title, locale):
        shown_title, reason = None, RejectReason.TEXT_UNREADABLE
    shown_description, _, masked_in_description = clean_field(description, params)
    row: dict[str, Any] = {"reject_reason": None if reason is None else reason.value}
    if shown_title is None and shown_description is None:
        return row
    if shown_title is not None:
        shown_title = shown_title.replace("\n", " ")
    fields = [field[: params.max_token_chars] for field in (shown_title, shown_description) if field is not None]
    readable = MASKS.sub(" ", "\n".join(fields))
    language = text_language(readable, locale)
    tokens = tokenize(readable, language, params.max_tokens)
    return row | {
        "title": shown_title,
        "description": shown_description,
        "language": language,
        "tokens": tokens,
        "num_tokens": len(tokens),
        "num_masked": masked_in_title + masked_in_description,
        "title_key": None if shown_title is None else title_key(MASKS.sub(" ", shown_title)),
    }


def without_endless_words(text: str, max_chars: int) -> str:
    """The text without runs of more than ``max_chars`` letters and digits, which no language has: what reads texts
    after this may take time that grows with the length of a word."""
    if all(len(piece) <= max_chars for piece in text.split()):
        return text
    kept = _RUN.sub(lambda run: run.group() if len(run.group()) <= max_chars else "", text)
    return repair(kept)  # the spaces beside it


def clean_field(text: str | None, params: TextParams) -> tuple[str | None, RejectReason | None, int]:
    """One field for display, or None with the reason why nothing is left; and the number of masks in it."""
    shown = repair(text[: params.max_chars]) if text else ""
    if not shown:
        return None, RejectReason.TITLE_EMPTY, 0
    shown = without_endless_words(shown, params.max_word_chars)
    if not shown:
        return None, RejectReason.TEXT_UNREADABLE, 0
    if shown.count("\ufffd") > params.max_garbled_share * len(shown):
        return None, RejectReason.TEXT_UNREADABLE, 0
    num_masked = 0
    if params.mask_personal_data:
        shown, num_masked = mask_personal_data(shown)
    letters = MASKS.sub("", shown) if num_masked else shown
    if not any(character.isalnum() for character in letters):
        return None, RejectReason.TEXT_NO_LETTERS, num_masked
    return shown, None, num_masked
