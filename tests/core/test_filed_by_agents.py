"""How agents file requests and services get them: from when, and what opens a request again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mailsla.core.mail.copies import Copy, MailboxRole
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.request import Assignment, Request, ServiceBasis
from mailsla.core.pairing.rules import ClosingEffect, ClosingRule, PairingRules
from tests.factories import CONTACT, OFFICE, RULES, mail, paris

ASKED = mail("2026-11-02 10:00")
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
FILED_AT = paris("2026-11-05 09:00")


INBOX = Copy(
    "contact", "INBOX", MailboxRole.INBOX, paris("2026-11-02 10:00"), first_seen_at=paris("2026-11-02 10:00")
)
FILED = Copy("contact", "Traités", MailboxRole.INBOX, first_seen_at=FILED_AT)
CLOSED = ClosingRule(ClosingEffect.EXCLUDED, "sans suite", ("Traités", "Clos"), ("traite",))


def closed(*copies: Copy) -> datetime | None:
    return CLOSED.closed_at(mail("2026-11-02 10:00", copies=copies))


def gone(copy: Copy, at: datetime) -> Copy:
    return copy._replace(present=False, gone_at=at)


def test_a_mail_is_closed_from_when_it_was_first_seen_filed_or_tagged() -> None:
    tagged = INBOX._replace(keywords=(("TRAITE", FILED_AT + HOUR), ("autre", FILED_AT)))

    assert closed(INBOX) is None
    assert closed(FILED) == FILED_AT
    assert closed(tagged) == FILED_AT + HOUR
    assert closed(tagged, FILED) == FILED_AT
    assert closed(FILED._replace(first_seen_at=None)) == mail("2026-11-02 10:00").first_seen_at


@pytest.mark.parametrize(
    ("back_at", "is_open"),
    [
        (FILED_AT + 9 * HOUR, True),
        (FILED_AT + 8 * HOUR, True),  # an hour before it left: one collection saw both
        (FILED_AT + 8 * HOUR - SECOND, False),
        (FILED_AT + 90 * HOUR, True),
    ],
)
def test_a_mail_moved_back_where_it_had_been_is_open_again(back_at: datetime, is_open: bool) -> None:
    left = gone(FILED, FILED_AT + 9 * HOUR)
    back = INBOX._replace(first_seen_at=back_at)

    assert (closed(gone(INBOX, FILED_AT), left, back) is None) is is_open
    assert closed(gone(INBOX, FILED_AT), left, back._replace(mailbox="Ailleurs")) == FILED_AT
    assert closed(gone(INBOX, FILED_AT), left, back._replace(account="autre")) == FILED_AT
    assert closed(gone(INBOX, FILED_AT), FILED, back) == FILED_AT


def test_a_mail_that_was_filed_at_once_is_not_moved_back_by_a_copy_of_then() -> None:
    left = gone(FILED, FILED_AT + SECOND)

    assert (
        closed(INBOX._replace(first_seen_at=FILED_AT), left, INBOX._replace(first_seen_at=FILED_AT + HOUR))
        == FILED_AT
    )
    assert closed(left, gone(INBOX, FILED_AT), INBOX._replace(first_seen_at=FILED_AT)) is None


@pytest.mark.parametrize(("apart", "since"), [(HOUR, FILED_AT), (HOUR + SECOND, None)])
def test_a_mail_moved_from_one_closed_mailbox_to_another_was_closed_all_along(
    apart: timedelta, since: datetime | None
) -> None:
    """Within one collection; later, it was open between, and closed again since."""
    left = gone(FILED, FILED_AT + 3 * HOUR)
    again = FILED._replace(mailbox="Clos", first_seen_at=FILED_AT + 3 * HOUR + apart)
    between = INBOX._replace(first_seen_at=FILED_AT + 3 * HOUR)

    found = closed(gone(INBOX, FILED_AT), left, gone(between, FILED_AT + 4 * HOUR), again)

    assert found == (since or FILED_AT + 3 * HOUR + apart)
    assert closed(again, left, INBOX) == FILED_AT


def test_filing_answers_from_the_request_on_or_excludes_with_the_first_rule_s_reason() -> None:
    by_phone = replace(CLOSED, effect=ClosingEffect.ANSWERED)
    later = ClosingRule(ClosingEffect.ANSWERED, "x", keywords=("appel",))
    early = FILED._replace(first_seen_at=paris("2026-11-01 10:00"), internal_at=paris("2026-11-02 10:00"))
    tagged = FILED._replace(keywords=(("appel", FILED_AT - HOUR),), internal_at=paris("2026-11-02 10:00"))

    def one(rules: tuple[ClosingRule, ...], *copies: Copy) -> Request:
        letter = mail("2026-11-02 10:00", copies=copies)
        [request] = derive([letter], replace(RULES, closings=rules)).requests
        return request

    assert one((by_phone,), early).answered == Moment(paris("2026-11-02 10:00"), Basis.FILED)
    assert one((by_phone, later), tagged).answered == Moment(FILED_AT - HOUR, Basis.FILED)
    assert one((later, by_phone), tagged).answered == Moment(FILED_AT - HOUR, Basis.FILED)
    assert one((by_phone,), FILED).excluded is None
    assert one((CLOSED,), FILED).answered is None
    assert one((later, CLOSED, replace(CLOSED, reason="y")), FILED).excluded == "sans suite"


def test_a_keyword_gives_the_service_first_tagged_unless_one_had_the_mail_by_then() -> None:
    office = replace(OFFICE, services=tuple(replace(item, keywords=(item.name,)) for item in OFFICE.services))
    rules = PairingRules(office)
    words = (("Permis", FILED_AT + HOUR), ("étrangers", FILED_AT), ("autre", FILED_AT - HOUR))
    place = INBOX._replace(keywords=words)

    def given(to: str, at: str = "2026-11-02 10:00") -> list[tuple[str, datetime]]:
        [request] = derive([mail(at, to=to, copies=[place])], rules).requests
        return [(item.service, item.since) for item in request.assignments]

    assert given(CONTACT) == [("Étrangers", FILED_AT)]
    assert given("permis@pref.example.fr") == [("Permis", paris("2026-11-02 10:00"))]
    place = INBOX._replace(keywords=(("étrangers", paris("2026-11-02 10:00")),))
    assert given("permis@pref.example.fr") == [("Permis", paris("2026-11-02 10:00"))]


def test_a_mailbox_gives_its_service_since_the_mail_came_there() -> None:
    there = Copy("contact", "Permis", MailboxRole.INBOX, paris("2026-11-02 10:00"), first_seen_at=FILED_AT)

    def since(*copies: Copy) -> list[Assignment]:
        [request] = derive([mail("2026-11-02 10:00", copies=copies)], RULES).requests
        return [*request.assignments]

    assert since(there) == [Assignment("Permis", paris("2026-11-02 10:00"), ServiceBasis.MAILBOX)]
    assert since(INBOX, there) == [Assignment("Permis", FILED_AT, ServiceBasis.MAILBOX)]
    assert since(INBOX._replace(first_seen_at=FILED_AT), there)[0].since == paris("2026-11-02 10:00")
    assert since(INBOX._replace(first_seen_at=None), there)[0].since == paris("2026-11-02 10:00")
    assert since(INBOX, there._replace(first_seen_at=None))[0].since == paris("2026-11-02 10:00")
    early = there._replace(first_seen_at=paris("2026-11-02 09:59"))
    assert since(INBOX._replace(first_seen_at=paris("2026-11-02 09:58")), early)[0].since == paris(
        "2026-11-02 10:00"
    )


def test_a_request_is_imported_when_all_its_copies_are_and_names_each_place_once() -> None:
    old = INBOX._replace(account="archives", imported=True)

    def one(*copies: Copy) -> Request:
        return derive([mail("2026-11-02 10:00", copies=copies)], RULES).requests[0]

    assert [one(old).imported, one(old, INBOX).imported, one().imported] == [True, False, False]
    assert one(INBOX, old, INBOX).mailboxes == (("contact", "INBOX"), ("archives", "INBOX"))
    assert one(INBOX).keys == (one(INBOX).key,)
