"""Secrets in URLs are never printed."""

from __future__ import annotations

import re
from typing import Any

USER_INFO = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^:/?#@\s]*):(?P<secret>[^\s]*)@")
QUERY = re.compile(r"(?i)(?P<name>[?&](?:password|passwd|pwd|secret|token|sslpassword|api_key)=)[^&#\s]+")


def mask_secrets(text: str) -> str:
    """``scheme://user:***@host``, and the like for passwords that stand in the query."""
    return QUERY.sub(r"\g<name>***", USER_INFO.sub(r"\g<scheme>\g<user>:***@", text))


def masked(value: Any) -> Any:
    """The same for every text of nested values."""
    if isinstance(value, str):
        return mask_secrets(value)
    if isinstance(value, dict):
        return {name: masked(part) for name, part in value.items()}
    return [masked(part) for part in value] if isinstance(value, list | tuple) else value
