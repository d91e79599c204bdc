"""What a sample of a mailbox shows of its office: its other domains, its services, its forms, what its server says.

Nothing is decided here: each is proposed to a person, with how many mails show it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mailsla.core.mail.addresses import plain
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.message_ids import answered_between
from mailsla.core.office.authorship import trace_of, vouching_server
from mailsla.core.office.correspondents import Office
from mailsla.core.office.shared_domains import is_shared
from mailsla.core.office.sides import looks_like_a_form

FEWEST = 3
"""So many mails show a domain, a service's address or what a server says before it is proposed."""

MOST_PROPOSED = 12

_AGENT = re.compile(r"[^\W\d_][\w'-]*\.[^\W\d_][\w'-]*")
"""The local part of a person's address, as préfectures give them: `prenom.nom`."""

Shown = tuple[tuple[str, int], ...]
"""What is proposed, each with how many mails show it, the most first."""


class SampledMail(NamedTuple):
    """A mail of the sample: what its mailbox holds, its header, and that mailbox's name."""

    role: MailboxRole
    header: Header
    mailbox: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a sample shows.

    Attributes:
        mails: How many mails were looked at.
        domains: Domains of ours beside the address's own: sent mail is from there.
        services: Addresses of ours that citizens write to, beside that of the account; no person's own.
        forms: Addresses of ours that write as forms do.
        vouching: The name under which our server says what it verified; empty unless it says so of all that came.
        vouched: Of how many mails from outside it says so.
        answered: How many citizens' mails answer a mail of ours.
        unseen: How many of them answer one that is not in the sample: agents send from a box that is not read, or
            the mail is older.
        sent: How many mails of the sample were sent.
    """

    mails: int = 0
    domains: Shown = ()
    services: Shown = ()
    forms: Shown = ()
    vouching: str = ""
    vouched: int = 0
    answered: int = 0
    unseen: int = 0
    sent: int = 0


def is_a_service(address: str, office: Office) -> bool:
    """Tell whether an address, without its tag, is the office's and is no person's."""
    return office.includes(address) and not _AGENT.fullmatch(address.partition("@")[0])


def surroundings(address: str, sample: Sequence[SampledMail]) -> Surroundings:
    """Return what a sample of the mailbox of `address` shows."""
    own = plain(address).rpartition("@")[2]
    domains = _domains(own, sample)
    known = () if is_shared(own) else (own,)
    office = Office(
        domains=(*known, *(name for name, _count in domains)), addresses=frozenset({plain(address)})
    )
    received = [mail.header for mail in sample if mail.role is not MailboxRole.SENT]
    outside = [header for header in received if header.senders and not office.wrote(header)]
    forms = [header for header in received if looks_like_a_form(header, office)]
    vouching, vouched = _vouching(outside, office)
    written = _ids_by_writer(outside)
    answered = [found for header in outside if (found := _answered(header, office, written))]
    ids = {mail.header.message_id for mail in sample}
    return Surroundings(
        mails=len(sample),
        domains=domains,
        services=_services(plain(address), [*outside, *forms], office),
        forms=_forms(plain(address), sample, forms),
        vouching=vouching,
        vouched=vouched,
        answered=len(answered),
        unseen=sum(found not in ids for found in answered),
        sent=sum(mail.role is MailboxRole.SENT for mail in sample),
    )


def _most(found: Iterable[str], fewest: int = 1) -> Shown:
    counts = Counter(found)
    shown = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((name, count) for name, count in shown if count >= fewest)[:MOST_PROPOSED]


def _domains(own: str, sample: Iterable[SampledMail]) -> Shown:
    """Return the domains that sent mail is from, beside the address's own: only who may log in puts mail there.

    What a received mail says of whom it was delivered for, anybody can write.
    """
    seen = (
        domain
        for mail in sample
        if mail.role is MailboxRole.SENT
        for domain in {address.rpartition("@")[2] for address in mail.header.senders}
        if domain != own and not domain.endswith(f".{own}") and not is_shared(domain)
    )
    return _most(seen, FEWEST)


def _forms(address: str, sample: Iterable[SampledMail], forms: Sequence[Header]) -> Shown:
    """Return the addresses that only ever write as forms do: never the account's own, nor one that sends letters.

    Anybody may write as an address of ours and ask to be answered elsewhere: taken for a form, its replies would be
    none of ours.
    """
    as_forms = set(map(id, forms))
    people = {sender for mail in sample if id(mail.header) not in as_forms for sender in mail.header.senders}
    wrote = (header.senders[0] for header in forms)
    return _most((sender for sender in wrote if plain(sender) != address and sender not in people), FEWEST)


def _services(address: str, asked: Iterable[Header], office: Office) -> Shown:
    written_to = (
        found
        for header in asked
        for found in {plain(item) for item in header.to + header.cc}
        if found != address and is_a_service(found, office)
    )
    return _most(written_to, FEWEST)


def _ids_by_writer(outside: Iterable[Header]) -> Mapping[str, Collection[str]]:
    written: dict[str, set[str]] = {}
    for header in outside:
        if header.message_id is not None:
            written.setdefault(header.senders[0], set()).add(header.message_id)
    return written


def _answered(header: Header, office: Office, written: Mapping[str, Collection[str]]) -> str | None:
    """Return the mail of ours that a citizen's answers: as In-Reply-To says, else the last of References."""
    named = (*header.in_reply_to, *reversed(header.references))
    ours = next((item for item in named if office.made(item)), None)
    return ours or answered_between(header.in_reply_to, header.references, written.get(header.senders[0], ()))


def _vouching(outside: Sequence[Header], office: Office) -> tuple[str, int]:
    """Return the server that says what it verified of every mail from outside, and of how many; otherwise nothing.

    One that says so of some mails alone may be anybody's, further on their way.
    """
    traces = [trace for header in outside if (trace := trace_of(header, office)) is not None]
    name = vouching_server(traces, office)
    said = sum(any(item.server == name for item in trace.results) for trace in traces)
    return (name, said) if name and said >= max(FEWEST, len(traces)) else ("", 0)
