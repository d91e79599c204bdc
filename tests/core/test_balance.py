"""Every message is in exactly one class, and the classes add up: in random mailboxes, and in every scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.mail.kinds import MailKind, Reason
from mailsla.core.office.sides import Side, read
from mailsla.core.pairing.balance import Balance, MailClass, class_of
from mailsla.core.pairing.derivation import Derivation, derive
from mailsla.core.pairing.rules import ANSWERS, Part
from tests.core.mailboxes import mailbox
from tests.core.test_scenarios import SCENARIOS
from tests.factories import CONTACT, OFFICE, RULES, mail, reply

BY_PART = {
    MailClass.REQUEST: {Part.REQUEST},
    MailClass.FOLLOW_UP: {Part.FOLLOW_UP},
    MailClass.REMINDER: {Part.REMINDER},
    MailClass.AFTER_UNSEEN: {Part.AFTER_UNSEEN},
    MailClass.THANKS: {Part.THANKS},
    MailClass.REPLY: ANSWERS,
}
"""The classes that are what a message is in the life of a request, and nothing else."""


def check(found: Derivation, keys: Collection[str]) -> Counter[MailClass]:
    """Hold the classes against the requests themselves, and return how many messages each has."""
    assert {*found.classes} == {*keys}
    by_class = {item: {key for key in keys if found.classes[key] is item} for item in MailClass}
    steps = [step for request in found.requests for step in request.steps]
    for item, parts in BY_PART.items():
        assert by_class[item] == {step.key for step in steps if step.part in parts}, item
    assert by_class[MailClass.REQUEST] == {item.key for item in found.requests if not item.follow_up}
    assert by_class[MailClass.FOLLOW_UP] == {item.key for item in found.requests if item.follow_up}
    untied, to_check = by_class[MailClass.UNTIED], by_class[MailClass.UNTIED_TO_CHECK]
    assert (untied | to_check).isdisjoint(step.key for step in steps)
    doubtful = {doubt.mail for doubt in found.doubts}
    assert to_check <= doubtful
    assert untied.isdisjoint(doubtful)
    sides = Counter(reading.side for reading in found.readings.values())
    assert len(by_class[MailClass.FURTHER_COPY]) == sides[Side.SAME]
    assert len(by_class[MailClass.INTERNAL]) == sides[Side.INTERNAL]
    assert len(by_class[MailClass.LEFT_OUT]) + len(by_class[MailClass.UNSENT]) == sides[Side.ASIDE]
    counts = Counter(found.classes.values())
    assert counts.total() == len(keys)
    return counts


@given(st.integers(0, 10**8))
def test_every_mail_of_a_random_mailbox_is_in_one_class_and_they_add_up(seed: int) -> None:
    mails = mailbox(seed)

    check(derive(mails, RULES), {item.key for item in mails})


def test_every_mail_of_every_scenario_is_in_one_class_and_each_class_is_met() -> None:
    met: Counter[MailClass] = Counter()
    for _topic, scenario in SCENARIOS:
        mails = scenario.mails.values()
        found = derive(list(mails), scenario.rules, scenario.decisions)
        met += check(found, {item.key for item in mails})

    assert {*met} == {*MailClass} - {MailClass.SET_ASIDE, MailClass.PENDING}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({Part.ACKNOWLEDGEMENT, Part.REPLY}, MailClass.REPLY),
        ({Part.HOLDING_REPLY, Part.REDIRECTION}, MailClass.REPLY),
        ({Part.HOLDING_REPLY, Part.SURVEY}, MailClass.HOLDING_REPLY),
        *(
            ({part}, MailClass.OTHER_REPLY)
            for part in (
                *(Part.ACKNOWLEDGEMENT, Part.AUTOMATIC_ACKNOWLEDGEMENT, Part.SURVEY),
                *(Part.DOUBTFUL_REPLY, Part.RETURNED_REPLY),
            )
        ),
        (set(), MailClass.UNTIED),
    ],
)
def test_an_answer_to_several_is_the_best_that_it_is_to_any(parts: set[Part], expected: MailClass) -> None:
    answer = read(reply("2026-11-03 10:00", mail("2026-11-02 10:00"), by=CONTACT), OFFICE)

    assert class_of(answer, parts, is_doubtful=False) is expected
    checked = class_of(answer, parts, is_doubtful=True)
    assert checked is (expected if parts else MailClass.UNTIED_TO_CHECK)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (Reason("not-sent"), MailClass.UNSENT),
        (Reason("not-received"), MailClass.UNSENT),
        (Reason("junk-mailbox"), MailClass.LEFT_OUT),
        (None, MailClass.LEFT_OUT),
    ],
)
def test_a_draft_is_told_from_what_is_left_out(reason: Reason | None, expected: MailClass) -> None:
    asked = read(mail("2026-11-02 10:00"), OFFICE)
    aside = asked._replace(side=Side.ASIDE, kind=MailKind.PERSON, reason=reason)

    assert class_of(aside, {Part.AUTOMATIC_ACKNOWLEDGEMENT}, is_doubtful=True) is expected


def test_messages_and_further_copies_are_the_mails_seen() -> None:
    balance = Balance({MailClass.REQUEST: 3, MailClass.LEFT_OUT: 2}, (("spam", 2),), seen=8)

    assert (balance.messages, balance.further_copies, balance.seen) == (5, 3, 8)
    assert balance.of(MailClass.REQUEST) == 3
    assert balance.of(MailClass.FURTHER_COPY) == 3
    assert balance.of(MailClass.THANKS) == 0
