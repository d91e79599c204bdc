"""Who is told of a request."""

from __future__ import annotations

from mailsla.core.alerts.terms import AlertTerms


def recipient(service: str | None, terms: AlertTerms) -> str | None:
    """Return who is told of a service's request: its head, or whoever the site names for those that have none."""
    found = None if service is None else terms.office.service(service)
    if found is None or found.head is None:
        return terms.rule.unassigned or terms.rule.referent
    return found.head
