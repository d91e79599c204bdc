"""The tables of the report: the cohorts side by side, and over the period."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from mailsla.core.clock.commitment import Commitment, Unit
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.delays import DelayCurve
from mailsla.core.rate.period import year_before
from mailsla.core.rate.population import Population
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import PeriodLine, Section
from mailsla.core.rate.selection import State
from mailsla.core.rate.standard import Variant
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.counting import FALLEN_DUE, HANDLED, Counting, counting, of_section
from mailsla.presentation.pages.page import NOTHING, Alignment, Bar, Cell, Column, Emphasis, Fit, Row, Table
from mailsla.presentation.told import Named, mention

Figure = tuple[str, Callable[[Section], Cell | Bar]]
"""A figure's label, and how it is told of a cohort."""


def summary(built: Report) -> Table:
    """The figures of every cohort side by side, one figure a row."""
    cohorts = built.sections
    periods = (Column(words.period_name(cohort.period)) for cohort in cohorts)
    rows: tuple[Row, ...] = tuple(
        (Cell(label), *(figure(cohort) for cohort in cohorts))
        for label, figure in (*_standing(built), *_delays(built), *_variants(built))
    )
    return Table((Column(""), *periods), rows, leading=True)


def _standing(built: Report) -> Iterable[Figure]:
    promise, minimum, count = built.commitment, built.minimum, partial(_count_of, built)
    yield (
        _("Taux de respect"),
        lambda cohort: rate_cell(
            cohort.population, minimum, of_section(cohort, built), emphasis=Emphasis.STRONG
        ),
    )
    yield "", lambda cohort: _bar(cohort.population, minimum, promise.target)
    yield _("Objectif"), lambda cohort: _target(cohort, promise, minimum)
    yield _("Chiffre"), lambda cohort: Cell(words.standing(cohort.finality))
    yield _("Échues, répondues dans les temps"), count(lambda cohort: cohort.population.met, State.MET)
    yield (
        _("Échues, hors délai ou sans réponse"),
        count(lambda cohort: cohort.population.missed, State.MISSED),
    )
    if any(cohort.population.not_due for cohort in built.sections):
        yield (
            _("Pas encore échues, répondues"),
            count(lambda cohort: cohort.population.early, State.NOT_DUE_ANSWERED),
        )
        yield (
            _("Pas encore échues, en attente"),
            count(lambda cohort: cohort.population.waiting, State.NOT_DUE_WAITING),
        )
        yield (
            _("Taux final possible, pour les demandes déjà reçues"),
            lambda cohort: Cell(words.interval(cohort.population, minimum)),
        )


def _delays(built: Report) -> Iterable[Figure]:
    minimum = built.minimum
    half, tenth = _("plus de la moitié attendent encore"), _("plus d'une sur dix attend encore")
    yield (
        _("1 demande sur 2 a sa réponse en"),
        lambda cohort: delay_cell(cohort.delays, cohort.delays.median, minimum, half),
    )
    yield (
        _("9 demandes sur 10 ont leur réponse en"),
        lambda cohort: delay_cell(cohort.delays, cohort.delays.ninth_decile, minimum, tenth),
    )
    yield (
        _("1 demande sur 2 a une première réaction en"),
        lambda cohort: delay_cell(cohort.first_responses, cohort.first_responses.median, minimum, half),
    )
    if any(cohort.acknowledged for cohort in built.sections):
        yield (
            _("Accusés de réception"),
            _count_of(built, lambda cohort: cohort.acknowledged, State.ACKNOWLEDGED),
        )
    days = (5, built.commitment.last_day, 15) if built.commitment.unit is Unit.WORKING_DAYS else (5, 10, 15)
    label = _("Estimation : répondues en {days} jours ouvrés").format(
        days=", ".join(map(str, sorted(set(days))))
    )
    yield label, lambda cohort: _answered_by(cohort.delays, sorted(set(days)), minimum)


def _variants(built: Report) -> Iterable[Figure]:
    minimum = built.minimum

    def of(cohort: Section, **changes: Any) -> Counting:
        return of_section(cohort, built).but(**changes)

    yield (
        _("Parmi les demandes reçues dans la période")
        if built.sections[0].by is Belonging.DUE
        else _("Parmi les demandes échues dans la période"),
        lambda cohort: rate_cell(cohort.beside, minimum, of(cohort, by=cohort.by.other)),
    )
    other = built.commitment.compared(built.commitment.comparison.other)
    yield (
        _("Si l'on comptait « {promise} »").format(promise=words.short_promise(other)),
        lambda cohort: rate_cell(cohort.compared, minimum, of(cohort, variant=Variant.OTHER_COMPARISON)),
    )
    if any(
        cohort.closures_changed or cohort.without_closures != replace(cohort.population, excluded=0)
        for cohort in built.sections
    ):
        yield (
            _("Sans les fermetures déclarées"),
            lambda cohort: rate_cell(
                cohort.without_closures, minimum, of(cohort, variant=Variant.WITHOUT_CLOSURES)
            ),
        )
    yield from _otherwise(built)
    yield (
        _("Parmi les demandes traitées sur la période"),
        lambda cohort: rate_cell(cohort.handled, minimum, of(cohort, by=Belonging.DUE), HANDLED),
    )
    if any(cohort.population.excluded for cohort in built.sections):
        yield (
            _("Exclues par décision"),
            _count_of(built, lambda cohort: cohort.population.excluded, State.EXCLUDED),
        )


def _otherwise(built: Report) -> Iterable[Figure]:
    """The answers that no mail gave, and the rate without them; nothing when there is none."""
    if not any(cohort.by_decision or cohort.by_filing for cohort in built.sections):
        return
    count = partial(_count_of, built)
    yield _("Répondues par décision"), count(lambda cohort: cohort.by_decision, State.ANSWERED_BY_DECISION)
    yield _("Répondues par classement"), count(lambda cohort: cohort.by_filing, State.ANSWERED_BY_FILING)
    yield (
        _("Sans ces réponses par décision ou classement"),
        lambda cohort: rate_cell(
            cohort.by_mail, built.minimum, of_section(cohort, built).but(variant=Variant.MAIL_ALONE)
        ),
    )


def rate_columns() -> tuple[Column, ...]:
    """The columns that `rate_cells` fills."""
    return (
        Column(_("Taux de respect"), fit=Fit.WHOLE),
        Column(""),
        Column(_("Hors délai"), Alignment.RIGHT, Fit.WHOLE),
        Column(_("Pas échues"), Alignment.RIGHT, Fit.WHOLE),
    )


def rate_cells(counts: Population, built: Report, of: Counting) -> Row:
    """The rate, its bar, how many were missed and how many have not fallen due."""
    return (
        rate_cell(counts, built.minimum, of),
        _bar(counts, built.minimum, built.commitment.target),
        count_cell(counts.missed, of, State.MISSED),
        count_cell(counts.not_due, of, State.NOT_DUE),
    )


def median(curve: DelayCurve, minimum: int) -> Cell:
    """In how many days one request in two has its answer, of enough of them."""
    days = curve.median if curve.requests >= minimum else None
    return Cell("–") if days is None else Cell(_("{n} j").format(n=days), days)


def over_time(lines: Sequence[PeriodLine], built: Report) -> Table:
    """How each piece of a cohort stands, beside the same of the year before when known."""
    former = [line.former for line in lines]
    columns = (Column(_("Période")), *rate_columns(), Column(_("Chiffre"), fit=Fit.WHOLE))
    rows = tuple(_piece(line, built) for line in lines)
    if not any(former):
        return Table(columns, rows)
    beside = (
        NOTHING
        if line.former is None
        else rate_cell(line.former, built.minimum, counting(built, year_before(line.cut)))
        for line in lines
    )
    return Table(
        (*columns, Column(_("Un an avant"), fit=Fit.WHOLE)),
        tuple((*row, cell) for row, cell in zip(rows, beside, strict=True)),
    )


def _piece(line: PeriodLine, built: Report) -> Row:
    return (
        Cell(mention(words.cut_name(line.period, line.cut), Named.PERIOD, line.cut.name), line.cut.name),
        *rate_cells(line.population, built, counting(built, line.cut)),
        Cell(words.standing(line.finality)),
    )


def _count_of(built: Report, number: Callable[[Section], int], state: State) -> Callable[[Section], Cell]:
    """Return what tells how many requests of a cohort are in a state."""
    return lambda cohort: count_cell(number(cohort), of_section(cohort, built), state)


def count_cell(number: int, of: Counting, state: State) -> Cell:
    """How many are in a state."""
    return Cell(of.number(number, state), number)


def attained(counts: Population, minimum: int) -> Fraction | None:
    """Return the attainment; None when too few have fallen due for a percentage."""
    return None if counts.fallen_due < minimum else counts.attainment


def rate_cell(
    counts: Population,
    minimum: int,
    of: Counting,
    states: tuple[State, State] = FALLEN_DUE,
    emphasis: Emphasis = Emphasis.PLAIN,
) -> Cell:
    """The attainment, or the counts alone of too few."""
    return Cell(of.rate(counts, minimum, states), attained(counts, minimum), emphasis)


def _bar(counts: Population, minimum: int, target: Fraction) -> Cell | Bar:
    share = attained(counts, minimum)
    return NOTHING if share is None else Bar(share, target)


def _target(cohort: Section, commitment: Commitment, minimum: int) -> Cell:
    """Say whether the promise is kept, once that is definitive, and where it stands before; of enough, if covered."""
    target, found = words.percent(commitment.target), cohort.finality
    share = attained(cohort.population, minimum)
    if share is None or not found.is_covered:
        return Cell(target, commitment.target)
    if share >= commitment.target:
        standing = _("{target} : tenu") if found.is_definitive else _("{target} : au-dessus à ce jour")
        return Cell(standing.format(target=target), commitment.target, Emphasis.GOOD)
    standing = _("{target} : non tenu") if found.is_definitive else _("{target} : au-dessous à ce jour")
    return Cell(standing.format(target=target), commitment.target, Emphasis.BAD)


def delay_cell(curve: DelayCurve, days: int | None, minimum: int, unknown: str) -> Cell:
    """In how many days so many have their answer, or what is said where that is not known; nothing of too few."""
    if curve.requests < minimum:
        return Cell("–")
    return Cell(words.delay(curve, days, unknown), days)


def _answered_by(curve: DelayCurve, days: Sequence[int], minimum: int) -> Cell:
    if curve.requests < minimum:
        return Cell("–")
    return Cell(" – ".join(words.percent(curve.answered_by(day)) for day in days))
