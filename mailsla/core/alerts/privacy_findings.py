"""What a look finds of personal data: what ended, and what is about to. Nothing is worded here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mailsla.core.alerts.health import Health


@dataclass(frozen=True, slots=True)
class RequestsSealed:
    """So many requests and follow-ups have no personal data any more: of what was due, or came, up to a day.

    The day is None where nothing but what people asked for was erased.
    """

    count: int
    through: date | None = None
    health: Health = Health.OK


@dataclass(frozen=True, slots=True)
class PurgeAhead:
    """The daemon is about to erase, for the first time by this retention, what ended up to a day.

    Attributes:
        conversations: How many conversations, at most.
        through: That day.
        on: From which day on it does.
    """

    conversations: int
    through: date
    on: date
    health: Health = Health.WARNING


PrivacyFinding = RequestsSealed | PurgeAhead
"""Something that was found of personal data."""
