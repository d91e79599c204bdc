"""What a printed number counts: which list has exactly so many rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.rate.period import Grain, Period
from mailsla.core.rate.selection import Selection


@dataclass(frozen=True, slots=True)
class CountedRequests:
    """Requests: those of a selection, judged by the promise of that name when one is named."""

    selection: Selection
    promise: str | None = None


@dataclass(frozen=True, slots=True)
class CountedMails:
    """Mails of a class, of one kind or of all; without a class every message, or every copy that was seen."""

    mail_class: MailClass | None = None
    kind: str | None = None
    copies: bool = False


@dataclass(frozen=True, slots=True)
class CountedLeftOut:
    """Mails of a period that are nobody's letter, of one kind."""

    period: Period
    kind: str


class Matter(StrEnum):
    """What a person must look at: all of it, or a part of it that a report counts."""

    ALL = "all"
    REPLIES = "replies"
    REQUESTS = "requests"
    IN_JUNK = "in-junk"


COUNTED_APART = frozenset({DoubtCode.UNSEEN_REPLY, DoubtCode.RECEIPT_DISPUTED, DoubtCode.DATE_DISPUTED})
"""Doubts of which a report says more than that they are there: no part but `ALL` has them."""


def matter_of(code: DoubtCode) -> Matter | None:
    """Return the part that a doubt belongs to, beside `ALL`."""
    if code in COUNTED_APART:
        return None
    if code is DoubtCode.FORM_IN_JUNK:
        return Matter.IN_JUNK
    return Matter.REPLIES if code.is_about_a_reply else Matter.REQUESTS


@dataclass(frozen=True, slots=True)
class CountedDoubts:
    """What a person must look at, a mail and a reason each; of one service when it is named."""

    matter: Matter = Matter.ALL
    service: str | None = None


@dataclass(frozen=True, slots=True)
class CountedTogether:
    """Requests of several selections, none of which is in two."""

    parts: tuple[CountedRequests, ...]


Counted = CountedTogether | CountedRequests | CountedMails | CountedLeftOut | CountedDoubts


def named(period: Period) -> Period:
    """Return a period under its shortest name: the same days are the same list, whoever counts them.

    >>> from mailsla.core.rate.period import parse_period
    >>> named(parse_period("2026-11-02..2026-11-08")).name
    '2026-W45'
    """
    for grain in reversed(Grain):
        whole = grain.period_of(period.first)
        if (whole.first, whole.last) == (period.first, period.last):
            return whole
    return Period(f"{period.first.isoformat()}..{period.last.isoformat()}", period.first, period.last)
