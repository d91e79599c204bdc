"""The answer of `mailsla actions`: what was asked for by mail, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import action_terms, words
from mailsla.presentation.pages.actions_letter import ActLine
from mailsla.presentation.pages.mail_page import addresses
from mailsla.presentation.pages.page import Cell, Column, Emphasis, Fit, Line, Page, Row, Section, Table


def actions_page(found: Sequence[ActLine], zone: ZoneInfo) -> Page:
    """Return the page."""
    if not found:
        return Page(sections=(Section("", (Line(_("Aucune action demandée par courriel."), Emphasis.DIM),)),))
    titles = (_("Quand, par qui"), _("Courriel"), _("Demande"), _("Action"), _("Suite"))
    table = Table(
        tuple(
            Column(title, fit=Fit.WHOLE if number in {1, 2} else Fit.WRAP)
            for number, title in enumerate(titles)
        ),
        tuple(_row(line, zone) for line in found),
    )
    return Page(sections=(Section("", (table, *_below(found))),))


def _row(line: ActLine, zone: ZoneInfo) -> Row:
    act, mail, waits = line
    who = "–" if mail is None else addresses(mail.senders)
    return (
        Cell(_("{instant}, {person}").format(instant=words.instant(act.at, zone), person=who)),
        Cell(words.reference(act.mail), act.mail),
        Cell("–" if act.target is None else words.reference(act.target), act.target),
        Cell(action_terms.action(act.action)),
        Cell(action_terms.outcome(act, waits=waits)),
    )


def _below(found: Sequence[ActLine]) -> Iterator[Line]:
    waiting = sum(waits for _act, _mail, waits in found)
    if waiting:
        yield Line(
            ngettext(
                "{n} action attend le référent : il la confirme par courriel, ou décide de la demande.",
                "{n} actions attendent le référent : il les confirme par courriel, ou décide de chaque demande.",
                waiting,
            ).format(n=waiting)
        )
        yield Line(_("« mailsla decide ‹demande› exclude --reason … », par exemple."), Emphasis.DIM)
