"""How often an account is tried: never often enough to lock it out."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.collection.pacing import (
    LONGEST_PAUSE,
    MOST_LOGINS,
    MOST_REFUSALS,
    REMEMBERED,
    SHORTEST_PAUSE,
    Attempt,
    Pace,
    next_attempt,
)
from tests.factories import paris

NOW = paris("2026-11-13 09:00")


def attempts(pace: Pace, during: timedelta, outcome: str, step: timedelta) -> list[datetime]:
    """Return when an account that always ends so is tried, asked at every `step`."""
    found, now = [], NOW
    while now < NOW + during:
        if pace.may_try(now, "same"):
            found.append(now)
            pace.started(now)
            if outcome == "ok":
                pace.succeeded()
            elif outcome == "transient":
                pace.failed(now, 0.5)
            else:
                pace.refused(now, "same")
        now += step
    return found


def test_a_wrong_password_is_tried_a_few_times_a_day() -> None:
    tried = attempts(Pace(timedelta(minutes=5)), timedelta(days=1), "refused", timedelta(minutes=5))

    assert [(at - NOW) / timedelta(minutes=1) for at in tried[:4]] == [0, 10, 70, 430]
    assert len(tried) <= 7


def test_a_changed_password_is_tried_at_once() -> None:
    pace = Pace(timedelta(minutes=5))
    pace.refused(NOW, "old")

    assert not pace.may_try(NOW + timedelta(seconds=1), "old")
    assert pace.may_try(NOW + timedelta(seconds=1), "new")


def test_network_faults_back_off_up_to_an_hour_and_come_back() -> None:
    pace = Pace(timedelta(minutes=5))
    tried = attempts(pace, timedelta(days=1), "transient", timedelta(minutes=1))
    pauses = [later - sooner for sooner, later in itertools.pairwise(tried)]

    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=1), "the first one within the minute"
    assert timedelta(minutes=30) < pauses[-1] <= LONGEST_PAUSE
    pace.succeeded()
    assert pace.may_try(tried[-1] + timedelta(minutes=2))


def test_a_single_cut_is_tried_again_within_seconds_and_only_that() -> None:
    pace = Pace(timedelta(minutes=5))
    pace.failed(NOW, 1)
    after_a_cut = pace.retry_in(NOW + timedelta(seconds=5))
    pace.succeeded()
    after_success = pace.retry_in(NOW)
    pace.refused(NOW, "same")

    assert (after_a_cut, after_success, pace.retry_in(NOW)) == (timedelta(seconds=10), None, None)


@given(st.sampled_from(["ok", "transient", "refused"]), st.integers(1, 20))
def test_logins_are_few_whatever_the_cause(outcome: str, seconds: int) -> None:
    tried = attempts(Pace(timedelta(seconds=5)), timedelta(minutes=10), outcome, timedelta(seconds=seconds))

    for first in tried:
        assert sum(first <= at < first + timedelta(minutes=1) for at in tried) <= MOST_LOGINS


def test_what_the_store_remembers_of_refusals_is_forgotten_after_half_an_hour() -> None:
    refused = [Attempt(NOW + timedelta(minutes=5 * number), refused=True) for number in range(MOST_REFUSALS)]

    assert next_attempt(refused[1:], NOW + timedelta(minutes=15)) is None
    assert next_attempt(reversed(refused), NOW + REMEMBERED - timedelta(seconds=1)) == NOW + REMEMBERED
    assert next_attempt(refused, NOW + REMEMBERED) is None


def test_failures_that_may_pass_count_for_a_minute_only() -> None:
    failed = [Attempt(NOW, refused=False)] * MOST_LOGINS

    assert next_attempt(failed, NOW + timedelta(seconds=59)) == NOW + timedelta(minutes=1)
    assert next_attempt(failed, NOW + timedelta(seconds=60)) is None
    assert next_attempt(failed[1:], NOW) is None


def test_the_longest_wait_counts() -> None:
    refused = [Attempt(NOW, refused=True)] * MOST_LOGINS

    assert next_attempt(refused, NOW + timedelta(seconds=1)) == NOW + REMEMBERED


def test_a_clock_set_back_ends_every_pause_and_keeps_the_limit_on_logins() -> None:
    ahead = NOW + timedelta(days=365)
    failed, refused, busy = (Pace(timedelta(minutes=5)) for _ in range(3))
    failed.failed(ahead, 1)
    refused.refused(ahead, "same")
    for _login in range(MOST_LOGINS):
        busy.started(ahead)

    assert not any(
        (failed.may_try(ahead), refused.may_try(ahead, "same"), busy.may_try(ahead + timedelta(seconds=5)))
    )
    assert all((failed.may_try(NOW), refused.may_try(NOW, "same"), busy.may_try(NOW)))
    assert next_attempt([Attempt(ahead, refused=True)] * MOST_LOGINS, NOW) is None
    for _login in range(MOST_LOGINS):
        busy.started(NOW)
    assert not busy.may_try(NOW + timedelta(seconds=1))


@given(st.floats(0, 1))
def test_jitter_spreads_attempts_within_the_pause(jitter: float) -> None:
    pace = Pace(timedelta(minutes=5))
    pace.failed(NOW, jitter)

    assert pace.not_before is not None
    assert SHORTEST_PAUSE / 2 <= pace.not_before - NOW <= SHORTEST_PAUSE
