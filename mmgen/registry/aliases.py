"""The names by which a model version is asked for."""

from __future__ import annotations

CHAMPION, CANDIDATE = "champion", "candidate"
