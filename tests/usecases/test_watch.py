"""An account under watch, in virtual time: a line that keeps state stands for its server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.pacing import (
    MOST_LOGINS,
    MOST_REFUSALS,
    REFUSED_PAUSES,
    REMEMBERED,
    Attempt,
    Pace,
)
from mailsla.core.errors import PermanentError, TransientError
from mailsla.usecases.attempts import Restraint
from mailsla.usecases.mailbox_pass import Tally
from mailsla.usecases.poll import Collected
from mailsla.usecases.watch import LineLimits, Watch

START = datetime(2026, 11, 13, 9, tzinfo=UTC)
EVERY = 300.0
LIMITS = LineLimits(listen_seconds=60, held_seconds=15, reopen_seconds=4)
OK, TRANSIENT, REFUSED = RunOutcome.OK, RunOutcome.TRANSIENT, RunOutcome.REFUSED


@dataclass
class VirtualTime:
    """Time that passes when somebody waits, until it is stopped."""

    passed: float = 0
    stops_at: float = float("inf")
    luck: float = 0.5

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def is_stopping(self) -> bool:
        return self.passed >= self.stops_at

    def pause(self, seconds: float) -> bool:
        self.passed = min(self.passed + seconds, max(self.passed, self.stops_at))
        return self.is_stopping()

    def chance(self) -> float:
        return self.luck


@dataclass
class FakeLine:
    """A line whose collections end as told, the last way from then on, and which breaks after so many seconds.

    Attributes:
        logins: The instants at which a connection was made, seconds after the start.
        waits: How long each wait for news was to last.
        open: Whether somebody is on the line.
    """

    time: VirtualTime
    ends: list[RunOutcome] = field(default_factory=lambda: [OK])
    news_at: list[float] = field(default_factory=list)
    breaks_after: float = float("inf")
    breaks_with: type[Exception] = TransientError
    kept_until: float = float("inf")
    can_wait: bool = True
    password: str = "first"
    logins: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    open: bool = False

    def __enter__(self) -> FakeLine:
        assert not self.open
        self.open, self.connected_at = True, None
        return self

    def __exit__(self, *_error: object) -> None:
        self.open = False

    connected_at: float | None = None

    def credentials(self) -> str:
        return self.password

    def collect(self) -> Collected:
        assert self.open
        if self.connected_at is None:
            self.connected_at = self.time.passed
            self.logins.append(self.time.passed)
        outcome = self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]
        return Collected("contact", outcome, Tally())

    def keep(self) -> bool:
        return self.time.passed < self.kept_until

    def wait_for_change(self, seconds: float) -> bool:
        assert self.connected_at is not None
        self.waits.append(seconds)
        until = self.time.passed + seconds
        breaks_at = self.connected_at + self.breaks_after
        comes_at = min((at for at in self.news_at if at > self.time.passed), default=float("inf"))
        self.time.pause(min(until, breaks_at, comes_at) - self.time.passed)
        if self.time.passed >= breaks_at:
            raise self.breaks_with
        return self.time.passed >= comes_at


@dataclass
class Store:
    """Remembers logins in vain."""

    failed: list[Attempt] = field(default_factory=list)

    def failed_logins(self, _account: str) -> Iterable[Attempt]:
        return self.failed


@dataclass
class Life:
    """One account's life: its line, its pace, and what was heard of it."""

    time: VirtualTime = field(default_factory=VirtualTime)
    store: Store = field(default_factory=Store)
    heard: list[Collected] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.line = FakeLine(self.time)
        self.pace = Pace(timedelta(seconds=EVERY))

    def watch(self) -> None:
        """Have the account's turn come once."""
        restraint = Restraint("contact", self.store, lambda at: f"not before {at:%H:%M}")
        Watch(self.line, self.pace, restraint, self.time, self.heard.append, LIMITS).until_due()

    def turns(self, count: int) -> None:
        """Have its turn come so many times, at its interval."""
        for turn in range(1, count + 1):
            self.watch()
            assert not self.line.open
            self.time.passed = max(self.time.passed, turn * EVERY)

    @property
    def outcomes(self) -> list[RunOutcome]:
        return [result.outcome for result in self.heard]


@pytest.fixture
def life() -> Life:
    return Life()


def test_one_login_serves_until_the_next_collection_is_due(life: Life) -> None:
    life.line.news_at = [10, 100]

    life.watch()

    assert (life.line.logins, life.outcomes) == ([0], [OK] * 3)
    assert EVERY - 1 <= life.time.passed <= EVERY
    assert max(life.line.waits) == LIMITS.listen_seconds


def test_a_line_that_held_and_broke_is_opened_again_at_once(life: Life) -> None:
    life.line.breaks_after = 100

    life.watch()

    # Within four seconds, two here: chance is a half.
    assert life.line.logins == [0, 102, 204]
    assert life.time.passed <= EVERY


@pytest.mark.parametrize(("held", "logins"), [(15, 2), (14.9, 1)])
def test_only_a_line_that_held_long_enough_is_opened_again(life: Life, held: float, logins: int) -> None:
    life.line.breaks_after = held
    life.time.stops_at = 25

    life.watch()

    assert len(life.line.logins) == logins


def test_a_line_that_breaks_at_once_waits_for_its_turn(life: Life) -> None:
    life.line.breaks_after = 0

    life.turns(3)

    assert life.line.logins == [0, EVERY, 2 * EVERY]


def test_a_server_that_refuses_to_let_wait_is_as_good_as_a_break(life: Life) -> None:
    life.line.breaks_after, life.line.breaks_with = 20, PermanentError
    life.time.stops_at = 30

    life.watch()

    assert life.line.logins == [0, 22]


@pytest.mark.parametrize("breaks_after", [0, 1, 15, 20, 59])
def test_whatever_breaks_logins_are_few_a_minute(life: Life, breaks_after: float) -> None:
    life.line.breaks_after = breaks_after
    life.time.luck = 0

    life.turns(10)

    logins = life.line.logins
    assert max(sum(first <= at < first + 60 for at in logins) for first in logins) <= 4 < MOST_LOGINS


def test_a_failure_is_tried_again_before_the_next_turn_and_ever_more_seldom(life: Life) -> None:
    life.line.ends = [TRANSIENT]

    life.watch()

    pauses = [later - at for at, later in zip(life.line.logins, life.line.logins[1:], strict=False)]
    assert pauses == [15 * 0.75, 30 * 0.75, 60 * 0.75, 120 * 0.75]
    assert life.time.passed <= EVERY


def test_a_failure_that_passes_is_forgotten(life: Life) -> None:
    life.line.ends = [TRANSIENT, TRANSIENT, OK]

    life.watch()

    assert life.outcomes == [TRANSIENT, TRANSIENT, OK]
    assert (life.pace.failures, life.pace.not_before) == (0, None)


def test_refused_credentials_keep_the_long_pause_from_turn_to_turn(life: Life) -> None:
    life.line.ends = [REFUSED]

    life.turns(round(REFUSED_PAUSES[0].total_seconds() / EVERY))
    assert life.line.logins == [0]
    life.turns(3)

    assert life.line.logins[1] >= REFUSED_PAUSES[0].total_seconds()
    assert set(life.outcomes) == {REFUSED}


def test_changed_credentials_end_the_pause_at_the_next_turn(life: Life) -> None:
    life.line.ends = [REFUSED, OK]

    life.watch()
    life.time.passed = EVERY
    life.watch()
    untouched = list(life.line.logins)
    life.line.password = "second"
    life.watch()

    assert (untouched, life.line.logins) == ([0], [0, EVERY])
    assert life.outcomes == [REFUSED, OK]


def test_a_store_that_forbids_a_try_is_told_and_nobody_logs_in(life: Life) -> None:
    life.store.failed = [Attempt(START, refused=True)] * MOST_REFUSALS

    life.watch()

    assert life.line.logins == []
    assert (life.outcomes, life.heard[0].reason) == ([TRANSIENT], "not before 09:30")
    life.time.passed = REMEMBERED.total_seconds()
    life.watch()
    assert life.outcomes == [TRANSIENT, OK]


def test_a_pause_of_its_own_is_kept_without_a_word(life: Life) -> None:
    life.pace.refused(START, "first")

    life.watch()

    assert (life.line.logins, life.heard) == ([], [])


def test_a_stop_ends_the_wait_for_news(life: Life) -> None:
    life.time.stops_at = 42

    life.watch()

    assert (life.time.passed, life.line.open) == (42, False)


def test_a_stop_ends_a_pause_and_nobody_logs_in_any_more(life: Life) -> None:
    life.line.ends, life.time.stops_at = [TRANSIENT], 5

    life.watch()

    assert (life.line.logins, life.time.passed) == ([0], 5)


def test_a_line_that_broke_as_everything_ends_is_not_opened_again(life: Life) -> None:
    life.line.breaks_after = life.time.stops_at = 20

    life.watch()

    assert life.line.logins == [0]


def test_news_that_come_as_everything_ends_are_left_for_the_next_start(life: Life) -> None:
    life.line.news_at, life.time.stops_at = [20], 20

    life.watch()

    assert life.outcomes == [OK]


def test_an_account_that_another_worker_has_taken_is_left_to_it(life: Life) -> None:
    life.line.kept_until = 100

    life.watch()

    assert (life.line.logins, life.line.open) == ([0], False)
    assert 100 <= life.time.passed < 100 + LIMITS.listen_seconds


@pytest.mark.parametrize("outcome", [RunOutcome.STOPPED, RunOutcome.ELSEWHERE, TRANSIENT, REFUSED])
def test_only_a_whole_collection_is_followed_by_a_wait_for_news(life: Life, outcome: RunOutcome) -> None:
    life.line.ends = [outcome]

    life.watch()

    assert life.line.waits == []


def test_a_server_that_tells_nothing_by_itself_is_left_until_the_next_turn(life: Life) -> None:
    life.line.can_wait = False

    life.watch()

    assert (life.line.waits, life.outcomes, life.time.passed) == ([], [OK], 0)


def test_the_line_is_left_whatever_happens_to_whoever_hears(life: Life) -> None:
    def break_down(_result: Collected) -> None:
        raise ZeroDivisionError

    heard: Callable[[Collected], None] = break_down
    restraint = Restraint("contact", life.store, str)
    with pytest.raises(ZeroDivisionError):
        Watch(life.line, life.pace, restraint, life.time, heard, LIMITS).until_due()

    assert not life.line.open


def test_no_wait_for_news_outlasts_what_servers_allow() -> None:
    # RFC 2177: "at least every 29 minutes"; the time of the commands in between is the account's own limit.
    assert LineLimits().listen_seconds + 600 < 29 * 60
