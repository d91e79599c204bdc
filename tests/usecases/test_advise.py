"""What is advised: what a configuration says, held against mails, servers and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from mailsla.core.alerts import advice
from mailsla.core.alerts.advice import Advice, WaitingMail
from mailsla.core.alerts.health import Health
from mailsla.core.clock.working_days import DayKind
from mailsla.usecases.advise import Declared, DeclaredAccount, of_configuration, of_mails, of_outbox
from tests.factories import METROPOLE, paris

NOW = paris("2026-11-13 09:00")
HOUR = timedelta(hours=1)
LISTED = {"contact": ("INBOX", "Éléments envoyés", "INBOX/Étrangers")}


def account(
    domain: str = "pref.example.fr", since: date | None = None, **names: Sequence[str]
) -> DeclaredAccount:
    return DeclaredAccount("contact", domain, since, names)


def advised(declared: Declared, listed: Mapping[str, Sequence[str]] = LISTED) -> list[Advice]:
    return list(of_configuration(declared, METROPOLE, listed, NOW))


def office(*accounts: DeclaredAccount, names: Mapping[str, Sequence[str]] | None = None) -> Declared:
    return Declared(accounts=accounts, domains=("pref.example.fr",), names=names or {})


def test_a_name_that_the_server_lacks_is_told_with_the_nearest_that_it_has() -> None:
    told = advised(
        office(account(sent=("Elements envoyes", "INBOX"), ignore=("inbox",), only=("Rien du tout",)))
    )

    assert told == [
        advice.NamesUnknown("contact", "sent", ("Elements envoyes",), ("Éléments envoyés", "INBOX")),
        advice.NamesUnknown("contact", "only", ("Rien du tout",), ()),
    ]


def test_a_service_s_mailbox_is_looked_for_in_every_account_once_all_of_them_are_listed() -> None:
    services = {"services[1].mailboxes": ("Étrangers",)}
    two = office(account(), DeclaredAccount("autre", "", None, {}), names=services)

    assert advised(two) == []
    assert advised(two, {**LISTED, "autre": ("Étrangers",)}) == []
    assert advised(two, {**LISTED, "autre": ("Sent",)}) == [
        advice.NamesUnknown("", "services[1].mailboxes", ("Étrangers",), ("INBOX/Étrangers",))
    ]


@pytest.mark.parametrize(
    ("domain", "is_told"),
    [
        ("pref.example.fr", False),
        ("etrangers.pref.example.fr", False),
        ("", False),
        ("orange.fr", False),
        ("autre.example.fr", True),
        ("notpref.example.fr", True),
    ],
)
def test_an_address_outside_the_domains_is_told_unless_nobody_owns_its_domain(
    domain: str, *, is_told: bool
) -> None:
    told = [advice.AddressOutside("contact", domain, ("pref.example.fr",))] if is_told else []

    assert advised(office(account(domain))) == told


def test_a_domain_where_anybody_has_an_address_is_a_failure() -> None:
    assert advised(Declared(domains=("pref.example.fr", "gouv.fr", "fr"))) == [
        advice.DomainsShared(("gouv.fr", "fr"), ("pref.example.fr",))
    ]


@pytest.mark.parametrize(("since", "is_told"), [(date(2026, 11, 13), False), (date(2026, 11, 14), True)])
def test_a_first_day_that_has_not_come_is_a_failure(since: date, *, is_told: bool) -> None:
    assert advised(office(account(since=since))) == [advice.SinceAhead("contact", since)] * is_told


def test_closures_of_days_that_never_count_are_told() -> None:
    # Of a year that nothing is counted in, nothing is known.
    days = [date(2026, 11, 15), date(2026, 11, 11), date(2026, 11, 12), date(1990, 11, 11)]

    assert advised(Declared(closures=days)) == [
        advice.ClosedAnyway(date(2026, 11, 15), DayKind.WEEKEND),
        advice.ClosedAnyway(date(2026, 11, 11), DayKind.HOLIDAY),
    ]


def test_files_that_all_may_read_are_told() -> None:
    assert advised(Declared(open_files=[("/etc/mdp", "644")])) == [advice.FileOpen("/etc/mdp", "644")]


@dataclass
class Counts:
    services: dict[str | None, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)

    def services_seen(self) -> Mapping[str | None, int]:
        return self.services

    def left_out_kinds(self) -> Mapping[str, int]:
        return self.kinds


def test_services_without_requests_and_requests_without_a_service_are_told() -> None:
    declared = Declared(services=("Permis", "Étrangers"))

    assert list(of_mails(declared, Counts())) == []
    empty, unassigned = of_mails(declared, Counts({"Permis": 3, None: 1}))
    assert (empty, unassigned) == (
        advice.ServicesEmpty(("Étrangers",), 2),
        advice.Unassigned(1, 4, has_services=True),
    )
    assert unassigned.health is Health.WARNING
    assert advice.Unassigned(1, 5, has_services=True).health is Health.OK


def test_what_was_left_out_is_told_by_kind_and_is_to_watch_once_it_is_more_than_the_requests() -> None:
    [few] = of_mails(Declared(), Counts({"Permis": 3}, {"list": 1, "calendar": 2}))
    [many] = of_mails(Declared(), Counts({"Permis": 2}, {"list": 3}))

    assert few == advice.LeftOutKinds((("calendar", 2), ("list", 1)), 3)
    assert (few.health, many.health) == (Health.OK, Health.WARNING)


@dataclass
class Mails:
    mails: Sequence[WaitingMail]

    def waiting(self) -> Sequence[WaitingMail]:
        return self.mails


@pytest.mark.parametrize(
    ("mail", "is_late"),
    [
        # Noted an hour ago, and nobody takes it.
        (WaitingMail(NOW - 2 * HOUR, None, 0, None), True),
        (WaitingMail(NOW - HOUR, None, 0, None), False),
        # Tried in vain, and to be tried again in a while.
        (WaitingMail(NOW - 2 * HOUR, NOW + HOUR / 2, 3, None), True),
        # Postponed to an instant that has not come, that has just come, that came long ago.
        (WaitingMail(NOW - 48 * HOUR, NOW + HOUR, 0, None), False),
        (WaitingMail(NOW - 48 * HOUR, NOW - HOUR, 0, None), False),
        (WaitingMail(NOW - 48 * HOUR, NOW - 2 * HOUR, 0, None), True),
    ],
)
def test_a_mail_that_should_have_left_an_hour_ago_is_a_failure(mail: WaitingMail, *, is_late: bool) -> None:
    told = [advice.OutboxWaits(1, mail.created_at, ())] if is_late else []

    assert list(of_outbox(Mails([mail]), NOW)) == told


def test_why_the_relay_refuses_is_told_once() -> None:
    refused = WaitingMail(NOW - 3 * HOUR, NOW, 2, "refus")
    older = WaitingMail(NOW - 5 * HOUR, NOW, 2, None)

    assert list(of_outbox(Mails([refused, refused, older]), NOW)) == [
        advice.OutboxWaits(3, NOW - 5 * HOUR, ("refus",))
    ]
