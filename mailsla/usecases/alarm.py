"""The alarm: whoever runs mailsla is told, once, that collection has stopped, and once that it goes on.

Whatever is to be told of several accounts is one mail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from mailsla.core.alerts.outgoing import Outgoing
from mailsla.core.collection.gap import Gap
from mailsla.core.collection.outcome import RecordedRun, RunOutcome
from mailsla.usecases.gaps import GapSource, patience

COLLECTION = "collection"
"""The kind of an alarm; its purpose names each stretch that it tells of: what, the account, since when."""

STOPPED, RESUMED = "collection-stopped", "collection-resumed"
REFUSED, READ_AGAIN = "mailbox-refused", "mailbox-read-again"
"""What is told of a stretch; until all accounts were told of in one mail, also the kind of its own."""

NEARLY = 2
"""What has lasted for at least such a part of what makes it due is told with what is due: one fault is one mail."""

STEADY = timedelta(hours=1)
"""A collection goes on when it has for so long: one that stops and goes on by turns is one stretch."""


class AlarmOutbox(Protocol):
    """Where outgoing mails wait."""

    def purposes(self, recipient: str, words: Collection[str]) -> Sequence[str]:
        """Return the purposes of all mails to a recipient that begin with one of some words, the oldest first."""

    def add(self, mail: Outgoing, at: datetime) -> bool:
        """Add a mail; False when it is there already."""


class Runs(GapSource, Protocol):
    """Where the runs of collection are remembered."""

    def last(self) -> Sequence[RecordedRun]:
        """Return, for each account, its last ended run and its last successful one."""


@dataclass(frozen=True)
class AlarmRule:
    """Who is told, and when.

    Attributes:
        operator: Their address; None for nobody.
        after: How old a collection may be before it is an alarm.
        domain: Of the Message-IDs.
    """

    operator: str | None
    after: timedelta
    domain: str


Write = Callable[[Sequence[Gap]], tuple[str, str]]
"""Turns stretches, over or not, into a subject and a text."""

Explain = Callable[[Sequence[tuple[Gap, str | None]]], tuple[str, str]]
"""Turns stretches, each with its reason when one is known, into a subject and a text."""

_Line = tuple[str, bool]
"""What is told of apart: an account as a whole, or the mailboxes it leaves out."""


def look_and_sound(
    runs: Runs,
    outbox: AlarmOutbox,
    intervals: Mapping[str, timedelta],
    rule: AlarmRule,
    explain: Explain,
    now: datetime,
    today: date,
) -> int:
    """Look at how collections went and write the alarm that is due; return how many.

    Args:
        runs: Where they are remembered.
        outbox: Where mails wait.
        intervals: Each account, and the time between its collections.
        rule: Who is told, and when; of accounts that are collected more seldom than that, later.
        explain: Says it.
        now: The present instant.
        today: Its local date.
    """
    if rule.operator is None:
        return 0
    told = _told(outbox, rule.operator)
    rule = replace(rule, after=patience(rule.after, intervals))
    # What was over before matters no more: a round reads little, however long the site has been watched.
    since = min((now, *told.values())) - STEADY
    last = runs.last()
    refused = {run.account for run in last if run.outcome.needs_a_person}
    # Of a success, what it left out; of anything else, why it was none.
    reasons = {(run.account, run.outcome is RunOutcome.OK): run.reason for run in last}
    return sound(
        outbox,
        runs.gaps(intervals.keys(), rule.after, now, since),
        {account: account in refused for account in intervals},
        rule,
        lambda due: explain([(gap, reasons.get((gap.account, gap.partial))) for gap in due]),
        now,
        today,
    )


def sound(
    outbox: AlarmOutbox,
    gaps: Iterable[Gap],
    accounts: Mapping[str, bool],
    rule: AlarmRule,
    write: Write,
    now: datetime,
    today: date,
) -> int:
    """Write the alarm that is due to the outbox and return how many: one mail, of all accounts.

    A refusal that a person must act on is told at once, anything else when it has lasted `rule.after`. Each
    stretch is told once, whatever the restarts, and its end, once collection is steady, only when its beginning
    was; one that begins before that is told is the same one.

    Args:
        outbox: Where mails wait.
        gaps: The stretches without a whole collection, those that are over too, by their ends.
        accounts: Each account, and whether its last failure needs a person.
        rule: Who is told, and when.
        write: Says it.
        now: The present instant.
        today: Its local date.
    """
    if rule.operator is None:
        return 0
    told = _told(outbox, rule.operator)
    last = {(gap.account, gap.partial): gap for gap in gaps}
    stretches: list[_Stretch] = []
    for account, partial in [(name, partial) for name in accounts for partial in (False, True)]:
        gap, begun = last.get((account, partial)), told.get((account, partial))
        if gap is not None and gap.until is None:
            if begun is None:
                at_once = accounts[account] and not partial
                stretches.append(_Stretch(gap, now - gap.since, timedelta() if at_once else rule.after))
        elif begun is not None:
            # None that is over is known after a change of what counts as a silence.
            until = (
                gap.until if gap is not None and gap.until is not None and gap.until > begun else now - STEADY
            )
            stretches.append(_Stretch(Gap(account, begun, until, partial=partial), now - until, STEADY))
    if not any(item.lasted >= item.due_after for item in stretches):
        return 0
    due = [item.gap for item in stretches if NEARLY * item.lasted >= item.due_after]
    return int(_add(outbox, due, rule.operator, rule.domain, write, now, today))


class _Stretch(NamedTuple):
    """What may be told of a stretch: that it has lasted, or that it has been over, for so long."""

    gap: Gap
    lasted: timedelta
    due_after: timedelta


def _told(outbox: AlarmOutbox, operator: str) -> dict[_Line, datetime]:
    """Return since when stretches have lasted whose beginning was told, and whose end was not."""
    found: dict[_Line, datetime] = {}
    for purpose in outbox.purposes(operator, (COLLECTION, STOPPED, RESUMED, REFUSED, READ_AGAIN)):
        for what, account, since in _said(purpose):
            line = (account, what in {REFUSED, READ_AGAIN})
            if what in {STOPPED, REFUSED}:
                found[line] = datetime.fromisoformat(since)
            else:
                found.pop(line, None)
    return found


def _said(purpose: str) -> Iterator[tuple[str, str, str]]:
    """Yield what an alarm told, of which account, and since when; names of accounts hold no space."""
    words = purpose.removeprefix(f"{COLLECTION} ").split(" ")
    yield from zip(words[::3], words[1::3], words[2::3], strict=True)


def _add(
    outbox: AlarmOutbox,
    due: Sequence[Gap],
    operator: str,
    domain: str,
    write: Write,
    now: datetime,
    today: date,
) -> bool:
    said = [f"{_what(gap)} {gap.account} {gap.since.isoformat()}" for gap in due]
    purpose = " ".join((COLLECTION, *said))
    name = hashlib.sha256(f"{purpose}\0{operator}".encode()).hexdigest()[:24]
    subject, text = write(due)
    return outbox.add(
        Outgoing(f"mailsla.{COLLECTION}.{name}@{domain}", operator, purpose, today, subject, text), now
    )


def _what(gap: Gap) -> str:
    begins, ends = (REFUSED, READ_AGAIN) if gap.partial else (STOPPED, RESUMED)
    return begins if gap.until is None else ends
