"""Holds what a configuration says against the mails, the servers and the files: what would make figures wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Protocol

from mailsla.core.alerts import advice
from mailsla.core.alerts.advice import Advice, WaitingMail
from mailsla.core.clock.working_days import DayKind, WorkingCalendar
from mailsla.core.mail.mailbox_names import is_among
from mailsla.core.office.shared_domains import is_shared

NEAR = 0.6
"""How alike two names are that may be one, misspelt (`difflib`: twice what matches, over both lengths)."""


class Counts(Protocol):
    """What was derived of mails, counted."""

    def services_seen(self) -> Mapping[str | None, int]:
        """Count the requests of each service; None for those of none."""

    def left_out_kinds(self) -> Mapping[str, int]:
        """Count the mails that were left out, by kind."""


class WaitingMails(Protocol):
    """Outgoing mails that have not left."""

    def waiting(self) -> Sequence[WaitingMail]:
        """Return them, the oldest first."""


@dataclass(frozen=True)
class DeclaredAccount:
    """What the configuration says of an account.

    Attributes:
        name: Its name.
        domain: That of its address; empty when its login is none.
        since: From which day on it is read; None for all.
        names: Key → the mailboxes that it names.
    """

    name: str
    domain: str
    since: date | None
    names: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Declared:
    """What the configuration says, as far as mails, servers and files can show that it is wrong.

    Attributes:
        accounts: Each account.
        domains: Those of the office.
        services: Their names.
        names: Key → the mailboxes that it names, in any account.
        closures: The days that are declared closed.
        open_files: Files that everybody may read and should not, each with its mode.
    """

    accounts: Sequence[DeclaredAccount] = ()
    domains: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    closures: Sequence[date] = ()
    open_files: Sequence[tuple[str, str]] = ()


def of_configuration(
    declared: Declared, calendar: WorkingCalendar, on_servers: Mapping[str, Collection[str]], now: datetime
) -> Iterator[Advice]:
    """Say what is wrong with a configuration by itself, and beside what the servers list.

    Args:
        declared: What it says.
        calendar: The site's.
        on_servers: Account → the names of its mailboxes; without those that could not be listed.
        now: The present.
    """
    shared = tuple(filter(is_shared, declared.domains))
    if shared:
        yield advice.DomainsShared(shared, tuple(item for item in declared.domains if item not in shared))
    for account in declared.accounts:
        yield from _of_account(account, declared.domains, calendar.local_date(now))
        if account.name in on_servers:
            yield from _unknown(account.name, account.names, on_servers[account.name])
    if on_servers.keys() >= {account.name for account in declared.accounts}:
        everywhere = {name for names in on_servers.values() for name in names}
        yield from _unknown("", declared.names, everywhere)
    for on in declared.closures:
        if calendar.first <= on <= calendar.last:
            kind = _closed_anyway(on, calendar)
            if kind is not None:
                yield advice.ClosedAnyway(on, kind)
    for path, mode in declared.open_files:
        yield advice.FileOpen(path, mode)


def _of_account(account: DeclaredAccount, domains: tuple[str, ...], today: date) -> Iterator[Advice]:
    if account.since is not None and account.since > today:
        yield advice.SinceAhead(account.name, account.since)
    domain = account.domain
    is_ours = any(domain == ours or domain.endswith(f".{ours}") for ours in domains)
    if domain and not is_ours and not is_shared(domain):
        yield advice.AddressOutside(account.name, domain, domains)


def _unknown(
    account: str, named: Mapping[str, Sequence[str]], listed: Collection[str]
) -> Iterator[advice.NamesUnknown]:
    for key, names in named.items():
        unknown = tuple(name for name in names if not any(is_among(item, [name]) for item in listed))
        if unknown:
            proposed = dict.fromkeys(_nearest(name, listed) if name in unknown else name for name in names)
            yield advice.NamesUnknown(account, key, unknown, tuple(filter(None, proposed)))


def _nearest(name: str, listed: Iterable[str]) -> str:
    """Return the listed name that is most like another; empty when none is."""
    folded = {item.casefold(): item for item in sorted(listed)}
    found = get_close_matches(name.casefold(), folded, n=1, cutoff=NEAR)
    return folded[found[0]] if found else ""


def _closed_anyway(on: date, calendar: WorkingCalendar) -> DayKind | None:
    """Return why a declared closure never counted; None when it would count without it."""
    if on.weekday() >= 5:
        return DayKind.WEEKEND
    return DayKind.HOLIDAY if on in calendar.legal_holidays else None


def of_mails(declared: Declared, counts: Counts) -> Iterator[Advice]:
    """Say which services have no request, how many requests have no service, and what was left out."""
    seen = counts.services_seen()
    total = sum(seen.values())
    empty = tuple(name for name in declared.services if name not in seen)
    if total and empty:
        yield advice.ServicesEmpty(empty, len(declared.services))
    if seen.get(None):
        yield advice.Unassigned(seen[None], total, bool(declared.services))
    kinds = sorted(counts.left_out_kinds().items(), key=lambda item: (-item[1], item[0]))
    if kinds:
        yield advice.LeftOutKinds(tuple(kinds), total)


def of_outbox(mails: WaitingMails, now: datetime) -> Iterator[advice.OutboxWaits]:
    """Say how many outgoing mails should have left and did not."""
    late = [mail for mail in mails.waiting() if mail.is_late(now)]
    if late:
        reasons = dict.fromkeys(mail.refused for mail in late if mail.refused)
        yield advice.OutboxWaits(len(late), min(mail.created_at for mail in late), tuple(reasons))
