"""The alarm: whoever runs mailsla is told, once, that collection has stopped, and once that it goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from mailsla.core.alerts.outgoing import Outgoing
from mailsla.core.collection.gap import Gap
from mailsla.core.collection.outcome import RecordedRun, RunOutcome
from mailsla.usecases.gaps import GapSource, patience

STOPPED, RESUMED = "collection-stopped", "collection-resumed"
REFUSED, READ_AGAIN = "mailbox-refused", "mailbox-read-again"

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


Write = Callable[[Gap], tuple[str, str]]
"""Turns a stretch, over or not, into a subject and a text."""

Explain = Callable[[Gap, str | None], tuple[str, str]]
"""Turns a stretch and its reason, when one is known, into a subject and a text."""

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
    """Look at how collections went and write the alarms that are due; return how many.

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
        lambda gap: explain(gap, reasons.get((gap.account, gap.partial))),
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
    """Write the alarms that are due to the outbox and return how many.

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
    due: list[Gap] = []
    for account, partial in [(name, partial) for name in accounts for partial in (False, True)]:
        gap, begun = last.get((account, partial)), told.get((account, partial))
        if gap is not None and gap.until is None:
            at_once = accounts[account] and not partial
            if begun is None and (at_once or now - gap.since >= rule.after):
                due.append(gap)
        elif begun is not None:
            # None that is over is known after a change of what counts as a silence.
            until = (
                gap.until if gap is not None and gap.until is not None and gap.until > begun else now - STEADY
            )
            if now - until >= STEADY:
                due.append(Gap(account, begun, until, partial=partial))
    return sum(_add(outbox, gap, rule.operator, rule.domain, write, now, today) for gap in due)


def _told(outbox: AlarmOutbox, operator: str) -> dict[_Line, datetime]:
    """Return since when stretches have lasted whose beginning was told, and whose end was not."""
    found: dict[_Line, datetime] = {}
    for said in outbox.purposes(operator, (STOPPED, RESUMED, REFUSED, READ_AGAIN)):
        purpose, _space, rest = said.partition(" ")
        account, _space, since = rest.rpartition(" ")
        line = (account, purpose in {REFUSED, READ_AGAIN})
        if purpose in {STOPPED, REFUSED}:
            found[line] = datetime.fromisoformat(since)
        else:
            found.pop(line, None)
    return found


def _add(
    outbox: AlarmOutbox, gap: Gap, operator: str, domain: str, write: Write, now: datetime, today: date
) -> bool:
    begins, ends = (REFUSED, READ_AGAIN) if gap.partial else (STOPPED, RESUMED)
    purpose = begins if gap.until is None else ends
    said = f"{purpose}\0{gap.account}\0{gap.since.isoformat()}\0{operator}".encode()
    message_id = f"mailsla.{purpose}.{hashlib.sha256(said).hexdigest()[:24]}@{domain}"
    subject, text = write(gap)
    name = f"{purpose} {gap.account} {gap.since.isoformat()}"
    return outbox.add(Outgoing(message_id, operator, name, today, subject, text), now)
