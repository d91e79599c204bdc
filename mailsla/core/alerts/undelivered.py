"""Mails of ours that do not reach somebody: since when, and when that is told to whoever can mend it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from mailsla.core.alerts.terms import AlertRule

UNDELIVERED = "undelivered"
"""The kind of the mail that tells it; its purpose also names the instant up to which it tells."""

PATIENCE = timedelta(hours=4)
"""For so long a server may put a mail off, or not answer, before that is told: greylisting takes less."""


class Failed(NamedTuple):
    """A mail that its recipient does not have.

    Attributes:
        recipient: Whom it was for.
        created_at: When it was noted that it is due.
        undelivered_at: When it was refused for good, or came back; None while it is only put off.
        reason: Why it was refused, in a sentence; None when it was not, or while nobody knows.
    """

    recipient: str
    created_at: datetime
    undelivered_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Somebody whom mails do not reach any more.

    Attributes:
        recipient: Their address.
        since: When the first of these mails was due.
        known_at: From which instant on it is told.
        is_final: Whether one was refused for good, or came back: not only put off.
        reason: Why, of the latest that says so.
    """

    recipient: str
    since: datetime
    known_at: datetime
    is_final: bool
    reason: str | None


def undelivered(failed: Iterable[Failed], now: datetime) -> tuple[Undelivered, ...]:
    """Return whom mails do not reach by `now`, of those that failed since the last that reached each, by address.

    A refusal for good, and a mail that came back, are told at once; what is only put off, once `PATIENCE` is over.
    """
    by_recipient: dict[str, list[Failed]] = defaultdict(list)
    for mail in failed:
        by_recipient[mail.recipient].append(mail)
    found = (_of(recipient, mails) for recipient, mails in sorted(by_recipient.items()))
    return tuple(item for item in found if item.known_at <= now)


def _of(recipient: str, mails: list[Failed]) -> Undelivered:
    final = [mail.undelivered_at for mail in mails if mail.undelivered_at is not None]
    since = min(mail.created_at for mail in mails)
    reasons = [mail.reason for mail in mails if mail.reason is not None]
    return Undelivered(
        recipient, since, min((*final, since + PATIENCE)), bool(final), reasons[-1] if reasons else None
    )


class ReaderRole(StrEnum):
    """As what somebody gets mails of ours."""

    SERVICE = "service"
    REFERENT = "referent"
    UNASSIGNED = "unassigned"
    SECRETARY_GENERAL = "secretary-general"
    OPERATOR = "operator"
    REPORTS = "reports"


class Reader(NamedTuple):
    """As what somebody gets mails of ours; of which service, when it is one's."""

    role: ReaderRole
    service: str = ""


def readers(
    rule: AlertRule, operator: str | None, of_reports: Iterable[str]
) -> Mapping[str, tuple[Reader, ...]]:
    """Return as what each address of a site gets mails; an address that is named nowhere gets none."""
    found: dict[str, list[Reader]] = defaultdict(list)
    for service, contacts in rule.contacts.items():
        for address in contacts.everybody:
            found[address].append(Reader(ReaderRole.SERVICE, service))
    ladder = rule.ladder
    others: Iterable[tuple[str | None, ReaderRole]] = (
        (ladder.referent, ReaderRole.REFERENT),
        (ladder.unassigned, ReaderRole.UNASSIGNED),
        (ladder.secretary_general, ReaderRole.SECRETARY_GENERAL),
        (operator, ReaderRole.OPERATOR),
        *((address, ReaderRole.REPORTS) for address in of_reports),
    )
    for named, role in others:
        if named is not None:
            found[named].append(Reader(role))
    return {address: tuple(dict.fromkeys(roles)) for address, roles in found.items()}
