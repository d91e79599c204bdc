"""The report day by day, as a calendar: when requests were due, and on which days the target was missed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from babel.dates import format_date

from mailsla.core.clock.working_days import DayKind
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.period import Period
from mailsla.core.rate.population import Population
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import PeriodLine
from mailsla.core.rate.selection import State
from mailsla.language import gettext as _
from mailsla.language import language, ngettext
from mailsla.presentation import words
from mailsla.presentation.counting import counting
from mailsla.presentation.pages.drawing import DayCell, Days, Key, Shade
from mailsla.presentation.pages.page import Alignment, Cell, Column, Fit, Picture, Table
from mailsla.presentation.told import told

MOST_IN_A_CELL = 99


def calendar(lines: Sequence[PeriodLine], built: Report, by: Belonging) -> Iterator[Picture]:
    """Yield the picture of some days, where any has a request."""
    if not any(line.population.counted for line in lines):
        return
    titles = {
        Belonging.DUE: _("Jour par jour : les demandes échues"),
        Belonging.RECEIVED: _("Jour par jour : les demandes reçues"),
    }
    first, last = lines[0].period.first, lines[-1].period.last
    due = sum(line.population.fallen_due for line in lines)
    missed = sum(line.population.missed for line in lines)
    of = counting(built, Period("", first, last))
    described = told(
        _(
            "Une case par jour, du {first} au {last} ; le chiffre est celui des demandes hors délai ou sans réponse : "
            "{missed} en tout, sur {due} échues."
        ),
        first=words.short_day(first),
        last=words.short_day(last),
        missed=of.number(missed, State.MISSED),
        due=of.number(due, State.FALLEN_DUE),
    )
    cells = tuple(_cell(line, built) for line in lines)
    yield Picture(
        title=titles[by],
        description=described,
        drawing=Days(cells, _weekdays(), tuple(_months(first, last))),
        keys=tuple(_keys({cell.shade for cell in cells}, words.percent(built.commitment.target))),
        told=_("Ces jours en chiffres"),
        table=_table(lines, built),
    )


def _cell(line: PeriodLine, built: Report) -> DayCell:
    counts, on = line.population, line.period.first
    shade = _shade(counts, built, on)
    figure = ""
    if counts.missed:
        figure = str(counts.missed) if counts.missed <= MOST_IN_A_CELL else f"{MOST_IN_A_CELL}+"
    return DayCell(on, shade, figure, _hint(counts, built, on))


def _shade(counts: Population, built: Report, on: date) -> Shade:
    share = counts.attainment
    if share is None:
        if counts.not_due:
            return Shade.NOT_DUE
        return Shade.EMPTY if built.standard.clock.calendar.is_working(on) else Shade.CLOSED
    if not counts.missed:
        return Shade.MET
    return Shade.KEPT if share >= built.commitment.target else Shade.MISSED


def _hint(counts: Population, built: Report, on: date) -> str:
    """What is said of a day; nothing of one without any request, unless it is a holiday or a closure."""
    day = built.standard.clock.calendar.day(on)
    said = []
    if counts.fallen_due:
        fraction = words.out_of(counts.met, counts.fallen_due)
        said.append(_("{fraction} dans les temps").format(fraction=fraction))
    if counts.not_due:
        said.append(
            ngettext("{n} pas encore échue", "{n} pas encore échues", counts.not_due).format(
                n=words.number(counts.not_due)
            )
        )
    if day.kind not in {DayKind.WORKING, DayKind.WEEKEND} and day.name:
        said.append(words.safe(day.name))
    if not said:
        return ""
    return _("{period} : {said}").format(period=words.short_day(on), said=", ".join(said))


def _keys(shades: set[Shade], target: str) -> Iterator[Key]:
    """Yield what the shades mean that some days have."""
    texts = {
        Shade.MET: _("toutes dans les temps"),
        Shade.KEPT: _("au moins {target} dans les temps").format(target=target),
        Shade.MISSED: _("moins de {target} dans les temps").format(target=target),
        Shade.NOT_DUE: _("pas encore échues"),
        Shade.CLOSED: _("jour non ouvré"),
    }
    return (Key(shade, text) for shade, text in texts.items() if shade in shades)


def _weekdays() -> tuple[str, ...]:
    monday = date(2024, 1, 1)
    return tuple(
        format_date(monday + timedelta(days=number), "EEE", locale=language()).removesuffix(".")
        for number in range(7)
    )


def _months(first: date, last: date) -> Iterator[tuple[date, str]]:
    """Yield the first day of each month, and how it is called."""
    on = first
    while on <= last:
        yield on, format_date(on, "MMM", locale=language())
        on = (on.replace(day=1) + timedelta(days=31)).replace(day=1)


def _table(lines: Sequence[PeriodLine], built: Report) -> Table:
    columns = (
        Column(_("Jour"), fit=Fit.WHOLE),
        Column(_("Dans les temps"), Alignment.RIGHT, Fit.WHOLE),
        Column(_("Hors délai"), Alignment.RIGHT, Fit.WHOLE),
        Column(_("Pas échues"), Alignment.RIGHT, Fit.WHOLE),
    )
    rows = tuple(
        (
            Cell(words.short_day(line.period.first), line.period.first),
            *(
                Cell(counting(built, line.cut).number(count, state), count)
                for count, state in (
                    (line.population.met, State.MET),
                    (line.population.missed, State.MISSED),
                    (line.population.not_due, State.NOT_DUE),
                )
            ),
        )
        for line in lines
        if line.population.counted
    )
    return Table(columns, rows)
