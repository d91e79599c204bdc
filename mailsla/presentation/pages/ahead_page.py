"""The alerts of a day to come: to whom, of what, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from mailsla.core.alerts.digests import Digest, Notice
from mailsla.core.alerts.recipients import Because
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words
from mailsla.presentation.pages.page import Cell, Column, Emphasis, Line, Page, Row, Section, Table


def ahead_page(mails: Sequence[tuple[Digest, str, Sequence[Because]]], at: datetime, zone: ZoneInfo) -> Page:
    """Return the page; each mail with its subject, and why its reader is told of each of its requests."""
    local = at.astimezone(zone)
    said = _("Alertes du {day}, {hour}, si rien n'est reçu, répondu ni décidé d'ici là :").format(
        day=words.day_name(local.date()), hour=words.hour(at, zone)
    )
    nothing = Section("", (Line(_("Aucune alerte ne partira ce jour-là à cette heure.")),))
    found = tuple(Section("", tuple(_mail(*mail))) for mail in mails)
    return Page(lines=(Line(said),), sections=found or (nothing,))


def _mail(digest: Digest, subject: str, why: Sequence[Because]) -> Iterator[Line | Table]:
    yield Line(
        _("À {recipient} : {subject}").format(recipient=digest.recipient, subject=subject), Emphasis.STRONG
    )
    if digest.notices:
        yield Table(
            tuple(map(Column, (_("Demande"), _("Service"), _("Échéance"), _("Quand"), _("Pourquoi lui")))),
            tuple(_row(notice, reason) for notice, reason in zip(digest.notices, why, strict=True)),
        )
    if digest.backlog:
        yield Line(
            ngettext(
                "Et {n} demande qui était déjà en retard au premier relevé.",
                "Et {n} demandes qui étaient déjà en retard au premier relevé.",
                len(digest.backlog),
            ).format(n=len(digest.backlog))
        )


def _row(notice: Notice, reason: Because) -> Row:
    due = notice.verdict.due_on
    return (
        Cell(words.reference(notice.request.key)),
        Cell(words.assignee(notice.request.service)),
        Cell(words.short_day(due), due),
        Cell(_when(notice.remaining), notice.remaining),
        Cell(_reason(reason)),
    )


def _when(remaining: int) -> str:
    if remaining < 0:
        late = -remaining
        return ngettext("{n} jour ouvré de retard", "{n} jours ouvrés de retard", late).format(n=late)
    if remaining == 0:
        return _("le jour même")
    return ngettext("{n} jour ouvré avant", "{n} jours ouvrés avant", remaining).format(n=remaining)


def _reason(of: Because) -> str:
    return {
        Because.SERVICE: _("son service"),
        Because.NOBODY_ELSE: _("personne d'autre n'est nommé"),
        Because.LATE: _("le retard dépasse son seuil"),
    }[of]
