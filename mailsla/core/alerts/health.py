"""How well something is that was looked at, and how the collection of an account goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Health(StrEnum):
    """How one part is."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """How the collection of one account goes.

    Attributes:
        account: Its name.
        collected_at: When it was last collected with success; None for never.
        is_failing: Whether its last collection failed.
        is_partial: Whether its last success left something out.
        refused: How many logins were refused within a day.
    """

    account: str
    collected_at: datetime | None
    is_failing: bool
    is_partial: bool
    refused: int
