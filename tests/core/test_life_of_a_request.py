"""A request's life at its edges: same instants, slow clocks, several citizens, services, kinds of reply, categories."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.office.sides import read
from mailsla.core.pairing.request_life import sent_at_latest
from mailsla.core.pairing.rules import Part
from tests.core.lives import ASKED, CLAUDE, lived, parts, stored_at, together
from tests.factories import CITIZEN, CONTACT, OFFICE, RULES, mail, paris, reply


def test_a_question_comes_before_its_answer_of_the_same_instant() -> None:
    for minute in range(8):
        asked = mail(f"2026-11-02 10:0{minute}")
        answer = reply(f"2026-11-02 10:0{minute}", asked)
        [request] = together(answer, asked)
        # So quick that it is to check.
        assert [step.part for step in request.steps] == [Part.REQUEST, Part.DOUBTFUL_REPLY]
        assert [step.key for step in request.steps] == [asked.key, answer.key]


@pytest.mark.parametrize(
    ("dated", "stored", "moment"),
    [
        ("2026-11-02 10:00", "2026-11-02 10:05", Moment(paris("2026-11-02 10:00"), Basis.SENDER_CLOCK)),
        ("2026-11-02 09:59", "2026-11-02 10:00", Moment(paris("2026-11-02 10:00"), Basis.SERVER)),
        ("2026-11-02 09:59", "2026-11-02 10:05", Moment(paris("2026-11-02 10:05"), Basis.SERVER)),
        ("2026-11-02 09:58", "2026-11-02 09:59", Moment(paris("2026-11-02 10:00"), Basis.AFTER_REQUEST)),
    ],
)
def test_a_reply_dated_before_its_request_takes_the_server_s_instant_or_the_request_s(
    dated: str, stored: str, moment: Moment
) -> None:
    [request] = lived(ASKED, stored_at(stored, reply(dated, ASKED)))

    assert request.answered == moment


def test_a_reply_is_held_against_the_mail_it_names_not_against_the_first() -> None:
    again = mail("2026-11-05 10:00", replies_to=ASKED.header.message_id)
    late = stored_at("2026-11-05 11:00", reply("2026-11-04 10:00", again))
    elsewhere = stored_at("2026-11-05 11:00", reply("2026-11-04 10:00", ASKED))

    [request] = lived(ASKED, again, late)
    assert request.answered == Moment(paris("2026-11-05 11:00"), Basis.SERVER)
    assert [step.part for step in request.steps] == [Part.REQUEST, Part.REMINDER, Part.REPLY]
    assert parts(ASKED, again, elsewhere) == [["request", "reply"], ["follow_up"]]


@pytest.mark.parametrize(
    ("stored", "latest"),
    [
        ("2026-11-02 10:00", "2026-11-02 10:00"),
        ("2026-11-02 09:00", "2026-11-02 10:00"),
        ("2026-11-02 10:01", "2026-11-02 10:01"),
        ("2026-11-03 10:00", "2026-11-03 10:00"),
        ("2026-11-03 10:01", "2026-11-02 10:00"),
    ],
)
def test_a_clock_may_be_slow_by_a_day_and_no_more(stored: str, latest: str) -> None:
    reading = read(stored_at(stored, mail("2026-11-02 10:00", by=CONTACT, to=CITIZEN)), OFFICE)

    assert sent_at_latest(reading) == paris(latest)
    assert sent_at_latest(read(reading.mail._replace(copies=()), OFFICE)) == paris("2026-11-02 10:00")


@pytest.mark.parametrize(
    ("stored", "subject", "answered"),
    [
        ("2026-11-02 10:00", "RE : titre", True),
        ("2026-11-02 09:59", "RE : titre", False),
        ("2026-11-02 10:30", "titre", False),
    ],
)
def test_a_reply_that_names_no_mail_may_have_come_after_the_first_request(
    stored: str, subject: str, answered: bool
) -> None:
    early = stored_at(stored, mail("2026-11-02 09:30", by=CONTACT, to=CITIZEN, subject=subject))

    [request] = together(early, ASKED)

    assert (request.answered is not None) is answered


def test_the_first_request_is_the_earliest_of_the_citizens() -> None:
    again = mail("2026-11-02 11:00")
    early = stored_at("2026-11-02 10:10", mail("2026-11-02 09:30", by=CONTACT, to=CITIZEN, subject="RE : x"))

    [request, follow_up] = together(again, early, ASKED)

    assert request.answered == Moment(paris("2026-11-02 10:10"), Basis.SERVER)
    assert follow_up.follow_up


def test_a_reminder_s_citizens_share_the_request() -> None:
    again = mail(
        "2026-11-03 10:00", by=CLAUDE, references=[ASKED.header.message_id or ""], reply_to=[CITIZEN]
    )
    answered = mail(
        "2026-11-04 10:00", by=CONTACT, to=CLAUDE, subject="RE : x", replies_to=again.header.message_id
    )

    [request] = lived(ASKED, again, answered)

    assert (request.citizens, request.answered_by) == ((CITIZEN, CLAUDE), answered.key)


@pytest.mark.parametrize(
    "subject", ["Merci", "RE : merci !", "Merci beaucoup...", "Remerciements", "Je vous remercie."]
)
def test_thanks_after_a_reply_open_nothing_and_before_it_remind(subject: str) -> None:
    answered = reply("2026-11-03 10:00", ASKED)
    thanks = mail("2026-11-04 10:00", subject=subject, replies_to=ASKED.header.message_id)

    assert parts(ASKED, answered, thanks) == [["request", "reply", "thanks"]]
    assert parts(ASKED, thanks) == [["request", "reminder"]]


@pytest.mark.parametrize(
    ("at", "subject", "follow_up"),
    [
        ("2026-12-03 10:00", "", True),
        ("2026-12-03 10:01", "", False),
        ("2026-12-03 10:00", "RE : Renouvellement de mon titre", True),
        ("2026-12-03 10:00", "RE : Suite du dossier", True),
        ("2026-11-05 10:00", "Permis", False),
    ],
)
def test_a_new_question_is_one_on_another_subject_or_more_than_thirty_days_after(
    at: str, subject: str, follow_up: bool
) -> None:
    renamed = mail(
        "2026-11-03 10:00",
        by=CONTACT,
        to=CITIZEN,
        subject="Suite du dossier",
        replies_to=ASKED.header.message_id,
    )
    again = mail(at, subject=subject, replies_to=ASKED.header.message_id)

    found = lived(ASKED, renamed, again)

    assert [request.follow_up for request in found] == [False, follow_up]
    assert found[1].steps[0].part is (Part.FOLLOW_UP if follow_up else Part.REQUEST)


def test_the_site_may_say_after_how_long_a_question_is_new() -> None:
    answered = reply("2026-11-03 10:00", ASKED)
    again = mail("2026-11-05 10:00", replies_to=ASKED.header.message_id)

    found = lived(ASKED, answered, again, rules=replace(RULES, new_question_after=timedelta(days=1)))

    assert [request.follow_up for request in found] == [False, False]


def test_a_second_reply_changes_nothing_and_the_time_to_ask_anew_runs_from_it() -> None:
    replies = [reply("2026-11-03 10:00", ASKED), reply("2026-11-20 10:00", ASKED)]
    again = mail("2026-12-10 10:00", replies_to=ASKED.header.message_id)

    [request, follow_up] = lived(ASKED, *replies, again)

    assert (request.answered_by, follow_up.follow_up) == (replies[0].key, True)


def test_a_reply_answers_the_open_requests_of_those_it_is_written_to() -> None:
    other = mail("2026-11-02 11:00", by=CLAUDE, references=[ASKED.header.message_id or ""])
    to_one = reply("2026-11-03 10:00", ASKED)
    to_both = mail(
        "2026-11-03 10:00",
        by=CONTACT,
        to=[CITIZEN, CLAUDE],
        subject="RE : x",
        replies_to=ASKED.header.message_id,
    )

    assert [request.answered_by for request in lived(ASKED, other, to_one)] == [to_one.key, None]
    assert [request.answered_by for request in lived(ASKED, other, to_both)] == [to_both.key, to_both.key]


def test_a_mail_to_nobody_of_the_conversation_answers_nothing() -> None:
    stranger = mail(
        "2026-11-03 10:00", by=CONTACT, to=CLAUDE, subject="RE : x", replies_to=ASKED.header.message_id
    )

    assert parts(ASKED, stranger) == [["request"]]
