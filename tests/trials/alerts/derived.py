"""An office's requests as mailsla's alert rounds ask for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailsla.core.alerts.digests import Waiting
from mailsla.core.alerts.memory import Recall
from mailsla.core.alerts.recipients import Contacts, Deputy, Ladder
from mailsla.core.alerts.terms import AlertRule, AlertTerms
from mailsla.core.clock.announcement import Announcement
from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.clock.working_days import DayKind, SpecialDay, WorkingCalendar
from mailsla.core.collection.gap import AccountRead
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Assignment, Request, ServiceBasis
from mailsla.core.rate.standard import Standard
from tests.factories import PROMISE, clock
from tests.trials.alerts.oracle import LADDER, REFERENT, SECRETARY, Asked
from tests.trials.alerts.world import World

ACCOUNT = "contact"
COUNTED = Commitment(
    PROMISE.category, PROMISE.amount, Comparison.LESS_THAN, PROMISE.target, announced_date_counts=True
)
AT_ONCE = timedelta(seconds=1)


@dataclass
class Derived:
    """What mailsla would have derived of an office, and its configuration. Satisfies `RequestSource`."""

    world: World
    _calendar: tuple[int, WorkingCalendar] | None = None

    def waiting(self, since: datetime, before: datetime, *, imported: bool) -> list[Waiting]:
        """Return what waits."""
        return [
            Waiting(
                of.key, of.received, of.service, PROMISE.category, _announcements(of), imported=of.imported
            )
            for of in self.world.requests
            if not (of.answered or of.excluded) and (imported or not of.imported)
            if since <= of.received < before
        ]

    def requests_of(self, keys: Collection[str]) -> list[Request]:
        """Return some requests."""
        wanted = set(keys)
        return [self._request(asked) for asked in self.world.requests if asked.key in wanted]

    def doubts_about(self, keys: Collection[str]) -> list[Doubt]:
        """Return which of some requests a mail that nobody saw may have answered."""
        wanted = set(keys)
        unseen = [asked.key for asked in self.world.requests if asked.unseen and asked.key in wanted]
        return [Doubt(key, self.world.real, (key,), DoubtCode.UNSEEN_REPLY) for key in unseen]

    def recalls(self, keys: Collection[str]) -> Iterable[Recall]:
        """Return who asked to be told of some requests again, and when."""
        wanted = set(keys)
        recalls = self.world.oracle.recalls.items()
        return [Recall(key, recipient, on) for (key, recipient), on in recalls if key in wanted]

    def terms(self) -> AlertTerms:
        """Return what decides alerts now."""
        oracle = self.world.oracle
        after = dict(LADDER)
        ladder = Ladder(
            REFERENT,
            referent_after=after[REFERENT],
            secretary_general=SECRETARY,
            secretary_general_after=after[SECRETARY],
        )
        contacts = {
            service: Contacts(
                head,
                deputies=tuple(
                    Deputy(away.deputy, away.first, away.last)
                    for away in oracle.absences
                    if away.service == service
                ),
            )
            for service, head in oracle.heads.items()
        }
        return AlertTerms(
            Standard(clock(self._working_days()), {PROMISE.category: COUNTED}),
            AlertRule(ladder=ladder, contacts=contacts),
            {ACCOUNT: AccountRead(oracle.first_read, oracle.last_read)},
        )

    def _working_days(self) -> WorkingCalendar:
        closures = self.world.closures
        if self._calendar is None or self._calendar[0] != len(closures):
            off = [date.fromisoformat(on) for on in self.world.holidays]
            days = [SpecialDay(on, DayKind.HOLIDAY, "férié", "loi") for on in off]
            days += [SpecialDay(on, DayKind.CLOSURE, "pont", "site") for on in closures]
            made = WorkingCalendar(zone=self.world.zone, first_year=2024, last_year=2027, special_days=days)
            self._calendar = len(closures), made
        return self._calendar[1]

    def _request(self, asked: Asked) -> Request:
        service = asked.service
        return Request(
            key=asked.key,
            conversation=asked.key,
            follow_up=False,
            received=Moment(asked.received, Basis.SERVER),
            citizens=(),
            answered=Moment(self.world.real, Basis.SERVER) if asked.answered else None,
            answered_by=None,
            assignments=()
            if service is None
            else (Assignment(service, asked.received, ServiceBasis.RECIPIENT),),
            steps=(),
            category=PROMISE.category,
            imported=asked.imported,
            mailboxes=(("archives" if asked.imported else ACCOUNT, "INBOX"),),
            subject="Demande",
            announcements=_announcements(asked),
            excluded="sans objet" if asked.excluded else None,
        )


def _announcements(asked: Asked) -> tuple[Announcement, ...]:
    announced = asked.announced
    return () if announced is None else (Announcement(asked.received + AT_ONCE, announced),)
