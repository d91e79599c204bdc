"""What alerts are decided of, showing only what matters to each test."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from mailsla.core.alerts.digests import Digest, digests
from mailsla.core.alerts.memory import Memory, Told
from mailsla.core.alerts.recipients import Contacts
from mailsla.core.alerts.terms import AlertRule, AlertTerms
from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.collection.gap import AccountRead
from mailsla.core.mail.copies import Mail
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.rate.standard import Standard
from tests.factories import METROPOLE, OFFICE, PROMISE, RULES, clock, mail, paris

HEAD = "chef.etrangers@pref.example.fr"
LICENCES_HEAD = "chef.permis@pref.example.fr"
REFERENT = "qualite@pref.example.fr"
FOREIGNERS = "etrangers@pref.example.fr"
BEGINNING = paris("2024-01-02 09:00")
ASKED = mail("2026-10-29 10:00", to=FOREIGNERS)
"""Due on Thursday 12 November; the 11th is a holiday."""


def terms(
    rule: AlertRule | None = None,
    *,
    now: datetime,
    office: Office = OFFICE,
    calendar: WorkingCalendar = METROPOLE,
    promise: Commitment = PROMISE,
    first: datetime = BEGINNING,
    last: datetime | None = None,
) -> AlertTerms:
    """Return what decides; the account was read until now, unless told."""
    standard = Standard(clock(calendar), {"information": promise})
    contacts = {service.name: Contacts(service.head) for service in office.services}
    said = rule or AlertRule()
    return AlertTerms(
        standard,
        replace(said, contacts=said.contacts or contacts),
        {"contact": AccountRead(first, last or now)},
    )


def due(
    *mails: Mail,
    now: str,
    told: Iterable[Told] = (),
    doubtful: Collection[str] = (),
    taken: Collection[str] = (),
    rule: AlertRule | None = None,
    rules: PairingRules = RULES,
    office: Office = OFFICE,
    calendar: WorkingCalendar = METROPOLE,
    promise: Commitment = PROMISE,
    first: datetime = BEGINNING,
    last: str | None = None,
) -> tuple[Digest, ...]:
    """Return the digests that some mails lead to."""
    at = paris(now)
    read = None if last is None else paris(last)
    return due_of(
        derive(mails, rules).requests,
        terms(rule, now=at, office=office, calendar=calendar, promise=promise, first=first, last=read),
        at,
        told,
        doubtful,
        taken,
    )


def due_of(
    requests: Iterable[Request],
    by: AlertTerms,
    now: datetime,
    told: Iterable[Told] = (),
    doubtful: Collection[str] = (),
    taken: Collection[str] = (),
) -> tuple[Digest, ...]:
    """Return the digests that some requests lead to."""
    return digests(requests, memory=Memory(told), doubtful=doubtful, terms=by, now=now, taken=taken)


def levels(*mails: Mail, **given: object) -> list[str]:
    """Return the levels that are told, whoever is told them."""
    found = due(*mails, **given)  # type: ignore[arg-type]  # (arguments by name: a wrong one raises)
    return [notice.level for digest in found for notice in digest.notices]
