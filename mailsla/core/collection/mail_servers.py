"""Where the mail server of an address may be: what its domain says in the DNS (RFC 6186), then the usual names.

At the end comes Microsoft 365, where the domain has its mail delivered there: it has no name of the domain's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

IMAPS, IMAP, SUBMISSIONS, SUBMISSION = "_imaps._tcp", "_imap._tcp", "_submissions._tcp", "_submission._tcp"
"""What a domain says in the DNS: RFC 6186 §3, and RFC 8314 §5.1 for submission over implicit TLS."""

IMPLICIT, STARTTLS = "implicit", "starttls"


MICROSOFT = "outlook.office365.com"
_TAKES_ITS_MAIL = (".mail.protection.outlook.com", ".mx.microsoft")
"""Where Microsoft 365 has the mail of its customers' domains delivered; the latter since 2024."""


class Source(StrEnum):
    """Why a server is tried."""

    DNS = "dns"
    USUAL = "usual"
    GIVEN = "given"


class Target(NamedTuple):
    """One SRV record (RFC 2782)."""

    priority: int
    weight: int
    port: int
    host: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A server that may be the one. `tls` is "implicit" or "starttls": nothing is ever said in clear."""

    host: str
    port: int
    tls: str
    source: Source


@dataclass(frozen=True, slots=True)
class Refusal:
    """A server that was tried, and why it is not the one."""

    candidate: Candidate
    reason: str


def imap_candidates(
    domain: str, imaps: Iterable[Target], imap: Iterable[Target], exchangers: Iterable[str] = ()
) -> list[Candidate]:
    """Return where an address of `domain` may be read, the best first, each place once.

    `exchangers` are the hosts that take its mail (MX).

    >>> [(item.host, item.port) for item in imap_candidates("b.fr", [], [])][:2]
    [('imap.b.fr', 993), ('mail.b.fr', 993)]
    """
    usual = [
        (host, port, tls)
        for port, tls in ((993, IMPLICIT), (143, STARTTLS))
        for host in _names(domain, "imap")
    ]
    is_microsoft_s = any(host.rstrip(".").lower().endswith(_TAKES_ITS_MAIL) for host in exchangers)
    there = [Candidate(MICROSOFT, 993, IMPLICIT, Source.DNS)] if is_microsoft_s else []
    return _once([*_said(imaps, IMPLICIT), *_said(imap, STARTTLS), *_usual(usual), *there])


def smtp_candidates(
    domain: str, reads_at: str, submissions: Iterable[Target], submission: Iterable[Target]
) -> list[Candidate]:
    """Return where an address of `domain`, whose mail is read at the host `reads_at`, may hand mails over."""
    hosts = dict.fromkeys([reads_at, *_names(domain, "smtp")])
    usual = [(host, port, tls) for port, tls in ((465, IMPLICIT), (587, STARTTLS)) for host in hosts]
    return _once([*_said(submissions, IMPLICIT), *_said(submission, STARTTLS), *_usual(usual)])


def is_outside(host: str, domain: str) -> bool:
    """Tell whether a server is not of an address's domain: a person confirms it first (RFC 6186 §6).

    >>> is_outside("imap.b.fr", "b.fr"), is_outside("b.fr.evil.example", "b.fr"), is_outside("imap.x.fr", "b.fr")
    (False, True, True)
    """
    host, domain = host.lower().rstrip("."), domain.lower()
    return host != domain and not host.endswith(f".{domain}")


def _names(domain: str, service: str) -> Sequence[str]:
    return (f"{service}.{domain}", f"mail.{domain}", domain)


def _said(targets: Iterable[Target], tls: str) -> Iterator[Candidate]:
    """Yield what a domain says, by priority; a host that is a lone dot says that there is none (RFC 2782)."""
    for target in sorted(targets, key=lambda item: (item.priority, -item.weight, item.host)):
        host = target.host.rstrip(".").lower()
        if host and target.port:
            yield Candidate(host, target.port, tls, Source.DNS)


def _usual(places: Iterable[tuple[str, int, str]]) -> Iterator[Candidate]:
    return (Candidate(host, port, tls, Source.USUAL) for host, port, tls in places)


def _once(found: Iterable[Candidate]) -> list[Candidate]:
    return list({(item.host, item.port): item for item in reversed(list(found))}.values())[::-1]
