"""That somebody is to be told is noted once a day; what, is decided as the mail leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest

from mailsla.core.alerts.digests import Digest, Waiting
from mailsla.core.alerts.memory import Recall, Told
from mailsla.core.alerts.outgoing import DIGEST, DropReason, Letter, Outgoing
from mailsla.core.alerts.recipients import Ladder
from mailsla.core.alerts.terms import AlertRule, AlertTerms
from mailsla.core.errors import PermanentError, TransientError
from mailsla.core.mail.copies import Mail
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Request
from mailsla.usecases.hand_over import Delivery, HandOver
from mailsla.usecases.notify import DigestWriter, Preparation, Rounds, Sources
from tests.core.alerting import ASKED, BEGINNING, FOREIGNERS, HEAD, REFERENT, terms
from tests.factories import RULES, mail, paris, reply, working_calendar

FRIDAY = paris("2026-11-13 08:00")
OTHER = mail("2026-10-30 10:00", to=FOREIGNERS, by="claude.petit@example.net")  # due on the 13th


@dataclass
class Outbox:
    """What waits, what left, what was dropped; and what people know."""

    waiting: list[Outgoing] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    dropped: dict[date, DropReason] = field(default_factory=dict)
    refused: list[str | None] = field(default_factory=list)
    known: list[Told] = field(default_factory=list)
    held: set[int] = field(default_factory=set)

    def told(self, keys: Collection[str]) -> list[Told]:
        return [item for item in self.known if item.request in keys]

    def recipients(self, purpose: str, day: date) -> set[str]:
        return {
            item.recipient for item in self.waiting + self.sent if (item.purpose, item.day) == (purpose, day)
        }

    def add(self, mail: Outgoing, _at: datetime) -> bool:
        is_new = mail.recipient not in self.recipients(mail.purpose, mail.day)
        if is_new:
            self.waiting.append(replace(mail, number=len(self.waiting) + len(self.sent) + 1))
        return is_new

    def claim(self, _at: datetime) -> Outgoing | None:
        return next((item for item in self.waiting if item.number not in self.held), None)

    def _take(self, number: int) -> Outgoing:
        [found] = [item for item in self.waiting if item.number == number]
        self.waiting.remove(found)
        return found

    def mark_sent(self, number: int, _at: datetime, told: Sequence[Told] = ()) -> None:
        self.sent.append(self._take(number))
        self.known += told

    def put_back(
        self, number: int, _at: datetime, *, refused: str | None, is_undelivered: bool = False
    ) -> None:
        assert not is_undelivered or refused
        self.held.add(number)
        self.refused.append(refused)

    def postpone(self, number: int, _until: datetime) -> None:
        self.held.add(number)

    def drop(self, number: int, _at: datetime, reason: DropReason) -> None:
        self.dropped[self._take(number).day] = reason


@dataclass
class Site:
    """A site whose mail server may be down, and whose mails may be answered while one is handed over."""

    mails: list[Mail]
    rule: AlertRule = field(default_factory=AlertRule)
    closures: tuple[str, ...] = ()
    first: datetime = BEGINNING
    fails: Exception | None = None
    on_line: Callable[[], object] = lambda: None
    may_alert: bool = True
    is_ours: bool = True
    doubts: tuple[Doubt, ...] = ()
    now: datetime = FRIDAY
    recalls: list[Recall] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.outbox, self.rounds = Outbox(), Rounds()
        self.handed: list[tuple[Outgoing, Letter]] = []
        self.calls = 0
        self.asked: list[bool] = []

    @property
    def requests(self) -> Sequence[Request]:
        return derive(self.mails, RULES).requests

    def waiting(self, since: datetime, before: datetime, *, imported: bool) -> list[Waiting]:
        self.asked.append(imported)
        return [
            Waiting(
                item.key, item.received.at, item.service, item.category, item.announcements, item.imported
            )
            for item in self.requests
            if item.answered is None
            and since <= item.received.at < before
            and (imported or not item.imported)
        ]

    def requests_of(self, keys: Collection[str]) -> list[Request]:
        return [item for item in self.requests if item.key in keys]

    def doubts_about(self, _keys: Collection[str]) -> Sequence[Doubt]:
        return self.doubts

    @contextmanager
    def session(self) -> Iterator[Callable[[Outgoing, Letter], None]]:
        self.calls += 1
        if self.fails is not None:
            raise self.fails
        self.on_line()
        yield lambda mail, letter: self.handed.append((mail, letter))

    @property
    def terms(self) -> AlertTerms:
        calendar = working_calendar(closures=self.closures)
        return terms(self.rule, now=self.now, calendar=calendar, first=self.first)

    @property
    def sources(self) -> Sources:
        return Sources(
            self,
            self.outbox,
            lambda keys: [recall for recall in self.recalls if recall.request in keys],
        )

    def prepare(self) -> int:
        preparation = Preparation(
            self.sources, self.outbox, self.terms, "pref.example.fr", lambda: self.is_ours, self.rounds
        )
        return preparation.prepare(self.now)

    def deliver(self) -> Delivery:
        self.outbox.held.clear()
        writer = DigestWriter(self.sources, self.terms, said, lambda: self.may_alert)
        return HandOver(self.outbox, self, {DIGEST: writer.write}, lambda: self.now).all()

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(mail.recipient, letter.text) for mail, letter in self.handed]


def said(digest: Digest) -> Letter:
    """Say the levels and the days left."""
    lines = [f"{item.level} {item.remaining}" for item in digest.notices]
    return Letter("Alertes", ", ".join([*lines, *(["backlog"] if digest.backlog else [])]))


def test_a_mail_says_what_is_true_as_it_leaves_and_not_as_it_was_noted() -> None:
    site = Site([ASKED, OTHER], fails=TransientError("le serveur ne répond pas"))
    assert site.prepare() == 1
    assert site.deliver() == Delivery(failed=1)
    assert site.outbox.known == []

    site.mails.append(reply("2026-11-13 08:30", ASKED))
    site.fails, site.now = None, paris("2026-11-13 17:00")

    assert site.deliver() == Delivery(sent=1)
    assert site.told == [(HEAD, "before-1 0")]
    assert [item.request for item in site.outbox.known] == [OTHER.key]


def test_what_is_answered_while_the_server_is_called_is_not_said() -> None:
    site = Site([ASKED])
    site.on_line = lambda: site.mails.append(reply("2026-11-13 07:59", ASKED))
    site.prepare()

    assert site.deliver() == Delivery(dropped=1)
    assert (site.calls, site.handed) == (1, [])
    assert site.outbox.dropped == {FRIDAY.date(): DropReason.NOTHING_LEFT}


def test_a_mail_whose_day_is_over_is_dropped_and_what_it_would_have_said_is_said_anew() -> None:
    site = Site([ASKED, OTHER], fails=TransientError("le serveur ne répond pas"))
    site.prepare()
    site.deliver()
    site.fails, site.now = None, paris("2026-11-14 03:00")  # a Saturday night

    assert (site.deliver(), site.handed) == (Delivery(dropped=1), [])
    assert (site.prepare(), site.calls) == (0, 1)
    site.now = paris("2026-11-16 08:00")
    assert (site.prepare(), site.deliver()) == (1, Delivery(sent=1))
    assert site.told == [(HEAD, "overdue -2, overdue -1")]
    assert site.outbox.dropped == {FRIDAY.date(): DropReason.DAY_OVER}


def test_a_day_that_turns_out_to_be_closed_drops_its_mails() -> None:
    site = Site([ASKED])
    site.prepare()
    site.closures = ("2026-11-13",)

    assert (site.deliver(), site.calls) == (Delivery(dropped=1), 0)
    assert site.outbox.dropped == {FRIDAY.date(): DropReason.CLOSED_DAY}


@pytest.mark.parametrize("now", ["2026-11-12 23:00", "2026-11-13 07:59"])
def test_a_clock_that_was_set_back_holds_mails_until_their_day_and_hour(now: str) -> None:
    site = Site([ASKED])
    site.prepare()
    site.now = paris(now)

    assert (site.deliver(), site.calls, len(site.outbox.waiting)) == (Delivery(), 0, 1)
    site.now = FRIDAY
    assert site.deliver() == Delivery(sent=1)


def test_nothing_is_said_while_nothing_may_be_and_it_is_no_failure() -> None:
    site = Site([ASKED])
    site.prepare()
    site.may_alert = False

    assert (site.deliver(), site.calls) == (Delivery(), 0)
    site.may_alert = True
    assert site.deliver() == Delivery(sent=1)


def test_a_refusal_is_kept_with_its_words_and_holds_no_other_mail_back() -> None:
    site = Site([ASKED], fails=PermanentError("code 550"))
    site.prepare()
    alarm = Outgoing(
        "a1", "si@pref.example.fr", "collection-stopped contact", FRIDAY.date(), "Arrêt", "Texte"
    )
    site.outbox.add(alarm, FRIDAY)

    assert site.deliver() == Delivery(failed=2)
    assert site.outbox.refused == ["code 550", "code 550"]
    site.fails = None
    assert site.deliver() == Delivery(sent=2)
    assert site.handed[1][1] == Letter("Arrêt", "Texte")


def test_one_mail_a_day_and_recipient_whatever_comes_after_it() -> None:
    site = Site([ASKED])
    site.prepare()
    site.deliver()
    site.mails.append(OTHER)
    site.now = paris("2026-11-13 15:00")

    assert (site.prepare(), site.deliver()) == (0, Delivery())


def test_nobody_is_told_of_what_other_rules_made() -> None:
    site = Site([ASKED], is_ours=False)

    assert site.prepare() == 0
    site.is_ours = True
    assert site.prepare() == 1


def test_what_a_message_of_ours_that_nobody_saw_may_answer_is_told_to_no_head() -> None:
    unseen = Doubt("f" * 32, FRIDAY, (ASKED.key,), DoubtCode.UNSEEN_REPLY)

    assert Site([ASKED], doubts=(unseen,)).prepare() == 0
    assert Site([ASKED, OTHER], doubts=(unseen,)).prepare() == 1


def test_everything_is_looked_at_first_then_once_an_hour() -> None:
    """What is overdue for long is only of a recall; a minute's round reads what a minute may change."""
    site = Site([mail("2026-06-01 10:00", to=FOREIGNERS)])

    assert site.prepare() == 1
    site.outbox.sent, site.outbox.waiting = site.outbox.waiting, []
    site.outbox.known = []
    site.now = paris("2026-11-16 08:00")
    site.rounds.whole_at = paris("2026-11-16 07:30")
    assert site.prepare() == 0
    site.now = paris("2026-11-16 08:30")
    assert site.prepare() == 1
    assert site.asked == [True, False, True]


def test_what_was_late_from_the_start_is_summed_up_once_to_the_referent_and_never_to_heads() -> None:
    site = Site([ASKED], rule=AlertRule(ladder=Ladder(REFERENT)), first=paris("2026-11-13 07:00"))

    assert (site.prepare(), site.deliver()) == (1, Delivery(sent=1))
    assert site.told == [(REFERENT, "backlog")]
    for days in range(1, 30):
        site.now = FRIDAY + timedelta(days=days, hours=1)
        site.prepare()
        site.deliver()
    assert site.told == [(REFERENT, "backlog")]


def test_who_asked_to_be_told_tomorrow_is_told_on_the_next_working_day_and_not_before() -> None:
    site = Site([ASKED])
    site.prepare()
    site.recalls.append(Recall(ASKED.key, HEAD, date(2026, 11, 16)))  # the Monday

    site.deliver()
    on_friday = list(site.told)
    site.now = paris("2026-11-16 08:00")
    site.prepare()
    site.deliver()

    assert on_friday == []
    assert site.outbox.dropped == {date(2026, 11, 13): DropReason.NOTHING_LEFT}
    assert [recipient for recipient, _text in site.told] == [HEAD]


def test_who_was_told_and_asks_to_be_told_tomorrow_is_told_again_at_the_same_level() -> None:
    site = Site([ASKED], now=paris("2026-11-06 08:00"))  # the Friday before
    days = ("2026-11-06", "2026-11-09", "2026-11-10")

    def told_on(day: str) -> list[tuple[str, str]]:
        site.now, before = paris(f"{day} 08:00"), len(site.told)
        site.prepare()
        site.deliver()
        return site.told[before:]

    first = told_on(days[0])
    site.recalls.append(Recall(ASKED.key, HEAD, date(2026, 11, 9)))

    assert first == [(HEAD, "before-3 3")]
    assert [told_on(day) for day in days[1:]] == [[(HEAD, "before-3 2")], [(HEAD, "before-1 1")]]
