"""How runs end, when what failed is tried again, what a cursor says of its mailbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mailsla.core.collection.on_server import MailboxStatus
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.retry import is_forgotten, is_to_read_again, pause_before_handing_over_again
from mailsla.core.collection.to_store import Batch, Cursor
from mailsla.core.mail.header_reading import READER_VERSION

NOON = datetime(2026, 11, 13, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
CURSOR = Cursor(
    3, uid_validity=7, last_uid=40, uid_next=41, messages=38, highest_modseq=900, since=date(2026, 1, 1)
)
STATUS = MailboxStatus(uid_validity=7, uid_next=41, messages=38, highest_modseq=900)

OF_OUTCOMES = {
    # outcome: has failed, needs a person, is known, was in vain, was refused
    RunOutcome.RUNNING: (False, False, False, True, False),
    RunOutcome.OK: (False, False, True, False, False),
    RunOutcome.STOPPED: (False, False, False, False, False),
    RunOutcome.TRANSIENT: (True, False, True, True, False),
    RunOutcome.PERMANENT: (True, True, True, True, False),
    RunOutcome.REFUSED: (True, True, True, True, True),
    RunOutcome.ELSEWHERE: (False, False, False, False, False),
    RunOutcome.REFUSED_CHECK: (False, False, False, True, True),
}
CODES = {
    "running",
    "ok",
    "stopped",
    "transient",
    "permanent",
    "refused",
    "elsewhere",
    "refused check",
}


@pytest.mark.parametrize("outcome", RunOutcome, ids=lambda outcome: outcome.value)
def test_what_an_outcome_says_of_its_account(outcome: RunOutcome) -> None:
    said = (
        outcome.has_failed,
        outcome.needs_a_person,
        outcome.is_known,
        outcome.was_in_vain,
        outcome.was_refused,
    )

    assert said == OF_OUTCOMES[outcome]


def test_the_codes_of_outcomes_are_those_that_stores_hold() -> None:
    assert {outcome.value for outcome in RunOutcome} == CODES


@pytest.mark.parametrize("reason", ["refused", "unfetchable", "omitted"])
def test_what_the_server_would_not_give_is_asked_for_again_after_a_day_and_not_before(reason: str) -> None:
    assert is_to_read_again(reason, READER_VERSION, NOON, NOON + DAY)
    assert not is_to_read_again(reason, READER_VERSION, NOON, NOON + DAY - SECOND)


@pytest.mark.parametrize("reason", ["no-header", "oversized"])
def test_what_could_not_be_read_waits_for_another_reader(reason: str) -> None:
    assert not is_to_read_again(reason, READER_VERSION, NOON, NOON + 400 * DAY)
    assert is_to_read_again(reason, READER_VERSION - 1, NOON, NOON)
    assert is_to_read_again(reason, READER_VERSION, NOON, NOON, reader_version=READER_VERSION + 1)


def test_a_mail_that_is_not_taken_waits_twice_as_long_each_time_up_to_an_hour() -> None:
    pauses = [pause_before_handing_over_again(attempts) for attempts in range(1, 9)]

    assert [pause // timedelta(minutes=1) for pause in pauses] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pause_before_handing_over_again(5_000) == timedelta(hours=1)


def test_an_account_is_given_up_more_than_a_day_after_its_last_collection() -> None:
    assert not is_forgotten(NOON, NOON + DAY)
    assert is_forgotten(NOON, NOON + DAY + SECOND)


def test_a_mailbox_whose_numbers_are_the_same_is_unchanged() -> None:
    assert CURSOR.is_unchanged(STATUS)
    assert CURSOR.is_unchanged(STATUS, ["traite"])


@pytest.mark.parametrize("field", ["uid_validity", "uid_next", "messages"])
def test_any_other_number_is_a_change(field: str) -> None:
    assert not CURSOR.is_unchanged(replace(STATUS, **{field: getattr(STATUS, field) + 1}))


def test_a_server_that_gives_no_uidnext_is_looked_at_every_time() -> None:
    assert not replace(CURSOR, uid_next=0).is_unchanged(replace(STATUS, uid_next=0))


def test_only_whoever_looks_for_keywords_minds_highestmodseq() -> None:
    changed, without = replace(STATUS, highest_modseq=901), replace(STATUS, highest_modseq=0)

    assert CURSOR.is_unchanged(changed)
    assert not CURSOR.is_unchanged(changed, ["traite"])
    assert not replace(CURSOR, highest_modseq=0).is_unchanged(without, ["traite"])


@pytest.mark.parametrize(("uid_next", "back"), [(0, False), (1, True), (40, True), (41, False)])
def test_uids_given_again_are_noticed(uid_next: int, back: bool) -> None:
    assert CURSOR.went_back(replace(STATUS, uid_next=uid_next)) is back


@pytest.mark.parametrize(("cut_at", "cuts", "stuck"), [(41, 2, True), (41, 1, False), (40, 9, False)])
def test_a_fetch_that_ends_twice_at_a_message_still_to_be_read_is_stuck(
    cut_at: int,
    cuts: int,
    stuck: bool,
) -> None:
    assert replace(CURSOR, cut_at=cut_at, cuts=cuts).is_stuck is stuck


def test_nothing_is_said_to_have_arrived_since_a_whole_read_unless_it_did() -> None:
    # A first read's messages lay there before: nobody was late to see them.
    assert not Batch(7, 5, (), ()).arrived
