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

    def cut(period: Period | None, grain: Grain) -> tuple[PeriodLine, ...]:
        if period is None:
            return ()
        found = commands.report(
            app, (period,), service=built.service, grain=grain, by=widest.by, at=built.at, most_overdue=1
        )
        return found.sections[0].by_period

    return Series(
        weeks=cut(series.weeks_shown(asked, built.today), Grain.WEEK),
        days=cut(series.days_shown(widest.period, built.today), Grain.DAY),
    )
