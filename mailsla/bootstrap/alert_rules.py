"""Who is told of requests, and when, as the configuration says it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailsla.config import Settings
from mailsla.config.office import Service
from mailsla.core.alerts.recipients import Contacts, Deputy, Ladder
from mailsla.core.alerts.terms import AlertRule
from mailsla.core.mail.addresses import plain
from mailsla.core.office.correspondents import Office


def alert_rule(settings: Settings) -> AlertRule:
    """Return when heads are warned, and who is told besides."""
    alerts = settings.alerts
    ladder = Ladder(
        alerts.referent,
        alerts.unassigned,
        alerts.referent_after,
        alerts.secretary_general,
        alerts.secretary_general_after,
    )
    contacts = {item.name: _contacts(item) for item in settings.services}
    return AlertRule(alerts.working_days_before, alerts.send_at, alerts.overdue_within, ladder, contacts)


def _contacts(service: Service) -> Contacts:
    deputies = tuple(Deputy(item.address, item.first, item.last) for item in service.deputies)
    return Contacts(service.head, service.also, deputies)


def outside(rule: AlertRule, domains: Sequence[str]) -> Iterator[str]:
    """Yield the addresses outside our domains of those who are told of requests: they are the office's own too.

    One that is ours by its domain changes no rule by being named.
    """
    named = (*rule.ladder.everybody, *(each for of in rule.contacts.values() for each in of.everybody))
    ours = Office(domains=tuple(domains))
    yield from (plain(address) for address in named if not ours.includes(address))
