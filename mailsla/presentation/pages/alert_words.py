"""How an alert says until when, where a mail lies and how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from mailsla.core.alerts.digests import Notice
from mailsla.core.alerts.terms import OVERDUE
from mailsla.language import gettext as _
from mailsla.language import language, ngettext
from mailsla.presentation import words

A_DAY = timedelta(days=1)
A_WEEK = timedelta(days=7)


def day(on: date, today: date) -> str:
    """« jeudi 12 novembre », with its year when that is not today's."""
    return words.day_name(on) if on.year != today.year else words.day_of_year(on)


def until_when(notice: Notice, today: date, zone: ZoneInfo) -> str:
    """Until when a request is to be answered, or since when it should have been."""
    due_on, due_at = notice.verdict.due_on, notice.verdict.due_at
    if due_at is not None:
        said = (
            _("Échéance passée le {instant}")
            if notice.level == OVERDUE
            else _("À répondre avant le {instant}")
        )
        return said.format(instant=words.instant(due_at, zone))
    named = day(due_on, today)
    if notice.level == OVERDUE:
        return _overdue(due_on, -notice.remaining, today, named)
    if due_on != notice.last_on:
        return _due_on_a_closed_day(notice.last_on, today, named)
    if due_on == today:
        return _("À répondre aujourd'hui ({day})").format(day=named)
    if due_on == today + A_DAY:
        return _("À répondre avant demain soir ({day})").format(day=named)
    return _("À répondre avant le {day} au soir").format(day=named)


def _overdue(due_on: date, late: int, today: date, named: str) -> str:
    if due_on == today - A_DAY:
        return _("Échéance passée hier ({day})").format(day=named)
    return _("Échéance passée le {day} ({late} de retard)").format(day=named, late=words.working_days(late))


def _due_on_a_closed_day(last_on: date, today: date, named: str) -> str:
    """The due date is no working day: the last one before it is said too."""
    if last_on == today:
        return _("À répondre aujourd'hui, dernier jour ouvré : l'échéance est le {day}").format(day=named)
    return _("À répondre avant le {last} au soir, dernier jour ouvré : l'échéance est le {day}").format(
        last=day(last_on, today), day=named
    )


def where(mailboxes: Iterable[tuple[str, str]], addresses: Mapping[str, str]) -> str:
    """Where a mail lies, as people name it: « la boîte de réception de contact@… », « contact@…, dossier Permis »."""
    named = []
    for account, mailbox in mailboxes:
        address = addresses.get(account) or words.safe(account, 60)
        if mailbox.upper() == "INBOX":
            named.append(_("la boîte de réception de {address}").format(address=address))
        else:
            named.append(
                _("la boîte {address}, dossier {mailbox}").format(
                    address=address, mailbox=words.mailbox(mailbox)
                )
            )
    return _(" et ").join(named)


def many(count: int, few: Sequence[str]) -> str:
    """A number that begins a sentence: in letters while it is small."""
    return few[count - 1] if 0 < count <= len(few) else words.number(count)


def mails_that_wait(count: int) -> str:
    """« Trois courriels d'usagers attendent »."""
    few = (_("Un"), _("Deux"), _("Trois"), _("Quatre"), _("Cinq"), _("Six"), _("Sept"), _("Huit"), _("Neuf"))
    said = ngettext("{n} courriel d'usager attend", "{n} courriels d'usagers attendent", count)
    return said.format(n=many(count, few))


def counts(notices: Sequence[Notice], backlog: int, today: date) -> str:
    """« 2 courriels à répondre aujourd'hui, 1 avant lundi soir »: the most urgent first."""
    late = sum(item.level == OVERDUE for item in notices)
    coming = [item for item in notices if item.level != OVERDUE]
    now = sum(item.last_on <= today for item in coming)
    later = [item.last_on for item in coming if item.last_on > today]
    parts = [
        (late, _("{n} en retard")),
        (now, _("{n} à répondre aujourd'hui")),
        (len(later), _("{n} à répondre {until}") if not (late or now) else _("{n} {until}")),
        (backlog, _("{n} déjà en retard avant mailsla")),
    ]
    until = _until(max(later), today) if later else ""
    said = [
        words_of.format(n=words.number(count) if place else _mails(count), until=until)
        for place, (count, words_of) in enumerate((count, words_of) for count, words_of in parts if count)
    ]
    return ", ".join(said)


def _mails(count: int) -> str:
    return ngettext("{n} courriel", "{n} courriels", count).format(n=words.number(count))


def _until(last: date, today: date) -> str:
    if last == today + A_DAY:
        return _("avant demain soir")
    if last < today + A_WEEK:
        return _("avant {weekday} soir").format(weekday=format_date(last, "EEEE", locale=language()))
    return _("avant le {day} au soir").format(day=day(last, today))
