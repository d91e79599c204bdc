"""Derives a part of the store at once: rows in, rows out, nothing else read; so that another process can do it.

Rows are tuples whose values are as the database keeps them (`mailsla.adapters.database.column_values`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mailsla.adapters.database import rows
from mailsla.adapters.database.column_values import ColumnValues
from mailsla.adapters.database.days_of_requests import DaysByShape, days_by_shape
from mailsla.adapters.database.request_rows import doubt_values, request_values
from mailsla.adapters.database.rows import Counts, Numbers, Rows
from mailsla.adapters.database.shown_clues import clue_counts, shown_of, shown_of_underived
from mailsla.core.clock.local_days import LocalDays
from mailsla.core.errors import Unforeseen, apart
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.apart import derive_apart
from mailsla.core.pairing.decision import Decision
from mailsla.core.pairing.derivation import Derivation
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.pairing.ties import ties, ties_of_counted
from mailsla.core.rate.case import case_of

Mailboxes = Mapping[int, tuple[str, str, MailboxRole]]
"""Number of each mailbox → (account, name, role)."""


@dataclass(frozen=True)
class RulesAtHand:
    """What every part is derived on.

    Attributes:
        rules: The site's rules.
        decisions: Every decision taken.
        mailboxes: The mailboxes that there are.
        values: How the database keeps values.
    """

    rules: PairingRules
    decisions: tuple[Decision, ...]
    mailboxes: Mailboxes
    values: ColumnValues

    @cached_property
    def _by_target(self) -> dict[str, list[Decision]]:
        by_target: dict[str, list[Decision]] = defaultdict(list)
        for decision in self.decisions:
            by_target[decision.target].append(decision)
        return by_target

    def decisions_about(self, mails: Sequence[Mail]) -> list[Decision]:
        """Return the decisions about some mails."""
        if not self.decisions:
            return []
        return [decision for mail in mails for decision in self._by_target.get(mail.key, ())]


@dataclass(frozen=True)
class Portion:
    """Some messages, with everything the store knows of them.

    Attributes:
        messages: Rows of `rows.STORED_MESSAGE`.
        copies: Rows of `rows.STORED_COPY`.
        keywords: (copy, name, first seen, gone), of the keywords that are on some copies, and of the marks of a draft
            that are or were.
        forgotten: Message-IDs of sealed mails that some of these name.
    """

    messages: Rows
    copies: Rows
    keywords: Rows = field(default_factory=list)
    forgotten: frozenset[str] = frozenset()

    def mails(self, mailboxes: Mailboxes) -> dict[int, Mail]:
        """Return the messages as values, by number, their copies in an order that no collection decides."""
        keywords: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for copy, *keyword in self.keywords:
            keywords[copy].append(tuple(keyword))
        copies: dict[int, list[tuple[tuple[Any, ...], Copy]]] = defaultdict(list)
        for row in self.copies:
            if row[rows.MAILBOX_OF_COPY] not in mailboxes:
                # Another worker has just made it: its copies wait for the next time.
                continue
            account, name, role = mailboxes[row[rows.MAILBOX_OF_COPY]]
            order = (account, name, *rows.numbers_of_copy(row))
            copy = rows.copy_of(row, account, name, role, keywords.get(row[0], ()))
            copies[row[1]].append((order, copy))
        return {row[0]: rows.mail_of(row, _in_order(copies.get(row[0], []))) for row in self.messages}


def _in_order(copies: list[tuple[tuple[Any, ...], Copy]]) -> tuple[Copy, ...]:
    if len(copies) == 1:
        return (copies[0][1],)
    return tuple(copy for _order, copy in sorted(copies, key=lambda item: item[0]))


@dataclass(frozen=True)
class DerivedRows:
    """What follows from one part, ready to be stored."""

    numbers: list[int]
    messages: Rows
    requests: Rows
    days: DaysByShape
    doubts: Rows
    clues: Counts


def tie_rows(office: Office, messages: Rows) -> Rows:
    """Return the (tie, number) of every tie of some messages, rows of `rows.STORED_MESSAGE`."""
    return [(tie, row[0]) for row in messages for tie in _ties(row, office)]


def rows_of_counted(office: Office, messages: Rows) -> Rows:
    """Return the (tie, number) of messages that a person said to be citizens'."""
    return [(tie, row[0]) for row in messages for tie in _ties(row, office, ties_of_counted)]


def _ties(
    row: tuple[Any, ...], office: Office, make: Callable[[Header, Office], tuple[int, ...]] = ties
) -> tuple[int, ...]:
    """Return the ties of one message; none when they cannot be made."""
    found = apart(lambda: make(rows.mail_of(row, ()).header, office))
    return () if isinstance(found, Unforeseen) else found


def derived_rows(rules_at_hand: RulesAtHand, days: LocalDays, part: Portion) -> DerivedRows:
    """Derive a part that no tie leaves; what cannot be derived is told to be so."""
    numbered = part.mails(rules_at_hand.mailboxes)
    mails, numbers = list(numbered.values()), {mail.key: number for number, mail in numbered.items()}
    found, underived = derive_apart(
        mails, rules_at_hand.rules, rules_at_hand.decisions_about(mails), part.forgotten
    )
    values = rules_at_hand.values
    return DerivedRows(
        numbers=list(numbered),
        messages=[
            *(row for derivation in found for row in _message_rows(derivation, numbers, values)),
            *(rows.underived_message_values(item, numbers, values) for item in underived),
        ],
        requests=[
            request_values(request, numbers, values)
            for derivation in found
            for request in derivation.requests
        ],
        days=days_by_shape(
            (
                (numbers[request.key], case_of(request))
                for derivation in found
                for request in derivation.requests
            ),
            days,
        ),
        doubts=[doubt_values(doubt, numbers, values) for derivation in found for doubt in derivation.doubts],
        clues=clue_counts(
            (
                *(shown for derivation in found for shown in shown_of(derivation)),
                *map(shown_of_underived, underived),
            )
        ),
    )


def _message_rows(derivation: Derivation, numbers: Numbers, values: ColumnValues) -> Rows:
    return [
        rows.derived_message_values(
            derivation.readings[key], derivation.links[key], name, derivation.classes[key], numbers, values
        )
        for name, members in derivation.conversations.items()
        for key in members
    ]
