"""Looking at mails that open no request: those left out, and any other by its reference."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from mailsla.core.mail.kinds import MailKind
from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.decision import Decision
from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.pairing.mail_list import MailList
from mailsla.core.pairing.request import Request
from mailsla.core.rate.period import Period
from mailsla.usecases.listing import Sample, sampled
from mailsla.usecases.look_up import Decisions, NamedMessages, message_named


class Mails(Protocol):
    """Where mails are looked at."""

    def left_out(
        self, since: datetime | None, until: datetime | None, kind: str | None
    ) -> AbstractContextManager[MailList]:
        """List the mails of [since, until[ that are nobody's letter, of one kind or of all, by date."""

    def internal_count(self, since: datetime | None, until: datetime | None) -> int:
        """Count the mails of [since, until[ that stayed inside the office."""

    def mails(self, keys: Collection[str]) -> Mapping[str, ListedMail]:
        """Return some mails by key."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The mails that are no request.

    Attributes:
        listed: The mails.
        internal: How many stayed inside the office, in the same period.
    """

    listed: MailList
    internal: int


@contextmanager
def left_out(
    mails: Mails,
    period: Period | None,
    kind: MailKind | None,
    zone: ZoneInfo,
    sample: Sample | None = None,
) -> Iterator[LeftOut]:
    """List the mails of a period that are no request, of one kind or of all, or a sample of them."""
    since, until = _stretch(period, zone)
    with mails.left_out(since, until, None if kind is None else kind.value) as listed:
        yield LeftOut(_drawn(listed, sample), mails.internal_count(since, until))


class ClassedMails(Protocol):
    """Where the mails of a class are looked at."""

    def of_class(
        self, wanted: MailClass | None, since: datetime | None, until: datetime | None, kind: str | None
    ) -> AbstractContextManager[MailList]:
        """List the mails of [since, until[ that are in a class, by date; without one, every message."""

    def copies(
        self, since: datetime | None, until: datetime | None, *, further: bool
    ) -> AbstractContextManager[MailList]:
        """List the mails of [since, until[ as they were seen, a place each; or those beside the first one."""


@contextmanager
def mail_list(
    mails: ClassedMails,
    wanted: MailClass | None,
    period: Period | None,
    kind: MailKind | None,
    zone: ZoneInfo,
    sample: Sample | None = None,
    *,
    each_copy: bool = False,
) -> Iterator[MailList]:
    """List the mails of a period that are in a class, of one kind or of all, or a sample of them.

    Without a class, every message; or, for `each_copy`, every mail as it was seen in the mailboxes, a place each.
    """
    since, until = _stretch(period, zone)
    if each_copy or wanted is MailClass.FURTHER_COPY:
        opened = mails.copies(since, until, further=not each_copy)
    else:
        opened = mails.of_class(wanted, since, until, None if kind is None else kind.value)
    with opened as listed:
        yield _drawn(listed, sample)


def _drawn(listed: MailList, sample: Sample | None) -> MailList:
    if sample is None or sample.size >= listed.found:
        return listed
    return listed.at(sampled(range(listed.found), sample))


def _stretch(period: Period | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return the first instant of a period, and the first after it; none without a period."""
    if period is None:
        return None, None
    after = period.last + timedelta(days=1)
    return datetime.combine(period.first, time.min, zone), datetime.combine(after, time.min, zone)


@dataclass(frozen=True, slots=True)
class ShownMail:
    """All that is known of a mail that opens no request.

    Attributes:
        mail: The mail.
        requests: The requests of which it is a step, by receipt.
        doubts: Why a person must look at it.
        candidates: The mails that open the requests which depend on that, by key.
        decisions: Those about it, in force or taken back.
    """

    mail: ListedMail
    requests: tuple[Request, ...]
    doubts: tuple[Doubt, ...]
    candidates: Mapping[str, ListedMail]
    decisions: tuple[Decision, ...]


class MailSource(NamedMessages, Protocol):
    """What is known of one mail."""

    def requests_around(self, keys: Collection[str]) -> Sequence[Request]:
        """Return the requests of the conversations that some messages belong to, by receipt."""

    def doubts(self) -> Sequence[Doubt]:
        """Return what a person must look at."""


def shown_mail(derivations: MailSource, mails: Mails, decisions: Decisions, written: str) -> ShownMail:
    """Return all that is known of the mail whose reference begins with `written`.

    Raises:
        UsageError: When there is none, or several.
    """
    key = message_named(derivations, written).key
    doubts = tuple(doubt for doubt in derivations.doubts() if doubt.mail == key)
    known = mails.mails({key, *(candidate for doubt in doubts for candidate in doubt.candidates)})
    return ShownMail(
        mail=known[key],
        requests=tuple(item for item in derivations.requests_around([key]) if key in item.keys),
        doubts=doubts,
        candidates=known,
        decisions=tuple(decisions.taken(key)),
    )
