"""Whoever watches from outside is told how things are: at each change, a ping every few minutes, never in a storm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from mailsla.core.alerts.findings import Broken, Finding, Part
from mailsla.core.alerts.health import AccountFigures
from mailsla.core.collection.outcome import RecordedRun, RunOutcome
from mailsla.core.collection.pacing import Attempt
from mailsla.core.errors import MailslaError, TransientError
from mailsla.usecases.watch_over import WatchedOver, account_figures, is_well

START = datetime(2026, 11, 13, 8, tzinfo=UTC)
WRONG = (Broken(Part.STORE, "la base ne répond pas."),)


class Watcher:
    """A site whose state is set, and what its watchers were told, by the minute since its start."""

    def __init__(self) -> None:
        self.minute = 0
        self.found: Sequence[Finding] = ()
        self.deaf = False
        self.pings: list[tuple[int, bool]] = []
        self.runs: list[tuple[int, bool]] = []
        self.written: list[bool] = []
        self.failed: list[MailslaError] = []
        self.over = WatchedOver(
            look=lambda: self.found,
            now=lambda: START + timedelta(minutes=self.minute),
            write=lambda found: self.written.append(is_well(found)),
            ping=lambda found: self.tell(self.pings, found),
            run=lambda found: self.tell(self.runs, found),
            failed=self.failed.append,
        )

    def tell(self, told: list[tuple[int, bool]], found: Sequence[Finding]) -> None:
        told.append((self.minute, is_well(found)))
        if self.deaf:
            raise TransientError("deaf")

    def go_on(self, minutes: int, *, well: bool) -> None:
        self.found = () if well else WRONG
        for _minute in range(minutes):
            self.over.turn()
            self.minute += 1


def test_pings_come_every_five_minutes_and_at_each_change_and_the_command_at_each_change_alone() -> None:
    site = Watcher()

    site.go_on(12, well=True)
    site.go_on(6, well=False)
    site.go_on(2, well=True)

    assert site.pings == [(0, True), (5, True), (10, True), (12, False), (17, False), (18, True)]
    assert site.runs == [(0, True), (12, False), (18, True)]
    assert site.written == [True] * 12 + [False] * 6 + [True] * 2


def test_what_is_not_well_yet_after_a_start_is_told_to_nobody_for_a_quarter_of_an_hour() -> None:
    site = Watcher()

    site.go_on(16, well=False)

    assert site.pings == site.runs == [(15, False)]
    assert site.written == [False] * 16


def test_a_watcher_who_does_not_hear_is_told_again_every_five_minutes_and_holds_no_other_back() -> None:
    site = Watcher()
    site.deaf = True
    site.go_on(7, well=True)
    site.deaf = False
    site.go_on(6, well=True)

    assert site.runs == [(0, True), (5, True), (10, True)]
    assert len(site.failed) == 4
    assert len(site.written) == 13


def test_a_clock_that_is_set_back_keeps_nobody_from_being_told() -> None:
    site = Watcher()
    site.go_on(1, well=True)
    site.minute = -600
    site.go_on(1, well=True)

    assert site.pings == [(0, True), (-600, True)]


class Kept:
    """What a store remembers of two accounts."""

    def last(self) -> Sequence[RecordedRun]:
        def run(account: str, hour: int, outcome: RunOutcome, reason: str | None = None) -> RecordedRun:
            return RecordedRun(account, START - timedelta(hours=hour), None, outcome, reason, 0, 0)

        return (
            run("contact", 1, RunOutcome.REFUSED),
            run("contact", 3, RunOutcome.OK, "un dossier est refusé."),
            run("permis", 1, RunOutcome.OK),
        )

    def failed_logins(self, account: str) -> Sequence[Attempt]:
        hours = {"contact": ((1, True), (2, False), (23, True), (25, True))}
        return [Attempt(START - timedelta(hours=ago), refused) for ago, refused in hours.get(account, ())]


def test_figures_are_by_account_and_those_of_one_that_was_never_read_say_so() -> None:
    found = list(account_figures(["contact", "permis", "neuf"], Kept(), Kept(), START))

    assert found == [
        AccountFigures("contact", START - timedelta(hours=3), is_failing=True, is_partial=True, refused=2),
        AccountFigures("permis", START - timedelta(hours=1), is_failing=False, is_partial=False, refused=0),
        AccountFigures("neuf", None, is_failing=False, is_partial=False, refused=0),
    ]
