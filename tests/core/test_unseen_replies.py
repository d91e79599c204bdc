"""Mails of the office that nobody has seen: proven by citizens' answers, counted apart, measured from the outside."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mailsla.core.alerts.mail_findings import RepliesUnseen
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import case_of
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.report_rules import ReportRules
from mailsla.core.rate.unseen_replies import unseen_replies
from tests.factories import RULES, mail, paris
from tests.presentation.samples import STANDARD
from tests.trials.mail.unseen_offices import SHARES, measured

NOW = paris("2026-11-30 09:00")
NOVEMBER = parse_period("2026-11")
UNSEEN = "reponse.1@pref.example.fr"
ASKED = mail("2026-11-02 10:00", to=f"permis@{RULES.office.domains[0]}")
BACK = mail(
    "2026-11-05 10:00",
    subject=f"RE: {ASKED.header.subject}",
    replies_to=UNSEEN,
    references=[ASKED.header.message_id or ""],
)
OTHER = mail("2026-11-03 10:00", by="claude@example.net", message_id="autre.1@mail.example")
REPORT_RULES = ReportRules("Préfecture d'essai", STANDARD, ("Permis",), RULES)


@pytest.mark.parametrize("share", SHARES)
def test_the_share_that_leaves_unseen_is_seen_from_the_outside(share: int) -> None:
    assert abs(measured(share) - Fraction(share, 100)) <= Fraction(5, 100)


def test_the_rate_is_told_were_each_answered_on_the_day_that_the_proof_came() -> None:
    derivation = derive([ASKED, BACK, OTHER], RULES)
    cases = [case_of(request) for request in derivation.requests]

    found = unseen_replies(cases, derivation.doubts, REPORT_RULES, NOVEMBER, NOW)
    before = unseen_replies(cases, derivation.doubts, REPORT_RULES, NOVEMBER, paris("2026-11-05 09:59"))
    plain = REPORT_RULES.cohort(cases, NOW).counted().within(NOVEMBER, Belonging.RECEIVED).population()

    assert [doubt.code for doubt in derivation.doubts] == [DoubtCode.UNSEEN_REPLY]
    assert found is not None
    assert (found.count, found.by_service) == (1, ((derivation.requests[0].service, 1),))
    assert (found.if_answered.met, found.if_answered.missed) == (1, 1)
    assert (plain.met, plain.missed, before) == (0, 2, None)


def test_services_stand_the_most_concerned_first() -> None:
    finding = RepliesUnseen((("Permis", 3), (None, 1)), 1, 3)

    assert finding.share == Fraction(1, 4)
    assert RepliesUnseen((), 2, 0).share == 1


@pytest.mark.parametrize(
    ("message_id", "ours"),
    [
        ("a@pref.example.fr", True),
        ("a@Mail.PREF.example.fr", True),
        ("a@example.fr", False),
        ("pref", False),
        ("a@Relais.example.net", True),
        ("a@x.relais.example.net", False),
    ],
)
def test_an_id_is_ours_by_its_host(message_id: str, *, ours: bool) -> None:
    office = Office(domains=("pref.example.fr",), message_id_hosts=("relais.example.net",))

    assert office.made(message_id) is ours
