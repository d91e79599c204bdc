"""Answers that no mail gave: what mail alone answered, how many there are, and the rate without them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.decision import Action, Decision, in_force
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.rules import ClosingEffect, ClosingRule, PairingRules, Part, ReplyRule
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import case_of
from mailsla.core.rate.population import Population
from tests.core.cohorts import case, counted
from tests.factories import RULES, mail, paris, reply

INBOX = Copy("contact", "INBOX", MailboxRole.INBOX, paris("2026-11-02 10:00"))
FILED = replace(RULES, closings=(ClosingRule(ClosingEffect.ANSWERED, "au guichet", ("Guichet",)),))
ASKED = mail(
    "2026-11-02 10:00",
    copies=[
        INBOX,
        Copy("contact", "Guichet", MailboxRole.INBOX, first_seen_at=paris("2026-11-04 09:00")),
    ],
)
DECIDED = Decision(
    1,
    ASKED.key,
    Action.ANSWERED,
    "autre",
    "référent",
    paris("2026-11-10 09:00"),
    at=paris("2026-11-03 15:00"),
)


def first(*mails: Mail, rules: PairingRules = RULES, decisions: tuple[Decision, ...] = ()) -> Request:
    return derive((ASKED, *mails), rules, decisions).requests[0]


def test_a_mail_sent_after_a_filed_or_decided_answer_is_what_mail_alone_gives() -> None:
    later = reply("2026-11-06 10:00", ASKED)
    sent = Moment(paris("2026-11-06 10:00"), Basis.SENDER_CLOCK)

    for found, basis in (
        (first(later, rules=FILED), Basis.FILED),
        (first(later, decisions=(DECIDED,)), Basis.DECISION),
    ):
        assert found.answered is not None
        assert (found.answered.basis, found.by_mail) == (basis, sent)
        assert case_of(found).by_mail_alone.answered_at == sent.at
    assert first(rules=FILED).by_mail is None
    assert case_of(first(rules=FILED)).by_mail_alone.answered_at is None


def test_what_a_mail_answered_is_no_answer_given_otherwise() -> None:
    found = first(reply("2026-11-03 10:00", ASKED), rules=FILED, decisions=(DECIDED,))

    assert (found.by_mail, case_of(found).otherwise) == (None, None)
    assert case_of(found).by_mail_alone == case_of(found)
    assert case_of(first()).otherwise is None


def test_a_reply_to_what_is_a_sequel_because_of_the_filing_answers_the_request_without_it() -> None:
    again = mail(
        "2026-11-05 10:00", subject="Re: Renouvellement de mon titre", replies_to=ASKED.header.message_id
    )
    answer = reply("2026-11-06 10:00", again)

    asked, sequel = derive((ASKED, again, answer), FILED).requests

    assert sequel.follow_up
    assert asked.by_mail == sequel.answered == Moment(paris("2026-11-06 10:00"), Basis.SENDER_CLOCK)
    assert sequel.by_mail is None


def test_a_holding_reply_that_stops_the_clock_stops_it_without_the_filing_too() -> None:
    waits = reply("2026-11-06 10:00", ASKED)
    holding = replace(FILED, replies=(ReplyRule(Part.HOLDING_REPLY, subjects=("renouvellement",)),))

    assert first(waits, rules=replace(holding, holding_stops=True)).by_mail is not None
    assert first(waits, rules=holding).by_mail is None


def test_without_one_action_every_other_decision_stays() -> None:
    other = replace(DECIDED, number=2, action=Action.EXCLUDE)
    alone = replace(DECIDED, number=3, target="k")

    found = in_force([DECIDED, other, alone]).without(Action.ANSWERED)

    assert found.by_target == {ASKED.key: (other,)}


NOW = "2026-11-13 09:00"
PHONE, FILE = Basis.DECISION, Basis.FILED
CASES = [
    case("by phone", "2026-10-05 10:00", "2026-10-06 10:00", otherwise=PHONE),
    case("by phone, then by mail", "2026-10-06 10:00", "2026-10-07 10:00", otherwise=PHONE, mailed="2026-10-08 10:00"),
    case("filed, late by mail", "2026-10-07 10:00", "2026-10-08 10:00", otherwise=FILE, mailed="2026-11-12 10:00"),
    case("by mail", "2026-10-08 10:00", "2026-10-09 10:00"),
    case("filed early", "2026-11-10 10:00", "2026-11-12 10:00", otherwise=FILE),
    case("filed early, mailed", "2026-11-10 11:00", "2026-11-12 10:00", otherwise=FILE, mailed="2026-11-12 11:00"),
    case("filed and to be mailed", "2026-11-10 12:00", "2026-11-12 10:00", otherwise=FILE, mailed="2026-11-13 09:01"),
    case("to be filed", "2026-11-10 13:00", "2026-11-13 09:01", otherwise=FILE),
    case("late by phone", "2026-10-01 10:00", "2026-11-05 10:00", otherwise=PHONE),
    case("a sequel", "2026-10-08 11:00", "2026-10-09 10:00", otherwise=PHONE, follow_up=True),
]  # fmt: skip


@pytest.mark.parametrize("by", Belonging)
def test_answers_that_no_mail_gave_are_counted_with_the_rate_without_them(by: Belonging) -> None:
    found = counted(CASES, "2026", NOW, by=by)

    assert (found.by_decision, found.by_filing) == (3, 4)
    assert found.population == Population(met=4, missed=1, early=3, waiting=1)
    assert found.by_mail == Population(met=2, missed=3, early=1, waiting=3)


def test_without_any_the_rate_without_them_is_the_rate() -> None:
    found = counted([case("a", "2026-10-05 10:00", "2026-10-06 10:00"), case("b", "2026-10-05 10:00")])

    assert (found.by_decision, found.by_filing) == (0, 0)
    assert found.by_mail == found.population
