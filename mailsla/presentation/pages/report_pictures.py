"""The pictures of the report: weeks, months, delays and days, each with its figures as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from babel.dates import format_date

from mailsla.core.clock.commitment import Unit
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.counted import Counted
from mailsla.core.rate.period import Period
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import PeriodLine, Section
from mailsla.core.rate.selection import State
from mailsla.language import gettext as _
from mailsla.language import language, ngettext
from mailsla.presentation import words
from mailsla.presentation.counting import counting
from mailsla.presentation.pages import report_tables
from mailsla.presentation.pages.drawing import Key, Shade, Stack, Stacks, Step, Steps
from mailsla.presentation.pages.page import Alignment, Cell, Column, Fit, Picture, Table
from mailsla.presentation.told import told

MOST_COLUMNS = 60
"""Columns side by side: more would be too narrow to be told apart."""

LAST_DAY = 15
"""The last working day that delays are drawn for."""


def weeks(lines: Sequence[PeriodLine], built: Report, by: Belonging) -> Iterator[Picture]:
    """Yield the picture of some weeks, where any has a request."""
    titles = {
        Belonging.DUE: _("Demandes échues, semaine par semaine"),
        Belonging.RECEIVED: _("Demandes reçues, semaine par semaine"),
    }
    yield from _columns(titles[by], lines, built, _("Ces semaines en chiffres"))


def pieces(section: Section, built: Report) -> Iterator[Picture]:
    """Yield the picture of a section cut as it was asked for, where it has several pieces and any has a request."""
    titles = {
        Belonging.DUE: _("Demandes échues au fil de la période"),
        Belonging.RECEIVED: _("Demandes reçues au fil de la période"),
    }
    if len(section.by_period) > 1:
        yield from _columns(titles[section.by], section.by_period, built, _("Ces périodes en chiffres"))


def _columns(title: str, lines: Sequence[PeriodLine], built: Report, of_table: str) -> Iterator[Picture]:
    shown = lines[-MOST_COLUMNS:]
    if not any(line.population.counted for line in shown):
        return
    met, due = (sum(getattr(line.population, name) for line in shown) for name in ("met", "fallen_due"))
    target, counted = built.commitment.target, _counted(shown, built)
    said = (
        told(_("{fraction} dans les temps"), fraction=words.out_of(met, due, *counted))
        if due
        else _("aucune demande échue")
    )
    described = told(
        _(
            "Du {first} au {last} : {counted}. Au-dessus de chaque colonne, combien dans les temps, sur combien "
            "d'échues ; le trait est à {target} des échues."
        ),
        first=words.short_day(shown[0].cut.first),
        last=words.short_day(shown[-1].cut.last),
        counted=said,
        target=words.percent(target),
    )
    yield Picture(
        title=title,
        description=described,
        drawing=Stacks(tuple(_stack(line, built) for line in shown), target),
        keys=tuple(_keys(shown, target)),
        told=of_table,
        table=report_tables.over_time(shown, built),
    )


def _counted(lines: Sequence[PeriodLine], built: Report) -> tuple[Counted, Counted]:
    """Return what some pieces that follow each other count together: those in time, and those fallen due."""
    first, last = lines[0].cut.first, lines[-1].cut.last
    of = counting(built, Period("", first, last))
    return of.of(State.MET), of.of(State.FALLEN_DUE)


def _stack(line: PeriodLine, built: Report) -> Stack:
    counts, former = line.population, line.former
    label = [axis_label(line.period)]
    if built.today in line.cut:
        label.append(_("en cours"))
    due = counts.fallen_due
    return Stack(
        label=tuple(label),
        figure=f"{words.number(counts.met)}/{words.number(due)}" if due else "–",
        met=counts.met,
        missed=counts.missed,
        not_due=counts.not_due,
        former=None if former is None else (former.met, former.missed),
        hint=_hint(line),
    )


def _hint(line: PeriodLine) -> str:
    counts, name = line.population, words.cut_name(line.period, line.cut)
    said = [
        _("{fraction} dans les temps").format(fraction=words.out_of(counts.met, counts.fallen_due))
        if counts.fallen_due
        else _("aucune demande échue")
    ]
    if counts.not_due:
        said.append(
            ngettext("{n} pas encore échue", "{n} pas encore échues", counts.not_due).format(
                n=words.number(counts.not_due)
            )
        )
    if line.former is not None and line.former.fallen_due:
        fraction = words.out_of(line.former.met, line.former.fallen_due)
        said.append(_("un an avant : {fraction}").format(fraction=fraction))
    return _("{period} : {said}").format(period=name, said=", ".join(said))


def _keys(lines: Sequence[PeriodLine], target: Fraction) -> Iterator[Key]:
    """Yield what the shades mean that some columns have."""
    yield Key(Shade.MET, _("dans les temps"))
    yield Key(Shade.MISSED, _("hors délai ou sans réponse"))
    if any(line.population.not_due for line in lines):
        yield Key(Shade.NOT_DUE, _("pas encore échues"))
    yield Key(Shade.MARK, _("objectif : {target}").format(target=words.percent(target)))
    if any(line.former is not None and line.former.fallen_due for line in lines):
        yield Key(Shade.FORMER_MET, _("un an avant, dans les temps"))
        yield Key(Shade.FORMER_MISSED, _("un an avant, hors délai ou sans réponse"))


def axis_label(period: Period) -> str:
    """« S46 », « nov. », « T4 », « 2026 », « 13/11 »: what stands under a column."""
    name = period.name
    if "-W" in name:
        return _("S{week}").format(week=int(name[-2:]))
    if "-Q" in name:
        return _("T{quarter}").format(quarter=name[-1])
    if period.first == period.last:
        return format_date(period.first, "dd/MM" if language() == "fr" else "MM-dd", locale=language())
    return format_date(period.first, "MMM", locale=language()) if "-" in name else name


def delays(section: Section, built: Report) -> Iterator[Picture]:
    """Yield how many have their answer by each working day, of enough requests for a share."""
    curve, promise = section.delays, built.commitment
    if curve.requests < max(built.minimum, 1) or not curve.steps:
        return
    last = promise.last_day if promise.unit is Unit.WORKING_DAYS else None
    shares = [curve.answered_by(day) for day in range(LAST_DAY + 1)]
    described = _(
        "Part des demandes qui ont leur réponse à la fin de chaque jour ouvré après la réception. C'est une "
        "estimation : celles qui attendent ou ne sont pas échues y sont aussi, ce que le taux de respect ne fait pas."
    )
    if last is not None and last <= LAST_DAY and shares[last] is not None:
        described += " " + _("Au jour {day}, le dernier dans les temps : {share}.").format(
            day=last, share=words.percent(shares[last])
        )
    keys = [Key(Shade.MET, _("répondues dans le délai") if last is not None else _("répondues"))]
    if last is not None and last < LAST_DAY:
        keys.append(Key(Shade.MISSED, _("répondues plus tard")))
    keys.append(Key(Shade.MARK, _("objectif : {target}").format(target=words.percent(promise.target))))
    yield Picture(
        title=_("Délais de réponse, en jours ouvrés – {period}").format(
            period=words.period_name(section.period)
        ),
        description=described,
        drawing=Steps(
            steps=tuple(_step(day, share) for day, share in enumerate(shares)),
            target=promise.target,
            last=last,
            promise=words.percent(promise.target),
        ),
        keys=tuple(keys),
        told=_("Ces délais en chiffres"),
        table=_by_day(shares),
    )


def _step(day: int, share: Fraction | None) -> Step:
    figure = words.percent(share)
    hint = _("jour {day} : {share}").format(day=day, share=figure)
    return Step(str(day), figure, share, hint)


def _by_day(shares: Sequence[Fraction | None]) -> Table:
    columns = (
        Column(_("Jour ouvré"), Alignment.RIGHT, Fit.WHOLE),
        Column(_("Ont leur réponse à la fin de ce jour (estimation)"), Alignment.RIGHT, Fit.WHOLE),
    )
    return Table(
        columns,
        tuple((Cell(str(day), day), Cell(words.percent(share), share)) for day, share in enumerate(shares)),
    )
