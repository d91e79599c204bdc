"""Evidence 4 and its doubts: each bound at equality and a second either side, each reason not to decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.pairing.conversation import Evidence, Link
from mailsla.core.pairing.derivation import Derivation, derive
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.recipient_matching import MOST_RECIPIENTS
from mailsla.core.pairing.rules import Part, ReplyRule
from tests.factories import CITIZEN, CONTACT, RULES, mail, paris, reply

CLAUDE = "claude.petit@example.net"
ASKED = mail("2026-11-02 10:00", subject="Titre de séjour")
AT = paris("2026-11-02 10:00")
SECOND = timedelta(seconds=1)


def lone(
    at: datetime, *, subject: str = "RE : titre de séjour", to: str | list[str] = CITIZEN, name: str = ""
) -> Mail:
    """Return a mail of the office that names no other."""
    letter = mail(
        "2026-11-05 10:00", by=CONTACT, to=to, subject=subject, message_id=name or f"{at:%m%d%H%M%S}@x.fr"
    )
    place = Copy("contact", "Sent", MailboxRole.SENT, at)
    return letter._replace(
        key=f"lone {name}{at}", header=letter.header._replace(sent_at=at), copies=(place,),
        first_seen_at=at + timedelta(days=400),
    )  # fmt: skip


def derived(*mails: Mail) -> Derivation:
    found = derive(mails, RULES)
    assert derive([*reversed(mails)], RULES) == found
    return found


def outcome(*mails: Mail) -> str:
    """Return what becomes of the first mail: the key of what it answers, or why it is left to a person."""
    found = derived(*mails)
    link = found.links[mails[0].key]
    if link.evidence is Evidence.RECIPIENT_AND_SUBJECT:
        return link.to or ""
    assert link == Link(Evidence.NONE)
    return found.doubts[0].code.value if found.doubts else "nothing"


@pytest.mark.parametrize(
    ("after", "becomes"),
    [
        (-SECOND, "nothing"),
        (timedelta(0), ASKED.key),
        (timedelta(days=60), ASKED.key),
        (timedelta(days=60) + SECOND, "too_late"),
        (timedelta(days=365), "too_late"),
        (timedelta(days=365) + SECOND, "nothing"),
    ],
)
def test_evidence_4_holds_from_the_request_for_60_days_and_a_doubt_for_a_year(
    after: timedelta, becomes: str
) -> None:
    assert outcome(lone(AT + after), ASKED) == becomes


def test_a_slow_clock_s_mail_is_held_to_the_instant_it_was_stored() -> None:
    early = lone(AT - timedelta(minutes=5))
    slow = early._replace(copies=(early.copies[0]._replace(internal_at=AT),))

    assert outcome(early, ASKED) == "nothing"
    assert outcome(slow, ASKED) == ASKED.key


@pytest.mark.parametrize(
    ("subject", "becomes"),
    [
        ("RE : Titre de séjour", ASKED.key),
        ("[EXT] Rép : TITRE de séjour", ASKED.key),
        ("Titre de séjour", "other_subject"),
        ("TR : Titre de séjour", "other_subject"),
        ("RE : Titre", "other_subject"),
    ],
)
def test_evidence_4_needs_a_reply_s_subject_that_is_the_same(subject: str, becomes: str) -> None:
    assert outcome(lone(AT + SECOND, subject=subject), ASKED) == becomes


@pytest.mark.parametrize(
    ("count", "becomes"), [(MOST_RECIPIENTS, ASKED.key), (MOST_RECIPIENTS + 1, "nothing")]
)
def test_a_mail_to_more_than_ten_answers_nobody(count: int, becomes: str) -> None:
    others = [f"a{number}@example.org" for number in range(count - 1)]

    assert outcome(lone(AT + SECOND, to=[CITIZEN, *others]), ASKED) == becomes


@pytest.mark.parametrize("part", [Part.ACKNOWLEDGEMENT, Part.SURVEY, Part.REDIRECTION, Part.HOLDING_REPLY])
def test_an_acknowledgement_or_a_survey_answers_nothing_and_is_no_doubt(part: Part) -> None:
    rules = replace(RULES, replies=(ReplyRule(part, subjects=("titre de séjour",)),))
    letter = lone(AT + SECOND)

    found = derive([ASKED, letter], rules)

    assert found.doubts == ()
    tied = found.links[letter.key].evidence is Evidence.RECIPIENT_AND_SUBJECT
    assert tied is (part not in {Part.ACKNOWLEDGEMENT, Part.SURVEY})


AGAIN = mail("2026-11-03 10:00", subject="Titre de séjour")
PERMIT = mail("2026-11-03 11:00", subject="Permis")


def test_when_several_conversations_fit_a_person_decides_between_those_still_open() -> None:
    answered = reply("2026-11-03 12:00", AGAIN)
    letter = lone(AT + timedelta(days=3))

    assert derived(letter, ASKED, AGAIN).doubts == (
        Doubt(letter.key, AT + timedelta(days=3), (ASKED.key, AGAIN.key), DoubtCode.SEVERAL_FIT),
    )
    assert [
        doubt.candidates
        for doubt in derived(letter, ASKED, AGAIN, answered).doubts
        if doubt.mail == letter.key
    ] == [(ASKED.key,)]
    assert outcome(letter, ASKED, PERMIT) == ASKED.key


def test_a_request_answered_before_is_no_candidate_and_one_answered_later_is() -> None:
    letter = lone(AT + timedelta(days=3), subject="Votre dossier")

    assert outcome(letter, ASKED, reply("2026-11-04 10:00", ASKED)) == "nothing"
    assert outcome(letter, ASKED, reply("2026-11-05 10:00", ASKED)) == "nothing"
    assert outcome(letter, ASKED, reply("2026-11-05 10:01", ASKED)) == "other_subject"


def test_within_one_conversation_the_open_request_hides_the_answered_else_the_last_is_completed() -> None:
    answered = reply("2026-11-03 10:00", ASKED)
    again = mail("2026-11-04 10:00", subject="Titre de séjour", replies_to=ASKED.header.message_id)
    letter = lone(AT + timedelta(days=3))

    found = derived(letter, ASKED, answered, again)
    assert (found.links[letter.key].to, found.requests[1].answered_by) == (again.key, letter.key)
    completed = derived(letter, ASKED, answered, again, reply("2026-11-04 11:00", again))
    assert completed.links[letter.key].to == again.key
    assert completed.doubts == ()


def test_a_mail_tied_by_evidence_4_is_of_its_request_s_conversation() -> None:
    letter = lone(AT + timedelta(minutes=2))

    found = derived(letter, ASKED)

    assert found.conversations == {min(letter.key, ASKED.key): tuple(sorted((letter.key, ASKED.key)))}
    assert found.requests[0].answered_by == letter.key
    assert found.requests[0].conversation == min(letter.key, ASKED.key)


def test_the_members_of_a_conversation_are_sorted_however_they_came_together() -> None:
    reminder = mail("2026-11-03 10:00", subject="Titre de séjour", replies_to=ASKED.header.message_id)
    letter = lone(AT + timedelta(days=3))
    letter = letter._replace(key=min(ASKED.key, reminder.key) + "0")

    assert derived(letter, ASKED, reminder).conversations == {
        min(ASKED.key, reminder.key): tuple(sorted((ASKED.key, reminder.key, letter.key)))
    }


OTHER = mail("2026-11-02 11:00", by=CLAUDE, subject="Titre de séjour")


@pytest.mark.parametrize(
    ("other", "to", "is_doubtful"),
    [
        (OTHER, [CITIZEN, CLAUDE], True),
        (OTHER, [CITIZEN], False),
        (OTHER, [CITIZEN, CLAUDE, *(f"a{number}@example.org" for number in range(8))], True),
        (OTHER, [CITIZEN, CLAUDE, *(f"a{number}@example.org" for number in range(9))], False),
        (mail("2026-11-02 11:00", by=CLAUDE, subject="Permis"), [CITIZEN, CLAUDE], False),
        (mail("2026-11-03 10:00", by=CLAUDE, subject="Titre de séjour"), [CITIZEN, CLAUDE], True),
        (mail("2026-11-03 10:01", by=CLAUDE, subject="Titre de séjour"), [CITIZEN, CLAUDE], False),
        (mail("2026-09-04 11:00", by=CLAUDE, subject="Titre de séjour"), [CITIZEN, CLAUDE], True),
        (mail("2026-09-04 08:59", by=CLAUDE, subject="Titre de séjour"), [CITIZEN, CLAUDE], False),
    ],
)
def test_a_tied_reply_may_answer_another_citizen_that_it_is_also_written_to(
    other: Mail, to: list[str], is_doubtful: bool
) -> None:
    answer = mail(
        "2026-11-03 10:00",
        by=CONTACT,
        to=to,
        subject="RE : Titre de séjour",
        replies_to=ASKED.header.message_id,
    )

    found = derived(ASKED, other, answer)

    expected = Doubt(answer.key, paris("2026-11-03 10:00"), (other.key,), DoubtCode.ALSO_WRITTEN_TO)
    assert found.doubts == ((expected,) if is_doubtful else ())


def test_another_citizen_answered_before_is_not_asked_about() -> None:
    answer = mail(
        "2026-11-03 10:00",
        by=CONTACT,
        to=[CITIZEN, CLAUDE],
        subject="RE : x",
        replies_to=ASKED.header.message_id,
    )
    answer = answer._replace(header=answer.header._replace(subject="RE : Titre de séjour"))

    assert derived(ASKED, OTHER, answer, reply("2026-11-03 09:00", OTHER)).doubts == ()
    assert len(derived(ASKED, OTHER, answer, reply("2026-11-03 11:00", OTHER)).doubts) == 1


def test_what_a_machine_may_have_written_is_a_doubt_about_the_requests_still_open() -> None:
    machine = reply("2026-11-02 11:00", ASKED, kept=(("auto-submitted", "auto-generated"),))
    sooner, later = reply("2026-11-02 10:30", ASKED), reply("2026-11-02 12:00", ASKED)

    doubt = Doubt(machine.key, paris("2026-11-02 11:00"), (ASKED.key,), DoubtCode.MACHINE_MADE)
    assert derived(ASKED, machine).doubts == (doubt,)
    assert derived(ASKED, machine, later).doubts == (doubt,)
    assert derived(ASKED, machine, sooner).doubts == ()


def test_doubts_come_by_the_instant_of_the_mail_then_by_its_key() -> None:
    letters = [
        lone(AT + timedelta(days=day), subject="Votre dossier", name=name)
        for day, name in ((3, "b"), (3, "a"), (2, "c"))
    ]

    found = derived(*letters, ASKED)

    assert [doubt.mail for doubt in found.doubts] == [letters[2].key, letters[1].key, letters[0].key]
    assert {doubt.code for doubt in found.doubts} == {DoubtCode.OTHER_SUBJECT}
