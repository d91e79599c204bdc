"""Weeks or years of an office's alerts in virtual time.

SMTP is down for hours or days, the daemon killed anywhere or stopped for a week, the clock set back; closures come
late, owners change, dates are announced.

python -m tests.trials.alerts.simulation [SEEDS [FIRST [WEEKS]]]    plays them, and prints what became of every mail
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from mailsla.adapters.database import schema
from mailsla.adapters.database.engine import open_engine
from mailsla.adapters.database.outbox import Outbox
from mailsla.core.alerts.digests import Digest, Waiting
from mailsla.core.alerts.memory import Told
from mailsla.core.alerts.outgoing import DIGEST, DropReason, Letter, Outgoing
from mailsla.core.alerts.recipients import Contacts, Ladder
from mailsla.core.alerts.terms import AlertRule, AlertTerms, days_at_least
from mailsla.core.clock.announcement import Announcement
from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.collection.gap import AccountRead
from mailsla.core.errors import PermanentError, TransientError
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Assignment, Request, ServiceBasis
from mailsla.core.rate.standard import Standard
from mailsla.usecases.hand_over import HandOver
from mailsla.usecases.notify import DigestWriter, Preparation, Rounds, Sources
from tests.factories import GUYANE_DAYS, METROPOLE_DAYS, OFFICE, PROMISE, clock, working_calendar
from tests.trials.alerts.oracle import A_DAY, LADDER_DAYS, Asked, Oracle, Said

FIRST, FIRST_OF_YEARS = date(2026, 4, 13), date(2024, 4, 8)
WEEKS, YEARS = 6, 156
"""In weeks: a stretch that has its holidays; three years, all of which the calendar knows."""
STEP = timedelta(minutes=30)
REFERENT = "qualite@pref.example.fr"
SERVICES = {service.name: service.head or REFERENT for service in OFFICE.services}
HEADS = (*SERVICES.values(), REFERENT)
CONTACTS = {service.name: Contacts(service.head) for service in OFFICE.services}
TERRITORIES = (("Europe/Paris", METROPOLE_DAYS), ("America/Cayenne", GUYANE_DAYS))
COUNTED = Commitment(
    PROMISE.category, PROMISE.amount, Comparison.LESS_THAN, PROMISE.target, announced_date_counts=True
)


class Killed(BaseException):
    """The daemon is gone, here and now."""


@dataclass(frozen=True)
class Handed:
    """A mail that the server took."""

    mail: Outgoing
    at: datetime
    said: frozenset[Said]
    summary: frozenset[str]


class Office:
    """An office whose daemon is played by the real rounds, on a real outbox."""

    def __init__(self, seed: int, engine: Engine, first: date = FIRST) -> None:
        self.chance, self.seed = Random(seed), seed
        zone, holidays = TERRITORIES[seed % 2]
        self.zone, self.holidays = ZoneInfo(zone), [*holidays]
        self.closures: list[str] = []
        self.outbox = Outbox(engine, timedelta(minutes=1))
        self.real = datetime.combine(first, datetime.min.time(), self.zone)
        self.set_back = timedelta()
        off = {date.fromisoformat(on) for on in holidays}
        started = self.real + timedelta(hours=9)
        self.oracle = Oracle(off, REFERENT, started, started)
        self.world: list[Asked] = []
        self.owners: dict[str, str | None] = {}
        self.smtp_up_since: datetime | None = self.real
        self.reads = self.alive = True
        self.broken_until = {"daemon": self.real, "server": self.real}
        self.asked = 0
        self.settled: set[str] = set()
        self.tried = False
        self.kills = 0.0
        self.rounds = Rounds()
        self.handed: list[Handed] = []
        self.noted: set[int] = set()
        self.in_the_window: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        for number in range(30):
            self._ask(self.real - A_DAY * self.chance.uniform(1, 60), imported=number % 6 == 0)

    @property
    def now(self) -> datetime:
        """What the machine's clock shows."""
        return self.real - self.set_back

    # What happens to an office.

    def _ask(self, at: datetime, *, imported: bool = False) -> None:
        service = self.chance.choice([*SERVICES, *SERVICES, None])
        asked = Asked(f"{self.asked:032x}", at, SERVICES.get(service or "", ""), imported)
        self.asked += 1
        self.world.append(asked)
        self.owners[asked.key] = service

    def happen(self) -> None:
        """Let half an hour's events happen."""
        chance = self.chance
        if chance.random() < 0.12:
            self._ask(self.real - timedelta(minutes=chance.uniform(0, 29)))
        for asked in self.world:
            if not asked.answered and chance.random() < 0.0012:
                asked.answered = True
            if chance.random() < 0.0002:
                asked.excluded = not asked.excluded
            if chance.random() < 0.0002:
                asked.unseen = not asked.unseen
            if chance.random() < 0.0004:
                service = chance.choice([*SERVICES, None])
                self.owners[asked.key], asked.owner = service, SERVICES.get(service or "", "")
            if chance.random() < 0.0002 and self._may_announce(asked):
                asked.announced = self.now.date() + A_DAY * chance.randrange(10, 25)
        if chance.random() < 0.004:
            on = self.now.date() + A_DAY * chance.randrange(-3, 12)
            self.closures.append(on.isoformat())
            self.oracle.off.add(on)
        self._break(chance)

    def _may_announce(self, asked: Asked) -> bool:
        is_recent = self.now.date() - asked.received.date() < 30 * A_DAY
        is_first = asked.announced is None and not (asked.answered or asked.imported)
        return (
            is_first and is_recent and self.now > asked.received and self.now.date() < self.oracle.due(asked)
        )

    def _break(self, chance: Random) -> None:
        if self._turns("server", 0.01 if self.smtp_up_since else 0.04, timedelta(days=3)):
            self.smtp_up_since = None if self.smtp_up_since else self.real
        if chance.random() < (0.004 if self.reads else 0.02):
            self.reads = not self.reads
        if self._turns("daemon", 0.004 if self.alive else 0.02, timedelta(weeks=1)):
            self.alive, self.tried, self.rounds = not self.alive, False, Rounds()
        if chance.random() < (0.003 if not self.set_back else 0.05):
            hours = chance.choice([1, 5, 26, 50])
            self.set_back = timedelta() if self.set_back else timedelta(hours=hours)
        self.kills = chance.choice([0, 0, 0, 0.05])

    def _turns(self, what: str, likelihood: float, longest: timedelta) -> bool:
        """Tell whether something that works breaks now, or what is broken works again; sometimes it stays for long."""
        if self.real < self.broken_until[what] or self.chance.random() >= likelihood:
            return False
        if self.chance.random() < 0.1:
            self.broken_until[what] = self.real + longest
            self.counts[f"{what} as it is for {longest.days} days"] += 1
        return True

    def forget(self) -> None:
        """Forget what was answered a week ago: nothing is said of it any more, and years of it take time."""
        self.world = [asked for asked in self.world if not (asked.answered and asked.key in self.settled)]
        self.settled = {asked.key for asked in self.world if asked.answered}

    # What mailsla asks of the world. Satisfies `RequestSource`, `Outbox`, `WaitingMails` and `Mailer`.

    def waiting(self, since: datetime, before: datetime, *, imported: bool) -> list[Waiting]:
        """Return what waits."""
        return [
            Waiting(of.key, of.received.at, of.service, of.category, of.announcements, of.imported)
            for of in map(self._request, self.world)
            if of.answered is None and of.excluded is None and (imported or not of.imported)
            if since <= of.received.at < before
        ]

    def requests_of(self, keys: Collection[str]) -> list[Request]:
        """Return some requests."""
        wanted = set(keys)
        return [self._request(asked) for asked in self.world if asked.key in wanted]

    def doubts_about(self, keys: Collection[str]) -> list[Doubt]:
        """Return which of some requests a mail that nobody saw may have answered."""
        wanted = set(keys)
        unseen = [asked.key for asked in self.world if asked.unseen and asked.key in wanted]
        return [Doubt(key, self.real, (key,), DoubtCode.UNSEEN_REPLY) for key in unseen]

    def _request(self, asked: Asked) -> Request:
        received, service = Moment(asked.received, Basis.SERVER), self.owners[asked.key]
        assigned = () if service is None else (Assignment(service, asked.received, ServiceBasis.RECIPIENT),)
        announced = asked.announced
        return Request(
            key=asked.key,
            conversation=asked.key,
            follow_up=False,
            received=received,
            citizens=(),
            answered=Moment(self.real, Basis.SERVER) if asked.answered else None,
            answered_by=None,
            assignments=assigned,
            steps=(),
            category=PROMISE.category,
            imported=asked.imported,
            mailboxes=(("archives" if asked.imported else "contact", "INBOX"),),
            subject="Demande",
            announcements=()
            if announced is None
            else (Announcement(asked.received + timedelta(seconds=1), announced),),
            excluded="sans objet" if asked.excluded else None,
        )

    def _killed_here(self) -> None:
        if self.chance.random() < self.kills:
            raise Killed

    def told(self, keys: Collection[str]) -> Sequence[Told]:
        """Return what people were told."""
        return self.outbox.told(keys)

    def recipients(self, purpose: str, day: date) -> set[str]:
        """Return who has a mail of the day."""
        return self.outbox.recipients(purpose, day)

    def add(self, mail: Outgoing, at: datetime) -> bool:
        """Note that a mail is due."""
        self._killed_here()
        added = self.outbox.add(mail, at)
        self.counts["due"] += added
        self._killed_here()
        return added

    def claim(self, at: datetime) -> Outgoing | None:
        """Take the next mail."""
        mail = self.outbox.claim(at)
        self._killed_here()
        return mail

    def mark_sent(self, number: int, at: datetime, told: Sequence[Told] = ()) -> None:
        """Note that a mail left."""
        if self.chance.random() < self.kills:
            self.in_the_window.add(self.handed[-1].mail.message_id)
            raise Killed
        self.outbox.mark_sent(number, at, told)
        left = self.handed[-1]
        for said in left.said:
            self.oracle.told.setdefault((left.mail.recipient, said.key), []).append((left.at.date(), said))
        self.oracle.summed_up |= left.summary
        self._killed_here()

    def put_back(
        self, number: int, at: datetime, *, refused: str | None, is_undelivered: bool = False
    ) -> None:
        """Note that a mail could not be handed over."""
        self.outbox.put_back(number, at, refused=refused, is_undelivered=is_undelivered)
        self.counts["put back"] += 1
        self._killed_here()

    def postpone(self, number: int, until: datetime) -> None:
        """Note that a mail is not to leave yet."""
        self.outbox.postpone(number, until)

    def drop(self, number: int, at: datetime, reason: DropReason) -> None:
        """Note that a mail never leaves."""
        self.outbox.drop(number, at, reason)
        self.counts[f"dropped, {reason.value}"] += 1
        self._killed_here()

    @contextmanager
    def session(self) -> Iterator[Callable[[Outgoing, Letter], None]]:
        """Call the server, which takes its time: some requests are answered meanwhile."""
        if self.smtp_up_since is None:
            raise TransientError("down")
        if self.chance.random() < 0.02:
            raise PermanentError("552")
        for asked in self.chance.sample(self.world, 2):
            asked.answered = asked.answered or self.chance.random() < 0.3
        yield self._hand_over

    def _hand_over(self, mail: Outgoing, letter: Letter) -> None:
        self._killed_here()
        told = json.loads(letter.text)
        said = frozenset(
            Said(key, days_at_least(level), date.fromisoformat(due), left)
            for key, level, due, left in told["told"]
        )
        handed = Handed(mail, self.now, said, frozenset(told["summary"]))
        self._judge(handed)
        self.handed.append(handed)
        self.counts["sent"] += 1

    # What is held against the oracle.

    def _judge(self, handed: Handed) -> None:
        recipient, now, oracle = handed.mail.recipient, handed.at, self.oracle
        answered = {asked.key for asked in self.world if asked.answered}
        before = [
            item
            for item in self.handed[-100:]
            if item.mail.recipient == recipient and item.at.date() == now.date()
        ]
        again = any(item.mail.message_id != handed.mail.message_id for item in before)
        unknown = bool(before) and handed.mail.message_id not in self.in_the_window
        self.counts["again in the one window"] += bool(before) and not (again or unknown)
        summary = oracle.summary(self.world, now) if recipient == REFERENT else set()
        owed = oracle.owed(self.world, recipient, now)
        for name, is_so in (
            ("on a closed day or before the hour", not oracle.is_hour(now)),
            (
                "for an answered request",
                bool(answered & {item.key for item in handed.said} | answered & handed.summary),
            ),
            ("twice", again or unknown),
            ("empty", not handed.said and not handed.summary),
            ("wrong", handed.said != owed or handed.summary != summary),
        ):
            self.counts[name] += is_so
            if is_so:
                differs = sorted(map(str, handed.said ^ owed | handed.summary ^ summary))
                self.wrong.append(f"seed {self.seed}, {now:%Y-%m-%d %H:%M}, {recipient}: {name} {differs}")

    def _missed(self) -> None:
        """Hold that nobody is owed anything, once everything works and everything was looked at."""
        works = self.smtp_up_since is not None and self.smtp_up_since <= self.real - timedelta(hours=2)
        if not works or self.set_back or self.rounds.whole_at != self.now or self.kills:
            return
        waiting = self.outbox.recipients(DIGEST, self.now.date())
        for recipient in set(HEADS) - waiting:
            owed = self.oracle.owed(self.world, recipient, self.now)
            summary = self.oracle.summary(self.world, self.now) if recipient == REFERENT else set()
            if owed or summary:
                self.counts["missed"] += 1
                differs = sorted(map(str, owed | summary))
                self.wrong.append(
                    f"seed {self.seed}, {self.now:%Y-%m-%d %H:%M}, {recipient}: missed {differs}"
                )

    # The daemon.

    def turn(self) -> None:
        """Let half an hour pass, then do the daemon's rounds."""
        self.real += STEP
        self.happen()
        if not self.alive:
            return
        if self.reads and self.real >= self.oracle.first_read and not self.set_back:
            self.oracle.last_read = self.now
        try:
            self._rounds()
        except Killed:
            self.counts["killed"] += 1
            self.tried, self.rounds = False, Rounds()
        else:
            if self.tried:
                self._missed()
            self.tried = True

    def _rounds(self) -> None:
        terms = self._terms()
        sources = Sources(self, self)
        if self.tried and self.real >= self.oracle.first_read:
            Preparation(sources, self, terms, "pref.example.fr", rounds=self.rounds).prepare(self.now)
        writer = DigestWriter(sources, terms, compose, lambda: self.tried)
        HandOver(self, self, {DIGEST: writer.write}, lambda: self.now).all()

    def _terms(self) -> AlertTerms:
        calendar = working_calendar(self.holidays, zone=str(self.zone), closures=self.closures)
        standard = Standard(clock(calendar), {PROMISE.category: COUNTED})
        read = {"contact": AccountRead(self.oracle.first_read, self.oracle.last_read)}
        rule = AlertRule(ladder=Ladder(REFERENT, referent_after=LADDER_DAYS), contacts=CONTACTS)
        return AlertTerms(standard, rule, read)


def compose(digest: Digest) -> Letter:
    """Say a digest as a machine reads it."""
    told = [
        (item.request.key, item.level, item.verdict.due_on.isoformat(), item.remaining)
        for item in digest.notices
    ]
    return Letter("", json.dumps({"told": told, "summary": [item.key for item in digest.backlog]}))


@cache
def _empty_store() -> bytes:
    """Return a store of this version in which nothing was ever put: its migrations take longer than a week's play."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite3"
        engine = open_engine(f"sqlite:///{path}")
        schema.upgrade(engine)
        engine.dispose()
        return path.read_bytes()


def played(seed: int, weeks: int = WEEKS) -> Office:
    """Return an office after some weeks."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "outbox.sqlite3"
        path.write_bytes(_empty_store())
        engine = open_engine(f"sqlite:///{path}")
        try:
            office = Office(seed, engine, FIRST if weeks <= WEEKS else FIRST_OF_YEARS)
            for _week in range(weeks):
                for _turn in range(7 * 48):
                    office.turn()
                office.forget()
            return office
        finally:
            engine.dispose()


def main(arguments: Sequence[str]) -> int:
    """Play some seeds and print what became of all mails; fail when one is wrong."""
    given = [*map(int, arguments)]
    seeds, first, weeks = (*given, *(20, 0, WEEKS)[len(given) :])
    total: Counter[str] = Counter()
    wrong: list[str] = []
    failing: list[int] = []
    for seed in range(first, first + seeds):
        office = played(seed, weeks)
        total.update(office.counts)
        wrong += office.wrong
        failing += [seed] if office.wrong else []
    print(f"{seeds} offices through {weeks} weeks each")
    for name, count in sorted(total.items()):
        print(f"{count:8} {name}")
    print("\n".join(wrong[:20]))
    if failing:
        print(f"again: {', '.join(f'simulation 1 {seed} {weeks}' for seed in failing)}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
