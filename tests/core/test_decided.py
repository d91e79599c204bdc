"""What people decide: which decision holds, from when, and what it moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailsla.core.mail.copies import Mail
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.conversation import Evidence, Link
from mailsla.core.pairing.decision import NOTHING_DECIDED, Action, Decision, in_force
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.request import Assignment, Request, ServiceBasis, Step
from mailsla.core.pairing.rules import Part
from tests.factories import CITIZEN, CONTACT, RULES, mail, paris, reply

ASKED = mail("2026-11-02 10:00")
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
FILED_AT = paris("2026-11-05 09:00")


def decision(number: int, target: Mail, action: Action, **changes: object) -> Decision:
    made = Decision(number, target.key, action, "motif", "référent", paris("2026-11-10 09:00"))
    return replace(made, **changes)  # type: ignore[arg-type]  # (fields by name: a wrong one raises)


def decided(*decisions: Decision, mails: tuple[Mail, ...] = (ASKED,)) -> Request:
    [request, *_] = derive(mails, RULES, decisions).requests
    return request


def test_the_last_decision_of_a_kind_holds_and_the_others_stay_beside() -> None:
    first, second = (
        decision(1, ASKED, Action.CATEGORY, text="a"),
        decision(2, ASKED, Action.CATEGORY, text="b"),
    )
    exclude = decision(3, ASKED, Action.EXCLUDE, reason="doublon")

    found = in_force([exclude, second, first])

    assert found.all == (first, second, exclude)
    assert found.last(ASKED.key, Action.CATEGORY) == second
    assert found.last(ASKED.key, Action.ASSIGN) is None
    assert found.last("other", Action.CATEGORY) is None
    assert decided(exclude, second, first).category == "b"
    assert decided(first, decision(2, ASKED, Action.UNDO, undone=1)).category == "information"
    assert NOTHING_DECIDED.all == ()


def test_a_decision_that_joins_is_found_from_both_of_its_ends_and_others_from_none() -> None:
    other = mail("2026-11-03 10:00")
    join = decision(1, other, Action.JOIN, other=ASKED.key)
    own = decision(2, ASKED, Action.JOIN, other=ASKED.key)
    nowhere = decision(3, other, Action.JOIN)

    found = in_force([join, decision(4, other, Action.SPLIT), nowhere])

    assert (found.naming(ASKED.key), found.naming(other.key), found.naming("x")) == ((join,), (join,), ())
    assert in_force([join, own]).naming(ASKED.key) == (join, own)
    assert (join.at, join.text, join.undone) == (None, "", None)


@pytest.mark.parametrize(
    ("decided_at", "since"),
    [("2026-11-10 09:00", "2026-11-10 09:00"), ("2026-11-01 09:00", "2026-11-02 10:00")],
)
def test_a_service_has_a_request_since_it_was_given_and_never_before_its_receipt(
    decided_at: str, since: str
) -> None:
    found = decided(decision(1, ASKED, Action.ASSIGN, text="Permis", decided_at=paris(decided_at)))

    assert found.assignments == (Assignment("Permis", paris(since), ServiceBasis.DECISION),)


def test_a_decision_given_last_is_last_whatever_its_instant() -> None:
    asked = mail("2026-11-02 10:00", to="etrangers@pref.example.fr")

    found = decided(decision(1, asked, Action.ASSIGN, text="Permis"), mails=(asked,))

    assert ([item.service for item in found.assignments], found.service) == (
        ["Étrangers", "Permis"],
        "Permis",
    )


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2026-11-05 18:00", Moment(paris("2026-11-05 18:00"), Basis.DECISION)),
        ("2026-11-01 18:00", Moment(paris("2026-11-02 10:00"), Basis.DECISION)),
    ],
)
def test_an_answer_given_elsewhere_counts_from_the_request_on(at: str, moment: Moment) -> None:
    found = decided(decision(1, ASKED, Action.ANSWERED, at=paris(at)))

    assert (found.answered, found.answered_by) == (moment, None)
    assert decided(decision(1, ASKED, Action.ANSWERED)).answered is None


def test_a_mail_after_an_answer_given_elsewhere_is_a_follow_up_and_before_it_a_reminder() -> None:
    phone = decision(1, ASKED, Action.ANSWERED, at=paris("2026-11-05 18:00"))

    def followed(at: str) -> list[bool]:
        again = mail(at, replies_to=ASKED.header.message_id)
        return [request.follow_up for request in derive([ASKED, again], RULES, [phone]).requests]

    assert followed("2026-11-05 17:59") == [False]
    assert followed("2026-11-05 18:00") == [False, True]
    assert followed("2026-12-05 18:00") == [False, True]
    assert followed("2026-12-05 18:01") == [False, False]


def test_a_mail_of_the_same_instant_as_an_answer_elsewhere_is_what_answered() -> None:
    answered = reply("2026-11-05 18:00", ASKED)
    phone = decision(1, ASKED, Action.ANSWERED, at=paris("2026-11-05 18:00"))

    assert decided(phone, mails=(ASKED, answered)).answered_by == answered.key
    sooner = replace(phone, at=paris("2026-11-05 17:59"))
    assert decided(sooner, mails=(ASKED, answered)).answered_by is None


def test_a_reply_joined_to_another_subject_leaves_its_own_conversation_and_on_the_same_answers_both() -> None:
    permit = mail("2026-11-03 10:00", subject="Permis", by="claude@example.net")
    answered = reply("2026-11-04 10:00", ASKED)
    same = mail("2026-11-03 10:00", subject="Renouvellement de mon titre", by="claude@example.net")

    moved = derive([ASKED, permit, answered], RULES, [decision(1, answered, Action.JOIN, other=permit.key)])
    both = derive([ASKED, same, answered], RULES, [decision(1, answered, Action.JOIN, other=same.key)])

    assert [request.answered_by for request in moved.requests] == [None, answered.key]
    assert moved.links[answered.key] == Link(Evidence.DECISION, permit.key)
    assert [request.answered_by for request in both.requests] == [None, answered.key]
    assert both.links[answered.key] == Link(Evidence.DECISION, same.key)
    assert len(both.conversations) == 1


def test_what_answers_a_mail_that_was_cut_goes_with_it_and_forgets_what_came_before() -> None:
    cut = mail("2026-11-03 10:00", subject="Permis", references=[ASKED.header.message_id or ""])
    ids = [ASKED.header.message_id or "", cut.header.message_id or ""]
    answered = mail(
        "2026-11-04 10:00", by=CONTACT, to=CITIZEN, subject="RE : Permis", references=ids, thread_index="ab"
    )

    found = derive([ASKED, cut, answered], RULES, [decision(1, cut, Action.SPLIT)])

    assert [request.answered_by for request in found.requests] == [None, answered.key]
    assert found.links == {
        ASKED.key: Link(Evidence.NONE),
        cut.key: Link(Evidence.NONE),
        answered.key: Link(Evidence.REFERENCES, cut.key),
    }


@pytest.mark.parametrize("action", [Action.SPLIT, Action.DISMISS])
def test_a_possible_reply_that_a_person_settled_is_neither_tied_nor_doubtful(action: Action) -> None:
    lone = mail("2026-11-04 10:00", by=CONTACT, to=CITIZEN, subject="RE : Renouvellement de mon titre")

    found = derive([ASKED, lone], RULES, [decision(1, lone, action)])

    assert (found.requests[0].answered, found.doubts, len(found.conversations)) == (None, (), 2)


def test_a_mail_joined_to_one_that_is_not_there_stays_where_it_is() -> None:
    lone = mail("2026-11-04 10:00", by=CONTACT, to=CITIZEN, subject="Votre titre")
    gone = decision(1, lone, Action.JOIN, other="gone")

    assert derive([ASKED, lone], RULES, [gone]).links[lone.key] == Link(Evidence.NONE)
    assert (
        derive([ASKED], RULES, [decision(1, lone, Action.JOIN, other=ASKED.key)]).requests[0].answered is None
    )


def test_a_machine_s_reply_that_a_person_joined_answers() -> None:
    machine = reply("2026-11-02 11:00", ASKED, kept=(("auto-submitted", "auto-generated"),))

    joined = decided(decision(1, machine, Action.JOIN, other=ASKED.key), mails=(ASKED, machine))

    assert joined.steps[-1] == Step(
        machine.key, Part.REPLY, Moment(paris("2026-11-02 11:00"), Basis.SENDER_CLOCK)
    )
