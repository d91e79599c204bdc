"""What the pictures of a report show beside its figures, counted as the report itself is."""

from __future__ import annotations

from mailsla.bootstrap import commands
from mailsla.bootstrap.application import Application
from mailsla.core.rate import series
from mailsla.core.rate.period import Grain, Period
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import PeriodLine
from mailsla.core.rate.series import Series


def series_of(app: Application, built: Report, asked: Period | None) -> Series:
    """Return the weeks and the days of a report, at its own instant.

    Args:
        app: The site.
        built: The report.
        asked: The only period that it is about; None for the usual ones.
    """
    widest = series.pictured(built.sections)
    return Series(
        weeks=weeks_of(app, built, asked),
        days=_cut(app, built, series.days_shown(widest.period, built.today), Grain.DAY),
    )


def weeks_of(app: Application, built: Report, asked: Period | None) -> tuple[PeriodLine, ...]:
    """Return the weeks of a report alone, likewise."""
    return _cut(app, built, series.weeks_shown(asked, built.today), Grain.WEEK)


def _cut(app: Application, built: Report, period: Period | None, grain: Grain) -> tuple[PeriodLine, ...]:
    if period is None:
        return ()
    by = series.pictured(built.sections).by
    found = commands.report(
        app, (period,), service=built.service, grain=grain, by=by, at=built.at, most_overdue=1
    )
    return found.sections[0].by_period
