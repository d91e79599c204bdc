"""Alerts: that somebody is to be told something today is noted in the outbox; what, only as the mail leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from mailsla.core.alerts.digests import Candidates, Digest, Late, Waiting, candidates, digests
from mailsla.core.alerts.looked_at import told_about
from mailsla.core.alerts.memory import Memory, Recall, Told
from mailsla.core.alerts.outgoing import DIGEST, DropReason, Letter, Outgoing, message_id
from mailsla.core.alerts.terms import AlertTerms
from mailsla.core.collection.gap import AccountRead
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Request
from mailsla.usecases.hand_over import Dropped, Postponed, Ready, Written

A_MINUTE = timedelta(minutes=1)
WHOLE_EVERY = timedelta(hours=1)
"""Between two looks at everything that waits, however old."""


class RequestSource(Protocol):
    """Where derived requests are read."""

    def waiting(
        self, received_from: datetime, received_before: datetime, *, imported: bool
    ) -> Sequence[Waiting]:
        """Return the requests and follow-ups of [received_from, received_before[ that nothing answered.

        Those of archives alone are among them where `imported` says so.
        """

    def requests_of(self, keys: Collection[str]) -> Sequence[Request]:
        """Return some requests."""

    def doubts_about(self, keys: Collection[str]) -> Sequence[Doubt]:
        """Return what a person must look at about some requests."""


class ToldSource(Protocol):
    """Where it is remembered what people were told."""

    def told(self, keys: Collection[str]) -> Sequence[Told]:
        """Return everything that anybody was told of some requests."""


class Outbox(ToldSource, Protocol):
    """Where outgoing mails wait."""

    def recipients(self, purpose: str, day: date) -> Collection[str]:
        """Return who has a mail of a purpose for a day, sent or waiting."""

    def add(self, mail: Outgoing, at: datetime) -> bool:
        """Note that a mail is due; False when there is one for that day already that was not dropped."""


@dataclass(frozen=True)
class Sources:
    """Where an alert round looks.

    Attributes:
        requests: The requests.
        told: What people were told of them.
        recalls: Returns who asked to be told again of some requests, and on which day.
    """

    requests: RequestSource
    told: ToldSource
    recalls: Callable[[Collection[str]], Iterable[Recall]] = lambda _keys: ()

    def memory(self, keys: Collection[str]) -> Memory:
        """Return what people know of some requests."""
        return Memory(self.told.told(keys), self.recalls(keys))


def look(
    sources: Sources, terms: AlertTerms, now: datetime, taken: Collection[str] = (), *, whole: bool = True
) -> Candidates:
    """Return what may be told at `now`: a look at what waits, and at what was said of it.

    Args:
        sources: Where to look.
        terms: What decides.
        now: The present instant.
        taken: Who has a mail of that day.
        whole: Whether to look at everything that waits, archives too, or at what a minute may change alone.
    """
    stretch = told_about(terms, now, whole=whole)
    if stretch is None:
        return Candidates()
    waiting = sources.requests.waiting(*stretch, imported=whole)
    return candidates(waiting, sources.memory([item.key for item in waiting]), terms, now, taken)


def decide(
    sources: Sources,
    keys: Collection[str],
    backlog: Sequence[Late],
    terms: AlertTerms,
    now: datetime,
    taken: Collection[str] = (),
) -> tuple[Digest, ...]:
    """Return the digests of some requests, read whole, and as they are known now.

    What a message of ours that was never seen may have answered is told to nobody: the head may well have answered from
    a mailbox that nobody reads, and whoever checks the figures has it.
    """
    if not keys and not backlog:
        return ()
    replies = [doubt for doubt in sources.requests.doubts_about(keys) if doubt.code.is_about_a_reply]
    doubtful = {key for doubt in replies for key in doubt.candidates}
    unseen = {key for doubt in replies if doubt.code is DoubtCode.UNSEEN_REPLY for key in doubt.candidates}
    wanted = [key for key in keys if key not in unseen]
    return digests(
        sources.requests.requests_of(wanted),
        backlog=backlog,
        memory=sources.memory([*wanted, *(item.key for item in backlog)]),
        doubtful=doubtful,
        terms=terms,
        now=now,
        taken=taken,
    )


def due_digests(
    sources: Sources, terms: AlertTerms, now: datetime, taken: Collection[str] = (), *, whole: bool = True
) -> tuple[Digest, ...]:
    """Return the digests that are due at `now`, to whoever has none of that day."""
    found = look(sources, terms, now, taken, whole=whole)
    return decide(sources, found.keys(), found.backlog, terms, now, taken)


@dataclass
class Rounds:
    """When everything that waits was last looked at: a minute's round reads what a minute may change."""

    whole_at: datetime | None = field(default=None)

    def is_whole(self, now: datetime) -> bool:
        """Tell whether a round is to look at everything."""
        return self.whole_at is None or not self.whole_at <= now < self.whole_at + WHOLE_EVERY


@dataclass(frozen=True)
class Preparation:
    """What a round of alerts goes by.

    Attributes:
        sources: Where it looks.
        outbox: Where mails wait.
        terms: What decides.
        domain: Of the Message-IDs.
        is_ours: Tells whether the requests follow from this site's rules: nobody is told of what other rules made. It
            is asked before they are read, and once they were.
        rounds: When everything was last looked at.
    """

    sources: Sources
    outbox: Outbox
    terms: AlertTerms
    domain: str
    is_ours: Callable[[], bool] = lambda: True
    rounds: Rounds = field(default_factory=Rounds)

    def prepare(self, now: datetime) -> int:
        """Note who is to be told something today, and return how many; at most one mail a day and recipient."""
        terms, rounds = self.terms, self.rounds
        if not terms.rule.is_hour(terms.calendar, now) or not self.is_ours():
            return 0
        whole = rounds.is_whole(now)
        taken = self.outbox.recipients(DIGEST, terms.calendar.local_date(now))
        found = due_digests(self.sources, terms, now, taken, whole=whole)
        if found and not self.is_ours():
            return 0
        added = 0
        for digest in found:
            name = message_id(digest.recipient, DIGEST, digest.on, self.domain)
            added += self.outbox.add(Outgoing(name, digest.recipient, DIGEST, digest.on), now)
        if whole:
            rounds.whole_at = now
        return added


@dataclass
class DigestWriter:
    """Writes digests as they leave, for one round of hand-overs.

    Attributes:
        sources: Where it looks.
        terms: What decides.
        compose: Puts a digest into words.
        may_alert: Tells whether anybody may be told anything now.
    """

    sources: Sources
    terms: AlertTerms
    compose: Callable[[Digest], Letter]
    may_alert: Callable[[], bool]
    _found: Candidates | None = None

    def write(self, mail: Outgoing, now: datetime) -> Written:
        """Return what a recipient is told at `now`, by what is known then; or that it is not to leave."""
        rule, calendar = self.terms.rule, self.terms.calendar
        today = calendar.local_date(now)
        if mail.day < today:
            # Whatever is still to be said is said today, with today's words.
            return Dropped(DropReason.DAY_OVER)
        if mail.day > today or not self.may_alert():
            return Postponed(now + A_MINUTE)
        if not calendar.is_working(today):
            return Dropped(DropReason.CLOSED_DAY)
        if not rule.is_hour(calendar, now):
            return Postponed(now + A_MINUTE)
        digest = self._digest(mail.recipient, now)
        return (
            Dropped(DropReason.NOTHING_LEFT) if digest is None else Ready(self.compose(digest), digest.told)
        )

    def _digest(self, recipient: str, now: datetime) -> Digest | None:
        """Decide again: of what waited as this round began, read anew for each mail; a summary is looked for anew."""
        is_referent = recipient == self.terms.rule.referent
        if self._found is None or (self._found.backlog and is_referent):
            self._found = look(self.sources, self.terms, now)
        # What is late from the start is known of some requests only once they are read whole.
        keys = self._found.keys(None if is_referent else recipient)
        found = decide(self.sources, keys, self._found.backlog if is_referent else (), self.terms, now)
        return next((item for item in found if item.recipient == recipient), None)


def account_reads(
    accounts: Collection[str], first_and_last: Callable[[str], AccountRead | None]
) -> Mapping[str, AccountRead]:
    """Return, of the accounts that were read whole once, when they first and last were."""
    return {account: read for account in accounts if (read := first_and_last(account)) is not None}
