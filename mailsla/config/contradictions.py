"""What two entries of a configuration cannot both say: each is refused in one plain sentence that names both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from mailsla.config.office import ClosingSection, FormSection, OfficeSection, Service
from mailsla.config.promises import AcknowledgementSection, CalendarSection, CommitmentSection
from mailsla.config.servers import Account
from mailsla.core.mail.mailbox_names import compared
from mailsla.language import gettext as _

Said = Iterable[tuple[str, str]]
"""Entries, each as the file has it, with something that it says."""


class Actions(Protocol):
    """How actions are asked for by mail."""

    @property
    def address(self) -> str | None:
        """Where the mails go; None for the first account's own address."""


class Entries(Protocol):
    """What the sections say, each of several entries."""

    @property
    def office(self) -> OfficeSection:
        """Who we are."""

    @property
    def accounts(self) -> tuple[Account, ...]:
        """What is collected."""

    @property
    def forms(self) -> tuple[FormSection, ...]:
        """Web forms."""

    @property
    def services(self) -> tuple[Service, ...]:
        """Units of the office."""

    @property
    def commitments(self) -> tuple[CommitmentSection, ...]:
        """Promises."""

    @property
    def acknowledgements(self) -> tuple[AcknowledgementSection, ...]:
        """What the law promises."""

    @property
    def calendar(self) -> CalendarSection:
        """Days that the site adds."""

    @property
    def actions(self) -> Actions | None:
        """How actions are asked for by mail."""

    @property
    def closings(self) -> tuple[ClosingSection, ...]:
        """How agents close a request."""


def contradictions(settings: Entries) -> Iterator[str]:
    """Yield what is wrong, in sentences; addresses are not quoted, for a log may show the sentence."""
    for here, there, name in (found for names in _names(settings) for found in _twice(names)):
        yield _("{first} et {second} portent le même nom, « {name} » ; renommez-en un ou retirez-le.").format(
            first=here, second=there, name=name
        )
    for here, there, day in _twice(_special_days(settings)):
        yield _("{first} et {second} parlent tous deux du {day} ; gardez-en un.").format(
            first=here, second=there, day=day
        )
    for here, there, _sign in (found for signs in _signs(settings) for found in _twice(signs)):
        yield _(
            "{first} et {second} se reconnaissent au même signe (adresse, dossier, mot-clé ou objet) ; laissez-le à un "
            "seul."
        ).format(first=here, second=there)
    if settings.actions is not None and settings.actions.address in _written_to(settings):
        yield _(
            "actions.address reçoit déjà d'autres courriels (un service, un engagement, un formulaire, un chef de "
            "service ou le seul compte relevé) : donnez-lui une adresse à part, comme « contact+actions@… »."
        )


def _written_to(settings: Entries) -> set[str | None]:
    """Return the addresses to which people write: what is written to that of actions alone is no letter."""
    accounts = settings.accounts
    return {
        *(address for item in settings.services for address in item.addresses),
        *(address for item in settings.commitments for address in item.addresses),
        *(item.head for item in settings.services),
        *(sender for item in settings.forms for sender in item.senders),
        *settings.office.form_senders,
        *(account.user.lower() for account in accounts if len(accounts) == 1),
    } - {None}


def _twice(said: Said) -> Iterator[tuple[str, str, str]]:
    """Yield the first entry that says something, another one that says it too, and what."""
    first: dict[str, str] = {}
    for entry, what in said:
        known = first.setdefault(what, entry)
        if known != entry:
            yield known, entry, what


def _names(settings: Entries) -> Iterator[Said]:
    """Yield the names of each section: an account and a service may share one."""
    for section, names in (
        ("accounts", [account.name for account in settings.accounts]),
        ("services", [service.name for service in settings.services]),
        ("commitments", [commitment.category for commitment in settings.commitments]),
        ("acknowledgements", [str(item.preset) for item in settings.acknowledgements]),
    ):
        yield [(f"{section}[{n}]", name) for n, name in enumerate(names, 1)]


def _special_days(settings: Entries) -> Said:
    calendar = settings.calendar
    for section, days in (
        ("closures", [day.on for day in calendar.closures]),
        ("half_days", [day.on for day in calendar.half_days]),
        ("worked_holidays", [day.on for day in calendar.worked_holidays]),
        ("local_holidays", [day.on for day in calendar.local_holidays]),
    ):
        yield from ((f"calendar.{section}[{n}]", on.isoformat()) for n, on in enumerate(days, 1))


def _signs(settings: Entries) -> Iterator[Said]:
    """Yield, for each kind of entry that mail is sorted into, the signs of each."""
    yield (
        (f"services[{n}]", sign)
        for n, item in enumerate(settings.services, 1)
        for sign in _told_apart(item.addresses, item.mailboxes, item.keywords)
    )
    yield (
        (f"commitments[{n}]", sign)
        for n, item in enumerate(settings.commitments, 1)
        for sign in _told_apart(item.addresses, item.mailboxes, (), item.subjects)
    )
    yield (
        (f"closings[{n}] ({item.effect})", sign)
        for n, item in enumerate(settings.closings, 1)
        for sign in _told_apart((), item.mailboxes, item.keywords)
    )
    office = settings.office
    yield (
        *(("office.never_requests", f"address {item}") for item in office.never_requests),
        *(("office.form_senders", f"address {item}") for item in office.form_senders),
        *(
            (f"forms[{n}]", f"address {sender}")
            for n, item in enumerate(settings.forms, 1)
            for sender in item.senders
        ),
    )


def _told_apart(
    addresses: Iterable[str],
    mailboxes: Iterable[str],
    keywords: Iterable[str],
    subjects: Iterable[str] = (),
) -> set[str]:
    return {
        *(f"address {item}" for item in addresses),
        *(f"mailbox {compared(item)}" for item in mailboxes),
        *(f"keyword {item.casefold()}" for item in keywords),
        *(f"subject {item.casefold()}" for item in subjects),
    }
