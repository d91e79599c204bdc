"""When a due date moves: the dates that holding replies announce, each in time for the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dateutil.relativedelta import relativedelta

LONGEST_ANNOUNCEMENT = relativedelta(months=3)
"""After receipt: no announced date moves a due date further."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A holding reply: when it was sent, and by which date it promises the answer."""

    at: datetime
    answer_by: date


def moved_due_date(
    announcements: Sequence[Announcement],
    received_on: date,
    due_on: date,
    is_in_time: Callable[[datetime], bool],
    is_by: Callable[[date, datetime], bool],
) -> date | None:
    """Return the date to which announcements moved a due date; None when it stands.

    Each counts when it was sent before what it replaces fell due; none beyond three months after receipt.

    Args:
        announcements: First to last.
        received_on: The local date of receipt.
        due_on: The due date without them.
        is_in_time: Whether an instant is in time for that.
        is_by: Whether an instant is in time for a date.
    """
    moved_to = None
    furthest = received_on + LONGEST_ANNOUNCEMENT
    for item in announcements:
        in_time = is_in_time(item.at) if moved_to is None else is_by(moved_to, item.at)
        if in_time and (moved_to or due_on) < item.answer_by <= furthest:
            moved_to = item.answer_by
    return moved_to


def announced_in_force(
    announcements: Sequence[Announcement], received_on: date, is_by: Callable[[date, datetime], bool]
) -> date | None:
    """Return the date that was announced and holds; None when none was.

    The first one holds, whenever it was sent; each later date replaces it when it was sent before that fell due, so
    that a date is never taken back once it is missed. None beyond three months after receipt.

    Args:
        announcements: First to last.
        received_on: The local date of receipt.
        is_by: Whether an instant is in time for a date.
    """
    in_force = None
    furthest = received_on + LONGEST_ANNOUNCEMENT
    for item in announcements:
        replaces = in_force is None or (in_force < item.answer_by and is_by(in_force, item.at))
        if replaces and item.answer_by <= furthest:
            in_force = item.answer_by
    return in_force
