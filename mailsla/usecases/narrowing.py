"""What of a selection can be asked of the store: less is read, and whoever reads it still tells exactly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.receipt_bounds import received_before, received_from
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.narrowed import Narrowed
from mailsla.core.rate.period import Period
from mailsla.core.rate.promises import KeptBy, Promise
from mailsla.core.rate.selection import FOLLOW_UPS_TOO, THOSE_COUNTED, THOSE_LISTED, Selection, State
from mailsla.core.rate.standard import Standard, Variant

NOT_DUE = frozenset({State.NOT_DUE, State.NOT_DUE_ANSWERED, State.NOT_DUE_WAITING, State.DUE_SOON})
UNANSWERED = frozenset(
    {State.OVERDUE, State.DUE_SOON, State.NOT_DUE_WAITING, State.UNANSWERED, State.UNSEEN_REPLY}
)
HANDLED = frozenset({State.HANDLED, State.HANDLED_IN_TIME})
ANSWERED = HANDLED | {
    *(State.MET, State.NOT_DUE_ANSWERED, State.ANSWERED),
    *(State.ANSWERED_BY_DECISION, State.ANSWERED_BY_FILING),
}
"""States of those not due, of those that nothing answered, and of those that something did."""

ONE_DAY = timedelta(days=1)


def narrowed(
    selection: Selection,
    standard: Standard,
    now: datetime,
    promise: Promise | None = None,
    *,
    count_follow_ups: bool = False,
) -> Narrowed:
    """Return which requests to read for a selection, judged by `standard`, or by a promise beside the main one."""
    found = Narrowed(
        now,
        service=selection.service,
        unassigned=selection.unassigned,
        follow_up=_follow_up(selection, count_follow_ups=count_follow_ups),
        excluded=_excluded(selection),
        reason=selection.reason,
        sealed=selection.state is State.SEALED,
    )
    is_by_first_mail = promise is not None and promise.kept_by is KeptBy.FIRST_MAIL
    if selection.variant is not Variant.MAIL_ALONE and not is_by_first_mail:
        # Otherwise something else answers.
        found = _answered(found, selection, standard.clock.calendar)
    return _received(_of_category(found, selection, standard), selection, standard, promise)


def _follow_up(selection: Selection, *, count_follow_ups: bool) -> bool | None:
    if selection.follow_ups or selection.state is State.FOLLOW_UP:
        return True
    too = count_follow_ups or (selection.state in FOLLOW_UPS_TOO and not selection.counted)
    return None if too else False


def _excluded(selection: Selection) -> bool | None:
    if selection.state is State.EXCLUDED:
        return True
    return None if selection.state in (THOSE_COUNTED if selection.counted else THOSE_LISTED) else False


def _of_category(found: Narrowed, selection: Selection, standard: Standard) -> Narrowed:
    main = standard.main.category
    if selection.category not in {None, main}:
        return replace(found, category=selection.category)
    if selection.category is None and not selection.counted:
        return found
    # A category without a promise of its own falls under the main one.
    return replace(found, other_than=tuple(name for name in standard.commitments if name != main))


def _answered(found: Narrowed, selection: Selection, calendar: WorkingCalendar) -> Narrowed:
    if selection.state in UNANSWERED:
        return replace(found, answered=False)
    if selection.state not in ANSWERED:
        return found
    if selection.period is None or selection.state not in HANDLED:
        return replace(found, answered=True)
    since, until = _instants(selection.period, calendar, found.now)
    return replace(found, answered=True, answered_from=since, answered_before=until)


def _received(found: Narrowed, selection: Selection, standard: Standard, promise: Promise | None) -> Narrowed:
    """Bound the receipt of those that are due in a period, received in it, or not due yet."""
    clock, now, period = standard.clock, found.now, selection.period
    due_from = _last_working_day(clock.calendar, now) if selection.state in NOT_DUE else date.min
    since = until = None
    if period is not None and selection.state not in HANDLED:
        if selection.by is Belonging.RECEIVED:
            since, until = _instants(period, clock.calendar, now)
        else:
            due_from = max(due_from, period.first)
            # A date that the office announces may come before any that the calendar gives.
            if promise is None or promise.kept_by is not KeptBy.ANNOUNCED_DATE:
                until = received_before(clock, _promised(standard, promise), period.last, now)
    if due_from > date.min:
        earliest = received_from(clock, _promised(standard, promise), due_from, now)
        since = earliest if since is None else max(since, earliest)
    return replace(found, received_from=since, received_before=until)


def _promised(standard: Standard, promise: Promise | None) -> Iterable[Commitment]:
    """Return the promises by which due dates are given."""
    if promise is None or promise.kept_by is KeptBy.ANSWER:
        return standard.commitments.values()
    return (promise.commitment,)


def _last_working_day(calendar: WorkingCalendar, now: datetime) -> date:
    """Return the last working day up to now: nothing due before it is in time now."""
    on = calendar.local_date(now)
    while on > calendar.first and not calendar.is_working(on):
        on -= ONE_DAY
    return on


def _instants(
    period: Period, calendar: WorkingCalendar, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """Return the first instant of a period, and the first after it; None where nothing lies beyond."""
    today = calendar.local_date(now)
    since = until = None
    if period.first > calendar.first:
        since = calendar.start_of(min(period.first, today + ONE_DAY))
    if period.last < today:
        until = calendar.start_of(max(period.last + ONE_DAY, calendar.first))
    return since, until
