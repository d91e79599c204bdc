"""Ties that the store remembers, how runs end, and when an account is tried again: each name and each bound."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mailsla.core.collection.gap import Gap
from mailsla.core.collection.on_server import Fetched, ListedMailbox, MailboxStatus
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.pacing import (
    A_MINUTE,
    LONGEST_PAUSE,
    MOST_LOGINS,
    MOST_REFUSALS,
    REFUSED_PAUSES,
    REMEMBERED,
    SHORTEST_PAUSE,
    Attempt,
    Pace,
    next_attempt,
)
from mailsla.core.collection.to_store import Batch, Cursor, NewMessage, new_message
from mailsla.core.errors import ConfigError, FetchCut, MessageError, OversizedMessage, Problem
from mailsla.core.mail.copies import DRAFT_FIELD, DRAFT_FLAG, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.identity import identity
from mailsla.core.office.correspondents import Office, Service
from mailsla.core.office.forms import AddressSource, Form
from mailsla.core.pairing.ties import forms_digest, tie, tie_names, tie_of_decision, ties, ties_digest
from tests.factories import CITIZEN, CONTACT, OFFICE, paris

NOW = paris("2026-11-13 09:00")
SECOND = timedelta(seconds=1)
TEN = tuple(f"a{number}@y.org" for number in range(10))
FORM = "formulaire@pref.example.fr"
PARENT = "x-ms-exchange-parent-message-id"
SENT_BY_CITIZEN = f"sent:None:{CITIZEN}"
SENT_BY_US = f"sent:None:{CONTACT}"


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (Header(senders=(CITIZEN,), to=(CONTACT,)), {SENT_BY_CITIZEN, f"who:{CITIZEN}"}),
        (
            Header("mine@x.fr", ("a@x.fr",), ("b@x.fr",), senders=(CITIZEN,), cc=(CONTACT, "c@y.org")),
            {"id:mine@x.fr", "id:a@x.fr", "id:b@x.fr", f"who:{CITIZEN}", "who:c@y.org"},
        ),
        (
            Header(thread_index="ab", senders=(CONTACT,), to=("c+x@y.org",)),
            {SENT_BY_US, "ti:ab:c+x@y.org", "who:c@y.org"},
        ),
        (Header(senders=(CONTACT,), to=TEN), {SENT_BY_US, *(f"who:{address}" for address in TEN)}),
        (Header(senders=(CONTACT,), to=(*TEN, "b@y.org")), {SENT_BY_US}),
        (Header(senders=(FORM,), reply_to=("c@y.org",)), {f"sent:None:{FORM}", "who:c@y.org"}),
        (
            Header(senders=(FORM,), reply_to=("c@y.org",), kept=(("x-vacation", "x"),)),
            {f"sent:None:{FORM}", "who:c@y.org"},
        ),
        (Header(senders=(CITIZEN,), kept=(("x-vacation", "x"),)), {SENT_BY_CITIZEN}),
        (Header(senders=(CONTACT,), to=("c@y.org",), kept=(("list-id", "x"),)), {SENT_BY_US}),
        (
            Header(in_reply_to=("a@x.fr",), senders=(CONTACT,), to=("c@y.org",), kept=(("list-id", "x"),)),
            {SENT_BY_US, "id:a@x.fr", "who:c@y.org"},
        ),
        (
            Header("redirect@x.fr", senders=(CITIZEN,), kept=((PARENT, "<first@x.fr>"), ("x-vacation", "x"))),
            {"id:redirect@x.fr", "id:first@x.fr"},
        ),
        (
            Header("yes", sent_at=NOW, senders=("b@y.org", "a@y.org"), kept=(("x-vacation", "x"),)),
            {"id:yes", f"sent:{NOW}:a@y.org,b@y.org"},
        ),
    ],
)  # fmt: skip
def test_a_mail_is_tied_by_what_it_names_and_by_whom_evidence_4_may_reach(
    header: Header, names: set[str]
) -> None:
    assert tie_names(header, OFFICE) == names
    assert ties(header, OFFICE) == tuple(sorted(tie(name) for name in names))


def test_a_tie_is_a_63_bit_digest_that_never_changes() -> None:
    assert tie("who:a@y.org") == 3579611651267584612
    assert tie_of_decision(7) == tie("decided:7")
    assert all(0 <= tie(str(number)) < 1 << 63 for number in range(200))
    assert max(tie(str(number)) for number in range(200)) >= 1 << 62
    assert tie("\ud800") != tie("?")


def test_other_rules_make_other_ties_and_what_ties_do_not_rest_on_changes_nothing() -> None:
    pattern, other = re.compile("a"), re.compile("a", re.IGNORECASE)
    form = Form(frozenset({FORM, "autre@x.fr"}), (AddressSource.SUBJECT,), pattern, None)
    office = Office(("a.fr",), frozenset({"b@x.fr", "c@x.fr"}), (Service("A", ("d@x.fr",)),), (form,))
    others = [
        replace(office, domains=("b.fr",)),
        replace(office, addresses=frozenset({"b@x.fr"})),
        replace(office, services=(Service("A"),)),
        replace(office, forms=()),
        replace(office, forms=(replace(form, senders=frozenset({FORM})),)),
        replace(office, forms=(replace(form, citizen=(AddressSource.BODY,)),)),
        replace(office, forms=(replace(form, subject_pattern=other),)),
        replace(office, forms=(replace(form, subject_pattern=None, body_pattern=pattern),)),
    ]
    digests = [ties_digest(item) for item in (office, *others)]

    assert len(set(digests)) == len(digests)
    assert ties_digest(replace(office, services=(Service("B", ("d@x.fr",), ("M",)),))) == digests[0]
    assert len({forms_digest(item) for item in (office, *others[3:])}) == 6
    assert [forms_digest(item) for item in others[:3]] == [forms_digest(office)] * 3
    assert (forms_digest(others[3]), len(digests[0])) == ("", 66)


def test_a_message_to_store_has_its_identity_and_its_ties() -> None:
    header = Header("own@x.fr", subject="RE : Titre", senders=(CITIZEN,))

    found = new_message(7, NOW, header, OFFICE)

    assert found == NewMessage(7, NOW, identity(header), header, ties(header, OFFICE))
    assert (NewMessage(7, None, "key", header).ties, NewMessage(7, None, "key", header).marks) == ((), ())


@pytest.mark.parametrize(
    ("fields", "hop_at", "is_draft", "marks"),
    [
        ((), None, False, ()),
        ((), None, True, (DRAFT_FLAG,)),
        ((), NOW, True, (DRAFT_FLAG,)),
        (((DRAFT_FIELD, "internal/draft"),), None, False, (DRAFT_FIELD,)),
        (((DRAFT_FIELD, ""),), None, True, (DRAFT_FLAG, DRAFT_FIELD)),
        # What has a hop was sent, whatever a template left in it.
        (((DRAFT_FIELD, "internal/draft"),), NOW, False, ()),
    ],
)
def test_a_message_to_store_bears_what_says_that_it_is_a_draft(
    fields: tuple[tuple[str, str], ...], hop_at: datetime | None, is_draft: bool, marks: tuple[str, ...]
) -> None:
    header = Header("own@x.fr", senders=(CONTACT,), hop_at=hop_at, kept=fields)

    assert new_message(7, NOW, header, OFFICE, is_draft=is_draft).marks == marks
    assert new_message(7, NOW, header, OFFICE, is_draft=False).marks == tuple(
        mark for mark in marks if mark != DRAFT_FLAG
    )


def test_what_is_not_said_of_a_mailbox_is_nothing() -> None:
    cursor = Cursor(1, 2, 3, 4, 5)

    assert (cursor.highest_modseq, cursor.since, cursor.forms) == (0, None, "")
    assert (cursor.cut_at, cursor.cuts, cursor.asked) == (0, 0, 0)
    assert not Fetched(1, None, b"").is_draft
    assert (MailboxStatus(1, 2, 3).highest_modseq, Batch(1, 2, (), ()).tied_by) == (0, "")
    assert ListedMailbox("INBOX", MailboxRole.INBOX).status is None
    assert (Gap("contact", NOW, None).partial, Gap("contact", NOW, None).never) == (False, False)


ENDS = "has_failed needs_a_person is_known was_in_vain was_refused".split()


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (RunOutcome.RUNNING, {"was_in_vain"}),
        (RunOutcome.OK, {"is_known"}),
        (RunOutcome.STOPPED, set()),
        (RunOutcome.TRANSIENT, {"has_failed", "is_known", "was_in_vain"}),
        (RunOutcome.PERMANENT, {"has_failed", "needs_a_person", "is_known", "was_in_vain"}),
        (RunOutcome.REFUSED, {"has_failed", "needs_a_person", "is_known", "was_in_vain", "was_refused"}),
        (RunOutcome.ELSEWHERE, set()),
        (RunOutcome.REFUSED_CHECK, {"was_in_vain", "was_refused"}),
    ],
)
def test_each_way_to_end_says_what_it_does_of_the_account(outcome: RunOutcome, says: set[str]) -> None:
    assert {name for name in ENDS if getattr(outcome, name)} == says


def test_the_bounds_of_trying_again() -> None:
    minutes = [pause // A_MINUTE for pause in (*REFUSED_PAUSES, LONGEST_PAUSE, REMEMBERED)]

    assert (minutes, timedelta(seconds=15), timedelta(minutes=1)) == (
        [10, 60, 360, 60, 30],
        SHORTEST_PAUSE,
        A_MINUTE,
    )
    assert (MOST_LOGINS, MOST_REFUSALS) == (10, 3)


def test_refusals_are_remembered_to_the_second() -> None:
    refused = [Attempt(NOW + SECOND * number, refused=True) for number in range(3)]

    assert next_attempt(refused[:2], NOW) is None
    assert next_attempt(reversed(refused), NOW) == NOW + REMEMBERED
    assert next_attempt(refused, NOW + REMEMBERED - SECOND) == NOW + REMEMBERED
    assert next_attempt(refused, NOW + REMEMBERED) is None
    more = [*refused, Attempt(NOW + SECOND * 9, refused=True)]
    assert next_attempt(more, NOW + SECOND * 9) == NOW + SECOND + REMEMBERED


def test_logins_count_for_a_minute_and_what_is_to_come_counts_for_a_minute_ahead() -> None:
    logins = [Attempt(NOW + SECOND * number, refused=False) for number in range(10)]

    assert next_attempt(logins[1:], NOW + 9 * SECOND) is None
    assert next_attempt(logins, NOW + 9 * SECOND) == NOW + A_MINUTE
    ahead = [Attempt(NOW + A_MINUTE, refused=True)] * 3
    assert next_attempt(ahead, NOW) == NOW + A_MINUTE + REMEMBERED
    assert next_attempt(ahead, NOW - SECOND) is None


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 15), (2, 30), (3, 60), (8, 1920), (9, 3600), (30, 3600)]
)
def test_a_failure_pauses_twice_as_long_each_time_up_to_an_hour(failures: int, seconds: int) -> None:
    pace = Pace(timedelta(minutes=5))
    for _ in range(failures):
        pace.failed(NOW, 1)

    pause = timedelta(seconds=seconds)
    assert (pace.retry_in(NOW), pace.failures, pace.refusals) == (pause, failures, 0)
    assert not pace.may_try(NOW + pause - SECOND)
    assert pace.may_try(NOW + pause)
    assert pace.may_try(NOW - LONGEST_PAUSE + pause - SECOND)
    assert pace.retry_in(NOW + pause + SECOND) == timedelta(0)
    pace.succeeded()
    assert (pace.retry_in(NOW), pace.not_before, pace.failures) == (None, None, 0)


def test_a_rhythm_quicker_than_the_shortest_pause_is_the_first_pause_and_chance_halves_it_at_most() -> None:
    quick = Pace(timedelta(seconds=4))
    quick.failed(NOW, 0)

    assert quick.not_before == NOW + timedelta(seconds=2)
    assert Pace(timedelta(minutes=5)).retry_in(NOW) is None


def test_refusals_pause_longer_and_longer_and_only_new_credentials_end_that() -> None:
    pace = Pace(timedelta(minutes=5))
    for number, minutes in enumerate((10, 60, 360, 360), 1):
        pace.refused(NOW, "old")
        assert pace.not_before == NOW + minutes * A_MINUTE
        assert (pace.refusals, pace.credentials, pace.retry_in(NOW)) == (number, "old", None)
    assert [pace.may_try(NOW, words) for words in ("old", "new", "")] == [False, True, True]
    assert pace.may_try(NOW - SECOND, "old")
    pace.succeeded()
    assert (pace.refusals, pace.may_try(NOW, "old")) == (0, True)


def test_ten_logins_a_minute_and_no_more_whatever_the_clock_does() -> None:
    pace = Pace(timedelta(minutes=5))
    for number in range(10):
        assert pace.may_try(NOW + number * SECOND)
        pace.started(NOW + number * SECOND)

    assert not pace.may_try(NOW + A_MINUTE - SECOND)
    assert pace.may_try(NOW + A_MINUTE)
    assert Pace(timedelta(minutes=5)) == Pace(timedelta(minutes=5), 0, 0, None, "")


def test_errors_say_what_the_caller_needs() -> None:
    problems = (Problem("a.b", "manque"), Problem("c", "de trop"))

    assert str(ConfigError(problems)) == "a.b : manque\nc : de trop"
    assert ConfigError(problems).problems == problems
    assert (str(FetchCut("coupé", 7)), FetchCut("coupé", 7).uid) == ("coupé", 7)
    assert (str(OversizedMessage(7)), OversizedMessage(7).uid) == ("oversized", 7)
    assert (str(MessageError("no-header")), MessageError("no-header").reason) == ("no-header", "no-header")
