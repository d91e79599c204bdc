"""Gaps: stretches of time over which an account was not read whole, as its runs of collection tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time over which an account was not collected; `until` is None while it lasts.

    `partial` when only some of its mailboxes were not: the server refused them. `never` when it never was before
    either: nothing of any time is known. `lost` says how many mails came and went in it unseen, as the next whole read
    found; None when nothing tells.
    """

    account: str
    since: datetime
    until: datetime | None
    partial: bool = False
    never: bool = False
    lost: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when an account was read: from the end of its first whole read; `until` is None while it is."""

    account: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountRead:
    """When an account was first read whole, and when it was read last."""

    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """A run, or a span of runs alike, that ends otherwise than the run before, follows a silence, or is last.

    Attributes:
        account: The account's name.
        is_good: Whether it ended as it should.
        started_at: When it began.
        started_before: When the run before it began; None for the first.
        last_at: When the last of them began, if no other follows; None otherwise.
    """

    account: str
    is_good: bool
    started_at: datetime
    started_before: datetime | None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What the runs of every account say, by the order in which they began.

    Attributes:
        whole: The turns among runs with a known end; good are those that read their account.
        partial: The turns among runs that did; good are those that left no mailbox out.
        first_tries: Account → when it was first tried.
        read_whole: The accounts that were read to their end at least once.
    """

    whole: Iterable[Turn]
    partial: Iterable[Turn]
    first_tries: Mapping[str, datetime]
    read_whole: Collection[str]


def gaps(history: History, accounts: Collection[str], silence: timedelta, now: datetime) -> tuple[Gap, ...]:
    """Return the stretches over which accounts were not read whole, from success to success, by their ends.

    Where collections failed, however short; where none ended, or none was tried, those longer than `silence`;
    and, as partial, where they had to leave a mailbox out, and said so. Of the accounts that are not among
    `accounts` any more, only what is over. One of them that was never read has a gap since it was first tried,
    or since `now`.
    """
    never = set(accounts).difference(history.read_whole)
    found = (
        *(gap for gap in _stretches(history.whole, silence, now) if gap.account not in never),
        *(Gap(name, history.first_tries.get(name, now), None, never=True) for name in sorted(never)),
        *(replace(gap, partial=True) for gap in _stretches(history.partial)),
    )
    return tuple(gap for gap in found if gap.until is not None or gap.account in accounts)


def _stretches(
    turns: Iterable[Turn], silence: timedelta = timedelta.max, now: datetime | None = None
) -> Iterator[Gap]:
    """Yield the stretches from the last good run to the next; with `now`, a silence that lasts too."""
    open_since: dict[str, datetime] = {}
    for turn in turns:
        before = turn.started_before or turn.started_at
        if not turn.is_good:
            open_since.setdefault(turn.account, before)
        elif turn.account in open_since or turn.started_at - before > silence:
            yield Gap(turn.account, open_since.pop(turn.account, before), turn.started_at)
        last_at = turn.last_at if turn.is_good else None
        if last_at is not None and now is not None and now - last_at > silence:
            open_since[turn.account] = last_at
    for name, since in open_since.items():
        yield Gap(name, since, None)
