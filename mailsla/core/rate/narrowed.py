"""Which requests are asked of the store: less than all of them, and never less than what is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which requests to read: all that are selected, and some that are not; None for any.

    Attributes:
        now: Received by then, the present.
        received_from: Received from then on.
        received_before: Received before that.
        answered: Whether something has answered them by now.
        answered_from: Answered from then on.
        answered_before: Answered before that.
        service: Those that this service has.
        unassigned: Only those that no service has.
        category: Only those of this category.
        other_than: None of those of these categories.
        follow_up: Whether they are follow-ups.
        excluded: Whether a person left them out of the figures.
        reason: Only those left out for this reason.
        keys: These alone.
        sealed: Only those whose values are gone.
    """

    now: datetime
    received_from: datetime | None = None
    received_before: datetime | None = None
    answered: bool | None = None
    answered_from: datetime | None = None
    answered_before: datetime | None = None
    service: str | None = None
    unassigned: bool = False
    category: str | None = None
    other_than: tuple[str, ...] = ()
    follow_up: bool | None = None
    excluded: bool | None = None
    reason: str | None = None
    keys: tuple[str, ...] | None = None
    sealed: bool = False
