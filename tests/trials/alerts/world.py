"""An office in virtual time, and all that happens to it: nothing here knows of mailsla."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.factories import GUYANE_DAYS, METROPOLE_DAYS
from tests.trials.alerts.oracle import A_DAY, REFERENT, SEND_HOUR, Absence, Asked, Oracle

TERRITORIES = (("Europe/Paris", METROPOLE_DAYS), ("America/Cayenne", GUYANE_DAYS))
HEADS = {
    "Étrangers": ("chef.etrangers@pref.example.fr", "adjointe.etrangers@pref.example.fr"),
    "Permis": ("chef.permis@pref.example.fr", "adjoint.permis@pref.example.fr"),
}
"""Of each service, its head and who stands in."""

EVENING = 18
HALF_AN_HOUR = timedelta(minutes=30)
"""Likelihoods are of so long."""


class World:
    """An office: its requests, its people, its calendar, its server and its clock.

    Attributes:
        real: The time; `now` is what the machine's clock shows.
        is_moved: Whether something happened by which somebody may be owed a mail, since that was last set to False: no
            new request, which is due in nine days, and no answer.
        counts: How often each thing happened.
    """

    def __init__(self, seed: int, first: date) -> None:
        self.chance = Random(seed)
        zone, holidays = TERRITORIES[seed % 2]
        self.zone, self.holidays = ZoneInfo(zone), holidays
        self.real = datetime.combine(first, time.min, self.zone)
        self.set_back = timedelta()
        started = self.real + timedelta(hours=9)
        off = {date.fromisoformat(on) for on in holidays}
        heads: dict[str, str | None] = {service: head for service, (head, _deputy) in HEADS.items()}
        self.oracle = Oracle(off, heads, started, started)
        self.closures: list[date] = []
        self.requests: list[Asked] = []
        self.server_up_since: datetime | None = self.real
        self.refused: set[str] = set()
        self.reads = self.is_moved = True
        self.counts: Counter[str] = Counter({f"offices of {zone}": 1})
        self._asked = 0
        self._settled: set[str] = set()
        self._lasts: dict[str, datetime] = {}
        for number in range(30):
            self._ask(self.real - A_DAY * self.chance.uniform(1, 60), imported=number % 6 == 0)

    @property
    def now(self) -> datetime:
        """What the machine's clock shows."""
        return (self.real.astimezone(UTC) - self.set_back).astimezone(self.zone)

    def pass_time(self) -> float:
        """Let some minutes pass, hours where nobody is at work, and what happens; return how many half hours."""
        if self.oracle.is_hour(self.now) and self.now.hour < EVENING:
            passed = timedelta(minutes=self.chance.randint(1, 59))
        else:
            passed = min(timedelta(minutes=self.chance.randint(60, 240)), self._until_the_hour())
        self.wait(passed)
        self._happen(passed / HALF_AN_HOUR)
        return passed / HALF_AN_HOUR

    def _until_the_hour(self) -> timedelta:
        hour = datetime.combine(self.now.date(), time(SEND_HOUR), self.zone)
        return hour - self.now if self.now < hour else A_DAY

    def wait(self, long: timedelta) -> None:
        """Let some time pass in which nothing happens."""
        self.real = (self.real.astimezone(UTC) + long).astimezone(self.zone)

    # What happens; likelihoods are those of half an hour, and `long` how many of them passed.

    def _happen(self, long: float) -> None:
        for _mail in range(self._times(0.12 * long)):
            self._ask(self.real - HALF_AN_HOUR * self.chance.uniform(0, long))
        for asked in self._some(0.0012 * long):
            self.answer(asked)
        if self.chance.random() < 0.001 * long:
            self.counts["piles answered"] += 1
            self.answer_pile()
        for asked in self._some(0.0002 * long):
            asked.excluded = not asked.excluded
            self._happened("exclusions decided or undone")
        for asked in self._some(0.0002 * long):
            asked.unseen = not asked.unseen
            self._happened("replies proven, not seen, or found")
        for asked in self._some(0.0004 * long):
            asked.service = self.chance.choice([*HEADS, None])
            self._happened("owners changed")
        for asked in self._some(0.0002 * long):
            self._announce(asked)
        for asked in self._some(0.0002 * long):
            self._recall(asked)
        if self.chance.random() < 0.004 * long:
            self._close()
        self._change_heads(long)
        self._break(long)

    def _times(self, mean: float) -> int:
        """Draw how often something happens that happens so often in the mean (Knuth's way)."""
        bound, product, times = math.exp(-mean), self.chance.random(), 0
        while product > bound:
            product *= self.chance.random()
            times += 1
        return times

    def _some(self, likelihood: float) -> Iterator[Asked]:
        """Yield each request with a likelihood: from one that is drawn, the next is so many further on."""
        at = -1
        while True:
            at += 1 + int(math.log(1 - self.chance.random()) / math.log(1 - likelihood))
            if at >= len(self.requests):
                return
            yield self.requests[at]

    def _happened(self, what: str) -> None:
        self.counts[what] += 1
        self.is_moved = True

    def _ask(self, at: datetime, *, imported: bool = False) -> None:
        service = self.chance.choice([*HEADS, *HEADS, None])
        self.requests.append(Asked(f"{self._asked:032x}", at, service, imported))
        self._asked += 1
        self.counts["requests"] += 1

    def answer(self, asked: Asked) -> None:
        """Have a request answered."""
        if not asked.answered:
            asked.answered = True
            self.counts["answers"] += 1

    def answer_pile(self) -> None:
        """Have everything answered that waits for one service."""
        service = self.chance.choice([*HEADS, None])
        for asked in self.requests:
            if asked.service == service:
                self.answer(asked)

    def _announce(self, asked: Asked) -> None:
        today = self.now.date()
        is_first = asked.announced is None and not (asked.answered or asked.imported)
        is_recent = self.now > asked.received and today - asked.received.date() < 30 * A_DAY
        if is_first and is_recent and today < self.oracle.due(asked):
            asked.announced = today + A_DAY * self.chance.randrange(10, 25)
            self._happened("dates announced")

    def _recall(self, asked: Asked) -> None:
        """Have somebody ask to be told again on another day; whoever checks the figures asks it for everybody."""
        head = self.oracle.heads[asked.service] if asked.service else None
        named = (asked.key, self.chance.choice(["", head or REFERENT]))
        on = self.now.date() + A_DAY * self.chance.randrange(1, 6)
        self.oracle.recalls[named] = max(on, self.oracle.recalls.get(named, on))
        self._happened("reminders asked for")

    def _close(self) -> None:
        today = self.now.date()
        on = today + A_DAY * self.chance.choice([0, 0, *range(-3, 12)])
        if on not in self.closures:
            self.closures.append(on)
            self.oracle.off.add(on)
            self._happened("closures declared" if on > today else "closures declared late")

    def _change_heads(self, long: float) -> None:
        today, heads = self.now.date(), self.oracle.heads
        if self.chance.random() < 0.002 * long:
            service = self.chance.choice([*HEADS])
            first = today + A_DAY * self.chance.randrange(-2, 8)
            last = first + A_DAY * self.chance.randrange(15)
            self.oracle.absences.append(Absence(service, HEADS[service][1], first, last))
            self._happened("heads absent, with a deputy")
        if self.chance.random() < 0.0005 * long:
            service = self.chance.choice([*HEADS])
            heads[service] = HEADS[service][0] if heads[service] is None else None
            self._happened("heads who leave or come")
        if self.chance.random() < (0.01 if self.refused else 0.001) * long:
            address = self.chance.choice(HEADS[self.chance.choice([*HEADS])])
            self.refused = set() if self.refused else {address}
            self.counts["addresses refused"] += bool(self.refused)

    def _break(self, long: float) -> None:
        if self.server_up_since is not None:
            if self.breaks("server down", 0.006 * long, timedelta(days=3)):
                self.server_up_since = None
        elif self.is_mended("server down", 0.04 * long):
            self.server_up_since = self.real
        if self.chance.random() < (0.004 if self.reads else 0.02) * long:
            self.reads = not self.reads
            self._happened("mailboxes unread, or read again")
        if self.chance.random() < (0.003 if not self.set_back else 0.05) * long:
            hours = 0 if self.set_back else self.chance.choice([1, 5, 26, 50])
            self.set_back = timedelta(hours=hours)
            self._happened("clock set back" if hours else "clock set right")

    def breaks(self, what: str, likelihood: float, longest: timedelta) -> bool:
        """Tell whether something breaks now: at times for long."""
        if self.chance.random() >= likelihood:
            return False
        self._happened(what)
        if self.chance.random() < 0.1:
            self._lasts[what] = self.real + longest
            self.counts.update([f"{what} for {longest.days} days"])
        return True

    def is_mended(self, what: str, likelihood: float) -> bool:
        """Tell whether what is broken works again."""
        if self.real < self._lasts.get(what, self.real) or self.chance.random() >= likelihood:
            return False
        self.is_moved = True
        return True

    def forget(self) -> None:
        """Forget what was answered a week ago: nothing is said of it any more, and years of it take time."""
        self.requests = [
            asked for asked in self.requests if not (asked.answered and asked.key in self._settled)
        ]
        self._settled = {asked.key for asked in self.requests if asked.answered}
        today = self.now.date()
        self.oracle.absences = [item for item in self.oracle.absences if item.last >= today - 7 * A_DAY]
