"""The promises beside the main one: how each is kept, on how many, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from mailsla.core.rate import section as measured
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.promises import Keeping, KeptBy, PromiseLine
from mailsla.language import gettext as _
from mailsla.presentation import promise_words, words
from mailsla.presentation.counting import Counting, of_promise
from mailsla.presentation.pages.page import Cell, Column, Emphasis, Fit, Line, Points, Row, Section, Table

_EMPHASIS = {Keeping.KEPT: Emphasis.GOOD, Keeping.ABOVE: Emphasis.GOOD}


def other_promises(cohort: measured.Section, minimum: int, service: str | None = None) -> tuple[Section, ...]:
    """The section about them, with the command that lists each, of one service if told; none of no other promise."""
    lines = [line for line in cohort.promises if _is_shown(line)]
    if not lines:
        return ()
    columns = (
        Column(_("Engagement")),
        Column(_("Dans les temps"), fit=Fit.WHOLE),
        Column(_("Objectif")),
    )
    names = _(" ou ").join(line.promise.name for line in lines)
    blocks = (
        Table(columns, tuple(_row(line, minimum, of_promise(line, cohort, service)) for line in lines)),
        Points(tuple(promise_words.counts(line, of_promise(line, cohort, service)) for line in lines)),
        Line(
            _("Chaque liste : « mailsla requests {options} --promise NOM », où NOM est {names}.").format(
                options=" ".join(_options(cohort, service)), names=names
            ),
            Emphasis.DIM,
        ),
    )
    title = _("Autres engagements – {period}").format(period=words.period_name(cohort.period))
    return (Section(title, blocks),)


def _options(cohort: measured.Section, service: str | None) -> Iterator[str]:
    """Yield what has the lists hold what the figures count."""
    yield f"--period {cohort.period.name}"
    if cohort.by is not Belonging.DUE:
        yield f"--cohort {cohort.by}"
    yield from words.option_of_service(service)


def _is_shown(line: PromiseLine) -> bool:
    """A date is promised only where one was announced; what is configured is shown, were it of nothing."""
    return line.promise.kept_by is not KeptBy.ANNOUNCED_DATE or line.population.counted > 0


def _row(line: PromiseLine, minimum: int, of: Counting) -> Row:
    counts, keeping = line.population, line.keeping(minimum)
    is_said = not line.is_by_counts and counts.fallen_due >= minimum
    emphasis = Emphasis.PLAIN if keeping is None else _EMPHASIS.get(keeping, Emphasis.BAD)
    return (
        Cell(promise_words.name(line.promise), line.promise.name),
        Cell(promise_words.kept(line, minimum, of), counts.attainment if is_said else None),
        Cell(promise_words.target(line, minimum), line.promise.commitment.target, emphasis),
    )
