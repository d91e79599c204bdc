"""Who wrote: the office, one of its services, a declared web form, or a citizen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from mailsla.core.mail.action_token import names_token, tokens_in
from mailsla.core.mail.addresses import is_reduced, plain
from mailsla.core.mail.header import Header
from mailsla.core.mail.kinds import LIST_FIELDS
from mailsla.core.mail.signs import LEAVING_FIELDS
from mailsla.core.office.forms import Form

_HOSTS = re.compile(r"[@<.]([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?=[>?,;\s]|\Z)")
"""Of what a list says of itself: after an @, or the whole of a List-Id (RFC 2919)."""

_LIST_FIELDS = frozenset((*LIST_FIELDS, *LEAVING_FIELDS))
_REWRITING_FIELDS = _LIST_FIELDS | {"x-original-from", "x-original-sender"}
"""What stands in a mail whose From a list may have rewritten."""

PRIVATE_NETWORKS = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "fc00::/7",
    "127.0.0.0/8",
    "::1/128",
    "169.254.0.0/16",
    "fe80::/10",
)
"""RFC 1918, RFC 4193, this machine, and the line it is on (RFC 3927, RFC 4291 §2.5.6): nothing comes from there that
passed another network."""

MOST_REMEMBERED = 2_048
"""Addresses whose side is remembered; memory does not grow with the mailbox."""


@dataclass(frozen=True, slots=True)
class Service:
    """A unit of the office (« service »).

    Attributes:
        name: As printed on reports.
        addresses: Its own mail addresses, as compared.
        mailboxes: IMAP mailboxes whose mail is for it.
        keywords: IMAP keywords that give it a mail, in any case.
        head: Where its alerts go; None when nobody is to be warned.
    """

    name: str
    addresses: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    head: str | None = None


@dataclass(frozen=True)
class Office:
    """Who "we" are.

    Attributes:
        domains: Our mail domains; their sub-domains are ours too.
        addresses: Addresses of ours outside these domains.
        services: The services, in the order in which they are tried.
        forms: Web forms that write for citizens; never an office agent's.
        never_requests: Addresses, or domains after an @, whose mail asks nothing: a tele-service's notices, reports.
        trusted_authserv_id: The name under which our own server says what it verified of a mail (RFC 8601), in lower
            case; empty when none does.
        networks: Networks of ours beside the private ones, as `198.51.100.0/24`.
        copies_are_trusted: Whether whatever bears an address of ours is believed to be ours.
        message_id_hosts: Hosts, beside those of our domains, whose Message-IDs our mail alone bears.
        actions: Where mails go that ask for an action; empty when only a token tells them from others, None when the
            site takes none.
    """

    domains: tuple[str, ...] = ()
    addresses: frozenset[str] = frozenset()
    services: tuple[Service, ...] = ()
    forms: tuple[Form, ...] = ()
    never_requests: frozenset[str] = frozenset()
    trusted_authserv_id: str = ""
    networks: tuple[str, ...] = ()
    copies_are_trusted: bool = False
    message_id_hosts: tuple[str, ...] = ()
    actions: str | None = None
    _known: dict[str, bool] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def form_senders(self) -> frozenset[str]:
        """Every address from which a declared form writes."""
        return frozenset(address for form in self.forms for address in form.senders)

    @cached_property
    def _service_by_address(self) -> dict[str, str]:
        by_address: dict[str, str] = {}
        for service in self.services:
            for address in service.addresses:
                by_address.setdefault(plain(address), service.name)
        return by_address

    @cached_property
    def _service_by_mailbox(self) -> dict[str, str]:
        by_mailbox: dict[str, str] = {}
        for service in self.services:
            for mailbox in service.mailboxes:
                by_mailbox.setdefault(mailbox, service.name)
        return by_mailbox

    def includes(self, address: str) -> bool:
        """Tell whether `address` is the office's: its domain, a sub-domain, or a declared address.

        A web form's sender is never "us", even in our own domain: it writes for a citizen.
        """
        known = self._known.get(address)
        if known is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            known = self._known[address] = self._includes(address)
        return known

    def _includes(self, address: str) -> bool:
        bare = plain(address)
        if bare in self.form_senders:
            return False
        domain = bare.rpartition("@")[2]
        is_declared = bare in self.addresses or bare in self._service_by_address
        # Of whom nothing is kept but that they were the office's, they stay so, whatever is declared since.
        return self.has_host(domain) or is_declared or is_reduced(bare)

    def never_asks(self, header: Header) -> bool:
        """Tell whether the site declared that what this author writes asks nothing."""
        return bool(self.never_requests) and any(
            not self.never_requests.isdisjoint((bare, f"@{bare.rpartition('@')[2]}"))
            for bare in map(plain, header.senders)
        )

    def may_ask_action(self, header: Header) -> bool:
        """Tell whether a mail may ask for an action, and its body is to be read for that."""
        return self.actions is not None and (self._is_to_actions(header) or names_token(header.subject))

    def asks_action(self, header: Header) -> bool:
        """Tell whether a mail asks for an action, or seems to: it bears a token, or is written to that address alone.

        Whoever wrote it: a forged one asks nothing else either.
        """
        return self.actions is not None and (
            bool(header.asks) or self._is_to_actions(header) or bool(tokens_in(header.subject))
        )

    def _is_to_actions(self, header: Header) -> bool:
        # Not without its tag: it may be all that tells this address from the contact box's.
        return bool(header.to) and all(address == self.actions for address in header.to)

    def has_host(self, host: str) -> bool:
        """Tell whether a host lies in our domains."""
        return host in self.domains or host.endswith(self._sub_domains)

    @cached_property
    def _sub_domains(self) -> tuple[str, ...]:
        """How hosts in our domains end."""
        return tuple(f".{ours}" for ours in self.domains)

    @cached_property
    def _networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(written) for written in (*PRIVATE_NETWORKS, *self.networks))

    def has_machine(self, address: str) -> bool:
        """Tell whether an address is of a network of ours: private, or declared."""
        found = _machine(address)
        return found is not None and any(found in network for network in self._networks)

    def is_answered_by(self, header: Header) -> bool:
        """Tell whether a mail names an id that one of our hosts made."""
        return any(self.made(item) for item in (*header.in_reply_to, *header.references))

    def made(self, message_id: str) -> bool:
        """Tell whether one of our hosts made an id."""
        host = message_id.rpartition("@")[2].lower()
        return self.has_host(host) or host in self.message_id_hosts

    def has_list(self, header: Header) -> bool:
        """Tell whether a mail came through a list of ours: a list's field names a host of our domains."""
        return header.has_any(_LIST_FIELDS) and any(
            self.has_host(host.lower())
            for field in _LIST_FIELDS
            for host in _HOSTS.findall(header.field(field))
        )

    def is_form(self, header: Header) -> bool:
        """Tell whether a declared web form wrote this."""
        return self.form_of(header) is not None

    def form_of(self, header: Header) -> Form | None:
        """Return the declared web form that wrote this."""
        for form in self.forms:
            if form.wrote(header):
                return form
        return None

    def wrote(self, header: Header) -> bool:
        """Tell whether the office wrote this: every address of From is ours, there is one, and no list put it there."""
        is_ours = bool(header.senders) and all(map(self.includes, header.senders))
        return is_ours and not self.rewritten_from(header)

    def rewritten_from(self, header: Header) -> tuple[str, ...]:
        """Return who outside wrote a mail whose From a list or group of ours put its own address in, as DMARC has it.

        « Camille via Contact » : the list says who wrote, in a field of its own or in Reply-To; in Cc where answers go
        to the list (Mailman).
        """
        if not header.has_any(_REWRITING_FIELDS):
            # No list sent it: the case of most mails.
            return ()
        named = self.outside(header.original_from)
        if named or not (header.reply_to or header.cc) or not self.has_list(header):
            return named
        return self.outside(header.reply_to) or (
            self.outside(header.cc) if self._came_by_itself(header) else ()
        )

    def _came_by_itself(self, header: Header) -> bool:
        """Tell whether a list's own address wrote to the list alone, and answers nobody but us: for somebody else."""
        answers = bool(header.in_reply_to or header.references)
        is_its_own = bool(header.to) and set(header.senders) <= set(header.to) and not self.outside(header.to)
        return is_its_own and (not answers or self.is_answered_by(header))

    def outside(self, addresses: tuple[str, ...]) -> tuple[str, ...]:
        """Return the addresses that belong to citizens: neither the office's nor a form's."""
        # Most lists of addresses have none, or one.
        others = [address for address in addresses if not self.includes(address)] if addresses else []
        if others and self.form_senders:
            others = [address for address in others if plain(address) not in self.form_senders]
        return tuple(others)

    def service_of_address(self, addresses: tuple[str, ...]) -> str | None:
        """Return the first service that one of `addresses` belongs to."""
        for address in addresses:
            name = self._service_by_address.get(plain(address))
            if name is not None:
                return name
        return None

    def service_of_mailbox(self, mailbox: str) -> str | None:
        """Return the service that `mailbox` is declared for."""
        return self._service_by_mailbox.get(mailbox)

    def service_of_keyword(self, keyword: str) -> str | None:
        """Return the service that an IMAP keyword is declared for."""
        folded = keyword.casefold()
        return next(
            (item.name for item in self.services if folded in (word.casefold() for word in item.keywords)),
            None,
        )

    def service(self, name: str) -> Service | None:
        """Return the service called `name`."""
        return next((service for service in self.services if service.name == name), None)


@lru_cache(maxsize=MOST_REMEMBERED)
def _machine(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None


UNKNOWN_OFFICE = Office()
"""Nobody is "us": for files looked at without a configuration."""


def requesters(header: Header, office: Office) -> tuple[str, ...]:
    """Return the addresses at which the citizen who wrote `header` can be answered, the best first.

    A declared form says where it puts the address; from anyone else, it is From then Reply-To. An address of
    the office is never a requester's. Empty when nothing says who asks.
    """
    form = office.form_of(header)
    if form is None:
        written = header.senders + header.reply_to + office.rewritten_from(header)
    else:
        written = form.addresses(header, office.outside)
    return tuple(dict.fromkeys(map(plain, office.outside(written))))
