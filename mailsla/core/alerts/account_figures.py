"""How the collection of an account goes, as figures for whoever watches the installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
