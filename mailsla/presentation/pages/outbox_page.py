"""The answer of `mailsla alerts`: the mails to send now, as they would be, and what became of the last ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.alerts.outgoing import ACTIONS, DIGEST, DropReason, OutgoingState
from mailsla.core.alerts.scheduled_reports import REPORT
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words
from mailsla.presentation.pages.page import Cell, Column, Emphasis, Line, Page, Row, Section, Table


def outbox_page(
    due: Sequence[tuple[str, str, str]], history: Iterable[OutgoingState], zone: ZoneInfo
) -> Page:
    """Return the page; `due` holds the recipient, the subject and the text of each mail to send."""
    lines = [line for mail in due for line in _mail(*mail)]
    nothing = Line(_("Aucune alerte à envoyer maintenant."))
    sent = list(history)
    past = _history(sent, zone) if sent else Line(_("Aucune alerte n'est encore partie."))
    return Page(sections=(Section("", tuple(lines or [nothing])), Section("", (past,))))


def journal_page(history: Iterable[OutgoingState], zone: ZoneInfo) -> Page:
    """Return every mail that was due, the newest first: what it was for, and what became of it, with the reason."""
    rows: tuple[Row, ...] = tuple(
        (
            Cell(words.short_day(state.day), state.day),
            Cell(words.safe(state.recipient, 100)),
            Cell(_kind(state)),
            Cell(str(state.announced), state.announced),
            Cell(str(state.attempts), state.attempts),
            Cell(_state(state, zone)),
        )
        for state in history
    )
    titles = (_("Jour"), _("Pour"), _("Nature"), _("Demandes"), _("Essais"), _("État"))
    nothing = Line(_("Aucune alerte n'est encore partie."))
    table = Table(tuple(Column(title) for title in titles), rows) if rows else nothing
    return Page(sections=(Section("", (table,)),))


def _mail(recipient: str, subject: str, text: str) -> Iterable[Line]:
    yield Line(_("À envoyer à {recipient}").format(recipient=recipient), Emphasis.STRONG)
    yield Line(_("Objet : {subject}").format(subject=subject))
    yield Line("")
    yield Line(text)


def _history(history: Iterable[OutgoingState], zone: ZoneInfo) -> Table:
    rows: tuple[Row, ...] = tuple(
        (
            Cell(state.recipient),
            Cell(words.short_day(state.day), state.day),
            Cell(str(state.announced), state.announced),
            Cell(_state(state, zone)),
        )
        for state in history
    )
    titles = (_("Pour"), _("Jour"), _("Demandes"), _("État"))
    return Table(tuple(Column(title) for title in titles), rows)


def _state(of: OutgoingState, zone: ZoneInfo) -> str:
    if of.sent_at is not None:
        return _("envoyée le {instant}").format(instant=words.instant(of.sent_at, zone))
    if of.dropped is not None:
        return _dropped(of.dropped, of.kind)
    if of.refused is not None:
        return _("refusée : {reason}").format(reason=words.safe(of.refused))
    return ngettext("en attente d'envoi ({n} essai)", "en attente d'envoi ({n} essais)", of.attempts).format(
        n=of.attempts
    )


def _kind(of: OutgoingState) -> str:
    named = {DIGEST: _("alerte"), REPORT: _("rapport"), ACTIONS: _("actions")}
    return named.get(of.kind, _("alarme"))


def _dropped(why: DropReason, kind: str) -> str:
    over = _("abandonnée : le jour était passé, le nécessaire a été redit ensuite")
    if kind == REPORT:
        over = _("abandonné : un rapport plus récent le remplace, ou personne ne le demande plus")
    return {
        DropReason.DAY_OVER: over,
        DropReason.CLOSED_DAY: _("abandonnée : jour fermé"),
        DropReason.NOTHING_LEFT: _("abandonnée : plus rien n'était à dire"),
    }[why]
