"""The announced delay: a date that a holding reply gives is a promise of its own (DOMAIN: not replies)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailsla.core.clock.announcement import Announcement, announced_in_force
from mailsla.core.clock.verdict import Clock, Outcome, Verdict


def verdict_by_announced_date(
    clock: Clock,
    received_at: datetime,
    answered_at: datetime | None,
    announcements: Sequence[Announcement],
    now: datetime,
) -> Verdict | None:
    """Return how a request stands at `now` by the date that the office announced; None when it had announced none.

    The date is kept by an answer on it at the latest, or on the closed days that follow it; it has come once no answer
    sent at `now` could keep it. Whatever is sent after `now` does not exist yet.
    """
    known = [item for item in announcements if item.at <= now]
    answer_by = announced_in_force(known, clock.calendar.local_date(received_at), clock.is_by)
    if answer_by is None:
        return None
    answered = answered_at if answered_at is not None and answered_at <= now else None
    end = answered or now
    in_time = clock.is_by(answer_by, end)
    elapsed = clock.elapsed(received_at, end)
    judged = Outcome.MET if in_time and answered else Outcome.MISSED
    return Verdict(
        outcome=Outcome.NOT_DUE if clock.is_by(answer_by, now) else judged,
        received_on=clock.received_on(received_at),
        due_on=answer_by,
        answered_on=None if answered is None else clock.calendar.local_date(answered),
        working_days=elapsed,
        elapsed=elapsed,
        announced=True,
        in_time=in_time,
    )
