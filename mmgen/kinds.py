"""The kinds of content that are made for a product."""

from __future__ import annotations

TEXT_KINDS = ("description", "ad_copy")
CONTENT_KINDS = (*TEXT_KINDS, "creative")
"""What is written for a product; a picture is told by the path of its file."""
