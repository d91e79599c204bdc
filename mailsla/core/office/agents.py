"""Agents, reduced to the office once pairing needs no more of them (DOMAIN: Privacy)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailsla.core.mail.addresses import is_reduced, plain
from mailsla.core.mail.erased import ERASED
from mailsla.core.mail.machine_words import DAEMON
from mailsla.core.office.correspondents import Office


def reduced(people: Mapping[str, Sequence[str]], office: Office) -> dict[str, list[str]] | None:
    """Return the addresses of a mail with each agent's reduced to the office, by field; None when no agent is named.

    What the site declares stays: services, forms, whatever else a rule names; so do machines.

    >>> reduced({"to": ["p.martin@pref.example.fr", "a@b.example"]}, Office(domains=("pref.example.fr",)))
    {'to': ['…@pref.example.fr', 'a@b.example']}
    """
    lean = {
        field: [_office_of(address) if _is_agent(address, office) else address for address in addresses]
        for field, addresses in people.items()
    }
    return None if lean == {field: list(addresses) for field, addresses in people.items()} else lean


def _office_of(address: str) -> str:
    return f"{ERASED}@{address.rpartition('@')[2]}"


def _is_agent(address: str, office: Office) -> bool:
    bare = plain(address)
    return (
        office.has_host(bare.rpartition("@")[2])
        and not _is_declared(bare, office)
        and not DAEMON.match(address)
        and not is_reduced(address)
    )


def _is_declared(bare: str, office: Office) -> bool:
    """Tell whether the site names an address, without its tag, for what it is."""
    named = (office.addresses, office.form_senders, office.never_requests)
    is_actions = office.actions is not None and bare == plain(office.actions)
    return is_actions or any(bare in each for each in named) or office.service_of_address((bare,)) is not None
