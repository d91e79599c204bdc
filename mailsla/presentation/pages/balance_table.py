"""The balance of all mail as a table: each mail in one class, and how they add up."""

from __future__ import annotations

from mailsla.core.pairing.balance import Balance
from mailsla.language import gettext as _
from mailsla.presentation import balance_lines, words
from mailsla.presentation.pages.page import Alignment, Cell, Column, Emphasis, Fit, Row, Table
from mailsla.presentation.told import figure


def balance(of: Balance) -> Table:
    """In which class each mail is, and how they add up, with the command that lists each."""
    rows = tuple(map(_class, balance_lines.lines(of)))
    columns = (
        Column(_("Courriels")),
        Column(_("Nombre"), Alignment.RIGHT, Fit.WHOLE),
        Column(_("Leur liste : mailsla mails"), fit=Fit.WHOLE),
    )
    return Table(columns, rows)


def _class(line: balance_lines.Line) -> Row:
    emphasis = Emphasis.STRONG if line.is_sum else Emphasis.PLAIN
    return (
        Cell(line.label, emphasis=emphasis),
        Cell(figure(words.number(line.count), line.count, line.of), line.count, emphasis),
        Cell(line.options, emphasis=Emphasis.DIM),
    )
