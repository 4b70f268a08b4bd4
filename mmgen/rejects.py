"""Why a row was rejected: one enum for the whole flow, so that counts add up and nothing vanishes."""

from __future__ import annotations

from enum import StrEnum


class RejectReason(StrEnum):
    """The value of a row's ``reject_reason``. A row without one is clean."""

    # import and extract
    DUPLICATE_ID = "duplicate_id"
    ID_MISSING = "id_missing"
    ID_UNREADABLE = "id_unreadable"
    ROW_UNREADABLE = "row_unreadable"
    NOT_FOR_SALE = "not_for_sale"
    MEDIA_MISSING = "media_missing"
    MEDIA_EMPTY = "media_empty"
    MEDIA_OUTSIDE_ROOT = "media_outside_root"
    MEDIA_TOO_LARGE = "media_too_large"
    MEDIA_UNREADABLE = "media_unreadable"
    MEDIA_URL_REFUSED = "media_url_refused"
    # clean images
    IMAGE_NOT_AN_IMAGE = "image_not_an_image"
    IMAGE_FORMAT_UNSUPPORTED = "image_format_unsupported"
    IMAGE_TRUNCATED = "image_truncated"
    IMAGE_UNDECODABLE = "image_undecodable"
    IMAGE_TOO_MANY_PIXELS = "image_too_many_pixels"
    IMAGE_TOO_SMALL = "image_too_small"
    IMAGE_BLANK = "image_blank"
    # clean texts
    TITLE_EMPTY = "title_empty"
    TEXT_NO_LETTERS = "text_no_letters"
    TEXT_UNREADABLE = "text_unreadable"
    # clean audio
    AUDIO_NOT_AUDIO = "audio_not_audio"
    AUDIO_TRUNCATED = "audio_truncated"
    AUDIO_UNDECODABLE = "audio_undecodable"
    AUDIO_TOO_LONG = "audio_too_long"
    AUDIO_TOO_SHORT = "audio_too_short"
    AUDIO_SILENT = "audio_silent"
    # further down: the input was rejected already, or nothing is left to work with
    INPUT_REJECTED = "input_rejected"
    NO_MODALITY = "no_modality"
    TRANSFORM_FAILED = "transform_failed"
    ROW_TOO_SLOW = "row_too_slow"
    CONTENT_REJECTED = "content_rejected"


def reason_text(reason: RejectReason | str | None) -> str | None:
    """The column value of a reason (None stays None)."""
    return None if reason is None else str(reason)
