"""Instants on which two witnesses differ: counted by the rule, looked at by a person, told with the other reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from mailsla.core.mail.copies import Copy, MailboxRole
from mailsla.core.mail.instants import DISPUTE, Basis, Moment, received, sent
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.rate.case import Case
from mailsla.core.rate.disputes import disputed_of, disputes
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.report_rules import ReportRules
from tests.core.cohorts import case
from tests.factories import CONTACT, RULES, mail, paris
from tests.presentation.samples import STANDARD

NOW = paris("2026-11-30 09:00")
NOVEMBER = parse_period("2026-11")
REPORT_RULES = ReportRules("Préfecture d'essai", STANDARD, ("Permis",), RULES)
CAME = paris("2026-11-10 09:00")


def copy(internal_at: datetime | None = CAME, seen_at: datetime | None = CAME) -> Copy:
    return Copy("contact", "x", MailboxRole.INBOX, internal_at, first_seen_at=seen_at, arrived=True)


@pytest.mark.parametrize(
    ("found", "disputed"),
    [
        (copy(), CAME),
        (copy()._replace(arrived=False), None),
        (copy()._replace(imported=True), None),
        (copy(None), None),
        (copy(seen_at=None), None),
        (copy(seen_at=CAME + DISPUTE), CAME),
        (copy(seen_at=CAME + DISPUTE * 1.01), None),
        (copy(CAME - DISPUTE), CAME - DISPUTE),
        (copy(CAME + DISPUTE), CAME + DISPUTE),
    ],
)
def test_a_server_disputes_the_date_of_what_mailsla_saw_come(found: Copy, disputed: datetime | None) -> None:
    dated = mail("2026-11-02 10:00", by=CONTACT, copies=[found])._replace(first_seen_at=CAME)

    assert sent(dated) == Moment(paris("2026-11-02 10:00"), Basis.SENDER_CLOCK, disputed)


def test_a_day_is_no_dispute_and_the_first_of_several_witnesses_speaks() -> None:
    at = paris("2026-11-09 09:00")
    dated = mail("2026-11-09 09:00", by=CONTACT, copies=[copy(at + DISPUTE)])
    both = dated._replace(
        copies=(copy(at + DISPUTE * 3, at + DISPUTE * 3), copy(at + DISPUTE * 2, at + DISPUTE * 2)),
        first_seen_at=at + DISPUTE * 2,
    )

    assert sent(dated).disputed is None
    assert sent(both).disputed == at + DISPUTE * 2


def test_a_last_hop_is_disputed_by_the_server() -> None:
    hop = paris("2026-11-02 10:00")
    found = mail("2026-11-02 10:00", copies=[copy()._replace(hop_at=hop)])._replace(first_seen_at=CAME)

    assert received(found) == Moment(hop, Basis.LAST_HOP, CAME)


def disputed(
    key: str,
    received_at: str,
    answered: str | None,
    *,
    received_disputed: str | None = None,
    answered_disputed: str | None = None,
) -> Case:
    return replace(
        case(key, received_at, answered),
        received_disputed=paris(received_disputed) if received_disputed else None,
        answered_disputed=paris(answered_disputed) if answered_disputed else None,
    )


MET_OR_LATE = disputed("a", "2026-11-02 10:00", "2026-11-04 10:00", answered_disputed="2026-11-27 10:00")
CAME_LATER = disputed("b", "2026-11-02 10:00", "2026-11-24 10:00", received_disputed="2026-11-20 10:00")


def test_a_verdict_that_depends_on_a_witness_is_to_check() -> None:
    found = list(disputes([MET_OR_LATE, CAME_LATER], STANDARD, NOW))

    assert [(doubt.mail, doubt.candidates, doubt.code) for doubt in found] == [
        ("a", ("a",), DoubtCode.DATE_DISPUTED),
        ("b", ("b",), DoubtCode.RECEIPT_DISPUTED),
    ]
    assert [doubt.at for doubt in found] == [paris("2026-11-02 10:00")] * 2


@pytest.mark.parametrize(
    "found",
    [
        disputed("a", "2026-11-02 10:00", "2026-11-04 10:00", answered_disputed="2026-11-06 10:00"),
        disputed("a", "2026-11-20 10:00", "2026-11-24 10:00", answered_disputed="2026-11-01 10:00"),
        disputed("a", "2026-11-02 10:00", "2026-11-04 10:00", received_disputed="2026-11-20 10:00"),
        replace(MET_OR_LATE, excluded="doublon"),
        # In time by both, one of them not due yet.
        disputed("a", "2026-11-19 10:00", "2026-11-20 10:00", received_disputed="2026-11-13 10:00"),
        disputed("a", "2026-12-02 10:00", "2026-12-04 10:00", answered_disputed="2027-01-04 10:00"),
    ],
)
def test_a_verdict_that_does_not_depend_on_it_is_not(found: Case) -> None:
    assert list(disputes([found], STANDARD, NOW)) == []


def test_the_rate_is_told_with_the_other_witness() -> None:
    other = case("c", "2026-11-03 10:00", "2026-11-05 10:00")
    cases = [MET_OR_LATE, CAME_LATER, other]
    doubts = list(disputes(cases, STANDARD, NOW))

    found = disputed_of(cases, doubts, REPORT_RULES, NOVEMBER, NOW)

    assert found is not None
    # Received on the 20th, the second is due in December.
    assert (found.count, found.otherwise.met, found.otherwise.missed) == (2, 1, 1)
    assert disputed_of(cases, doubts, REPORT_RULES, parse_period("2026-10"), NOW) is None
    assert disputed_of([other], (), REPORT_RULES, NOVEMBER, NOW) is None
