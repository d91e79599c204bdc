"""The daemon's rounds: what is new is derived at once; nobody is told before it is known what was answered."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import pytest

from mailsla.core.collection.outcome import RunOutcome
from mailsla.usecases.hand_over import Delivery
from mailsla.usecases.mailbox_pass import Tally
from mailsla.usecases.poll import Collected
from mailsla.usecases.rounds import Rounds, Watched
from mailsla.usecases.watch import Heard


@dataclass
class Work:
    """Notes what is done."""

    done: list[str] = field(default_factory=list)
    half: set[str] = field(default_factory=set)
    delivery: Delivery = field(default_factory=lambda: Delivery(0, 0))
    breaks: bool = False

    def derive(self) -> None:
        self.done.append("derive")

    def half_read(self) -> set[str]:
        return self.half

    def sound_alarms(self, tried: AbstractSet[str]) -> None:
        self.done.append(" ".join(["alarms", *sorted(tried)]))

    def prepare_alerts(self) -> None:
        if self.breaks:
            raise ZeroDivisionError
        self.done.append("alerts")

    def prepare_reports(self) -> None:
        self.done.append("reports")

    def renew_pages(self) -> None:
        self.done.append("pages")

    def tell_watchers(self) -> None:
        self.done.append("watchers")

    def purge(self) -> None:
        self.done.append("purge")

    def take_decisions(self) -> None:
        self.done.append("decisions")

    def deliver(self, may_alert: Callable[[], bool]) -> Delivery:
        self.done.append("delivery with alerts" if may_alert() else "delivery")
        return self.delivery


@dataclass
class Daemon:
    """A daemon of some accounts whose collections all end as told."""

    names: tuple[str, ...] = ("contact", "autre")
    seconds: float = 300
    outcome: RunOutcome = RunOutcome.OK
    tally: Tally = field(default_factory=Tally)
    stopping: bool = False

    def __post_init__(self) -> None:
        self.work = Work()
        self.heard: list[Collected] = []
        self.delivered: list[Delivery] = []
        accounts = [Watched(name, self.seconds, self._watching(name)) for name in self.names]
        rounds = Rounds(accounts, self.work, lambda: self.stopping, self.heard.append, self.delivered.append)
        self.rounds = {each.name: each for each in rounds.all()}

    def _watching(self, name: str) -> Callable[[Heard], None]:
        def watch(heard: Heard) -> None:
            heard(Collected(name, self.outcome, self.tally))

        return watch

    def act(self, *names: str) -> list[str]:
        """Do some rounds and return what they did."""
        self.work.done.clear()
        for name in names:
            self.rounds[name].act()
        return self.work.done


def test_alarms_are_about_accounts_that_were_tried_since_the_start_alone() -> None:
    daemon = Daemon(outcome=RunOutcome.TRANSIENT)

    assert daemon.act("alarms", "collect autre", "alarms") == ["alarms", "alarms autre"]
    assert daemon.act("collect contact", "alarms") == ["alarms autre contact"]


def test_each_thing_is_a_round_of_its_own() -> None:
    daemon = Daemon()

    assert list(daemon.rounds) == [
        "collect contact",
        "collect autre",
        "alarms",
        "alerts",
        "reports",
        "pages",
        "delivery",
        "monitoring",
        "decisions",
        "purge",
    ]
    assert [each.seconds for each in daemon.rounds.values()] == [300, 300, 60, 60, 60, 60, 60, 60, 60, 3600]
    assert {each.seconds for each in Daemon(seconds=5).rounds.values()} == {5, 3600}


def test_nothing_is_announced_before_every_account_was_tried() -> None:
    daemon = Daemon()

    assert daemon.act("alerts") == []
    daemon.act("collect contact")
    held = ("alerts", "reports", "pages", "purge")
    assert daemon.act(*held) == []
    daemon.act("collect autre")
    assert daemon.act(*held) == list(held)


@pytest.mark.parametrize("outcome", RunOutcome)
def test_an_account_that_cannot_be_read_holds_no_alert_back_once_it_was_tried(outcome: RunOutcome) -> None:
    daemon = Daemon(outcome=outcome)
    daemon.act("collect contact", "collect autre")

    assert daemon.act("alerts") == ["alerts"]


def test_nothing_is_announced_while_an_account_is_read_half_way_for_the_first_time() -> None:
    daemon = Daemon()
    daemon.act("collect contact", "collect autre")
    daemon.work.half = {"autre"}

    assert daemon.act("alerts", "reports") == []
    daemon.work.half = {"one that is not configured any more"}
    assert daemon.act("alerts") == ["alerts"]


def test_nothing_is_announced_as_everything_ends() -> None:
    daemon = Daemon()
    daemon.act("collect contact", "collect autre")
    daemon.stopping = True

    assert daemon.act("alerts") == []


@pytest.mark.parametrize(
    ("outcome", "tally", "derived"),
    [
        (RunOutcome.OK, Tally(), True),
        (RunOutcome.TRANSIENT, Tally(messages=1), True),
        (RunOutcome.STOPPED, Tally(gone=1), True),
        (RunOutcome.TRANSIENT, Tally(), False),
        (RunOutcome.ELSEWHERE, Tally(), False),
    ],
)
def test_what_changed_is_derived_at_once(outcome: RunOutcome, tally: Tally, derived: bool) -> None:
    daemon = Daemon(outcome=outcome, tally=tally)

    assert daemon.act("collect contact") == ["derive"] * derived
    assert [result.outcome for result in daemon.heard] == [outcome]


def test_alerts_that_cannot_be_written_keep_no_alarm_and_no_delivery_back() -> None:
    daemon = Daemon()
    daemon.act("collect contact", "collect autre")
    daemon.work.breaks = True

    with pytest.raises(ZeroDivisionError):
        daemon.act("alerts")
    assert daemon.act("alarms", "delivery") == ["alarms autre contact", "delivery with alerts"]


def test_alerts_that_were_noted_before_a_restart_wait_until_every_account_was_tried() -> None:
    daemon = Daemon()

    assert daemon.act("delivery") == ["delivery"]
    daemon.act("collect contact", "collect autre")
    assert daemon.act("delivery") == ["delivery with alerts"]
    daemon.work.half = {"autre"}
    assert daemon.act("delivery") == ["delivery"]


def test_only_a_delivery_that_did_something_is_told() -> None:
    daemon = Daemon()

    daemon.act("delivery")
    daemon.work.delivery = Delivery(0, 1)
    daemon.act("delivery")

    assert daemon.delivered == [Delivery(0, 1)]
