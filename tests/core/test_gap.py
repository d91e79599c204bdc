"""What a gap is: stretches over which an account was not read whole, told from its runs alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mailsla.core.collection.gap import Gap, History, Turn, gaps

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
SILENCE = timedelta(hours=12)


def hour(number: float) -> datetime:
    return START + timedelta(hours=number)


def turns(*runs: tuple[float, bool], account: str = "contact") -> list[Turn]:
    """Return every run as a turn: its hour, and whether it ended as it should."""
    before: datetime | None = None
    found = []
    for number, (at, is_good) in enumerate(runs, 1):
        found.append(Turn(account, is_good, hour(at), before, hour(at) if number == len(runs) else None))
        before = hour(at)
    return found


def found(
    whole: list[Turn],
    partial: list[Turn] | None = None,
    *,
    now: float,
    accounts: tuple[str, ...] = ("contact",),
    read_whole: tuple[str, ...] = ("contact",),
    tried: dict[str, datetime] | None = None,
) -> tuple[Gap, ...]:
    history = History(whole, partial or [], tried or {}, read_whole)
    return gaps(history, accounts, SILENCE, hour(now))


def test_collections_that_succeed_one_after_the_other_leave_no_gap() -> None:
    assert found(turns((0, True), (1, True), (2, True)), now=3) == ()


def test_failures_leave_a_gap_from_the_last_success_to_the_next_however_short() -> None:
    runs = turns((0, True), (1, False), (1.5, False), (2, True))

    assert found(runs, now=3) == (Gap("contact", hour(0), hour(2)),)


def test_failures_that_nothing_ended_leave_a_gap_that_lasts() -> None:
    assert found(turns((0, True), (1, False)), now=3) == (Gap("contact", hour(0), None),)


def test_a_silence_is_a_gap_when_it_is_longer_than_allowed_and_not_when_it_is_just_that_long() -> None:
    assert found(turns((0, True), (12, True)), now=13) == ()
    assert found(turns((0, True), (12.01, True)), now=13) == (Gap("contact", hour(0), hour(12.01)),)


def test_a_silence_that_lasts_is_a_gap_only_once_it_is_too_long() -> None:
    assert found(turns((0, True)), now=12) == ()
    assert found(turns((0, True)), now=12.01) == (Gap("contact", hour(0), None),)


def test_an_account_that_first_failed_has_a_gap_since_its_first_try() -> None:
    assert found(turns((1, False), (2, True)), now=3) == (Gap("contact", hour(1), hour(2)),)


def test_an_account_never_read_has_one_gap_since_it_was_first_tried_or_since_now() -> None:
    failing = turns((1, False), (2, False))

    assert found(failing, now=3, read_whole=(), tried={"contact": hour(1)}) == (
        Gap("contact", hour(1), None, never=True),
    )
    assert found([], now=3, read_whole=()) == (Gap("contact", hour(3), None, never=True),)


def test_a_mailbox_left_out_is_a_partial_gap_and_silence_is_none() -> None:
    left_out = turns((0, True), (30, False), (31, True))

    assert found(turns((0, True)), left_out, now=1) == (Gap("contact", hour(0), hour(31), partial=True),)
    assert found(turns((0, True)), turns((0, True), (40, True)), now=1) == ()


def test_of_an_account_no_longer_configured_only_what_is_over_is_told() -> None:
    runs = turns((0, True), (1, False), (2, True), (3, False), account="ancien")

    assert found(runs, now=4, accounts=("contact",), read_whole=("contact", "ancien")) == (
        Gap("ancien", hour(0), hour(2)),
    )


def test_accounts_do_not_mix() -> None:
    one, other = turns((0, True), (1, False), (3, True)), turns((0.5, True), (2, True), account="accueil")
    runs = sorted(one + other, key=lambda turn: turn.started_at)

    assert found(runs, now=4, accounts=("contact", "accueil"), read_whole=("contact", "accueil")) == (
        Gap("contact", hour(0), hour(3)),
    )


def test_a_span_that_is_last_is_silent_since_its_last_run() -> None:
    spanned = [Turn("contact", True, hour(0), None, last_at=hour(100))]

    assert found(spanned, now=112) == ()
    assert found(spanned, now=112.01) == (Gap("contact", hour(100), None),)
