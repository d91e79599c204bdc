"""Builds values for tests, showing only what matters to each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.clock.receipt import ReceiptRule
from mailsla.core.clock.verdict import Clock
from mailsla.core.clock.working_days import DayKind, SpecialDay, WorkingCalendar
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.identity import identity
from mailsla.core.office.correspondents import Office, Service
from mailsla.core.office.forms import Form
from mailsla.core.pairing.rules import PairingRules

PARIS = ZoneInfo("Europe/Paris")
CONTACT = "contact@pref.example.fr"
CITIZEN = "camille.durand@example.org"
FOREIGNERS = Service(
    "Étrangers", ("etrangers@pref.example.fr",), ("Étrangers",), (), "chef.etrangers@pref.example.fr"
)
LICENCES = Service("Permis", ("permis@pref.example.fr",), ("Permis",), (), "chef.permis@pref.example.fr")
OFFICE = Office(
    domains=("pref.example.fr",),
    services=(FOREIGNERS, LICENCES),
    forms=(Form(frozenset({"formulaire@pref.example.fr"})),),
)
RULES = PairingRules(OFFICE)
PROMISE = Commitment("information", 10, Comparison.LESS_THAN, Fraction(4, 5))

# Code du travail, art. L3133-1, for the years that tests speak of; typed by hand.
METROPOLE_DAYS = (
    "2024-01-01 2024-04-01 2024-05-01 2024-05-08 2024-05-09 2024-05-20 2024-07-14 2024-08-15 2024-11-01 "
    "2024-11-11 2024-12-25 2025-01-01 2025-04-21 2025-05-01 2025-05-08 2025-05-29 2025-06-09 2025-07-14 "
    "2025-08-15 2025-11-01 2025-11-11 2025-12-25 2026-01-01 2026-04-06 2026-05-01 2026-05-08 2026-05-14 "
    "2026-05-25 2026-07-14 2026-08-15 2026-11-01 2026-11-11 2026-12-25 2027-01-01 2027-03-29 2027-05-01 "
    "2027-05-06 2027-05-08 2027-05-17 2027-07-14 2027-08-15 2027-11-01 2027-11-11 2027-12-25"
).split()
ALSACE_MOSELLE_DAYS = [
    *METROPOLE_DAYS,
    *"2024-03-29 2024-12-26 2025-04-18 2025-12-26 2026-04-03 2026-12-26 2027-03-26 2027-12-26".split(),
]
GUYANE_DAYS = [*METROPOLE_DAYS, *(f"{year}-06-10" for year in range(2024, 2028))]


def working_calendar(
    holidays: Sequence[str] = METROPOLE_DAYS, *, zone: str = "Europe/Paris", closures: Sequence[str] = ()
) -> WorkingCalendar:
    """Return the calendar of 2024 to 2027 with these days off."""
    return _calendar(tuple(holidays), zone, tuple(closures))


@cache
def _calendar(holidays: tuple[str, ...], zone: str, closures: tuple[str, ...]) -> WorkingCalendar:
    """Return a calendar, built once: it is only read, and building takes longer than most tests."""
    return WorkingCalendar(
        zone=ZoneInfo(zone),
        first_year=2024,
        last_year=2027,
        special_days=[
            *(SpecialDay(date.fromisoformat(on), DayKind.HOLIDAY, "férié", "loi") for on in holidays),
            *(SpecialDay(date.fromisoformat(on), DayKind.CLOSURE, "pont", "site") for on in closures),
        ],
    )


METROPOLE = working_calendar()


def clock(calendar: WorkingCalendar = METROPOLE, **receipt: object) -> Clock:
    """Return a clock, with options of the receipt rule."""
    return Clock(calendar, ReceiptRule(**receipt))  # type: ignore[arg-type]  # (fields by name: a wrong one raises)


def paris(written: str) -> datetime:
    """Return an instant written in Paris time: `2026-11-13 08:30`."""
    return datetime.fromisoformat(written).replace(tzinfo=PARIS).astimezone(UTC)


def mail(
    at: str,
    *,
    by: str = CITIZEN,
    to: str | Sequence[str] = CONTACT,
    cc: Sequence[str] = (),
    subject: str = "Renouvellement de mon titre",
    message_id: str | None = None,
    replies_to: str | None = None,
    references: Sequence[str] = (),
    reply_to: Sequence[str] = (),
    thread_index: str | None = None,
    kept: Sequence[tuple[str, str]] = (),
    copies: Sequence[Copy] | None = None,
    dated: str | None = None,
) -> Mail:
    """Return a mail received, or sent by the office, at `at` in Paris time.

    Without `message_id`, it has one made of its author and instant.
    """
    instant = paris(at)
    sent_at = instant if dated is None else paris(dated)
    header = Header(
        message_id=message_id or f"{by.partition('@')[0]}.{instant:%Y%m%d%H%M%S}@mail.example",
        in_reply_to=(replies_to,) if replies_to else (),
        references=tuple(references),
        thread_index=thread_index,
        subject=subject,
        sent_at=sent_at,
        senders=(by,) if by else (),
        reply_to=tuple(reply_to),
        to=(to,) if isinstance(to, str) else tuple(to),
        cc=tuple(cc),
        kept=tuple(kept),
    )
    role = MailboxRole.SENT if OFFICE.wrote(header) else MailboxRole.INBOX
    name = "Sent" if role is MailboxRole.SENT else "INBOX"
    return Mail(
        key=identity(header),
        header=header,
        first_seen_at=instant + timedelta(days=400),
        copies=tuple(copies) if copies is not None else (Copy("contact", name, role, instant),),
    )


def reply(at: str, to: Mail, *, by: str = CONTACT, **changes: object) -> Mail:
    """Return the office's reply to a mail, tied by In-Reply-To."""
    return mail(
        at,
        by=by,
        to=to.header.senders,
        subject=f"RE : {to.header.subject}",
        replies_to=to.header.message_id,
        **changes,  # type: ignore[arg-type]  # (fields by name: a wrong one raises)
    )
