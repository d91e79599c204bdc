"""What a domain says in the DNS of where its mail is (SRV, RFC 2782; MX), through dnspython, in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dns.exception
import dns.resolver

from mailsla.core.collection.mail_servers import Target

MOST_SECONDS = 4.0
MOST_RECORDS = 8
"""More servers than this are not tried."""


def service_records(
    domain: str,
    service: str,
    resolver: dns.resolver.Resolver | None = None,
    seconds: float = MOST_SECONDS,
) -> Sequence[Target]:
    """Return the SRV records of a service of a domain; none when it says nothing, or nobody answers in time.

    What the DNS says proves nothing: whoever uses it verifies the server's certificate, for that very name.

    Args:
        domain: As after the @ of an address.
        service: Such as `_imaps._tcp`.
        resolver: Who is asked; the machine's own, when not said.
        seconds: How long an answer is waited for.
    """
    answer = _asked(f"{service}.{domain}.", "SRV", resolver, seconds)
    found = [Target(item.priority, item.weight, item.port, item.target.to_text()) for item in answer]
    return sorted(found)[:MOST_RECORDS]


def mail_exchangers(
    domain: str, resolver: dns.resolver.Resolver | None = None, seconds: float = MOST_SECONDS
) -> Sequence[str]:
    """Return the hosts that take the mail of a domain (MX); none when it says nothing, or nobody answers in time."""
    answer = _asked(f"{domain}.", "MX", resolver, seconds)
    return sorted(item.exchange.to_text() for item in answer)[:MOST_RECORDS]


def _asked(name: str, kind: str, resolver: dns.resolver.Resolver | None, seconds: float) -> Sequence[Any]:
    try:
        asked = dns.resolver.get_default_resolver() if resolver is None else resolver
        return list(asked.resolve(name, kind, lifetime=seconds, search=False))
    except (dns.exception.DNSException, OSError, UnicodeError):
        return ()
