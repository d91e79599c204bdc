"""How well something is that was looked at."""

from __future__ import annotations

from enum import StrEnum


class Health(StrEnum):
    """How one part is."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"
