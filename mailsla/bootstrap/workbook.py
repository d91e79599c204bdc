"""What a report's workbook lists beside its figures, as it is at the report's own instant."""

from __future__ import annotations

from mailsla.bootstrap import commands
from mailsla.bootstrap.application import Application
from mailsla.core.pairing.decision import taken_back
from mailsla.core.rate import series
from mailsla.core.rate.report import Report
from mailsla.core.rate.selection import Selection
from mailsla.presentation.pages.report_workbook import Lists
from mailsla.usecases.listing import Asked, Listing


def lists_of(app: Application, built: Report, *, known_then: bool) -> Lists:
    """Return the lists of a report.

    Args:
        app: The site.
        built: The report.
        known_then: Whether it speaks of a past instant. The registers are then left out, for they say what was decided
            and published by now; of one service too, for they are the whole office's.
    """
    widest = series.pictured(built.sections)
    wanted = Selection(period=widest.period, by=widest.by, counted=True, service=built.service)
    count = app.site.settings.replies.count_follow_ups
    asked_of = Asked(wanted, built.standard, built.at, count_follow_ups=count)
    items = tuple(Listing(app.store.derivations, app.store.decisions, asked_of, with_doubts=False))
    if known_then or built.service is not None:
        return Lists(items)
    decisions = app.store.decisions.taken()
    undone = taken_back(decisions)
    return Lists(
        items,
        decisions=[(item, undone.get(item.number), ()) for item in decisions],
        publications=[
            (item.published, item.revision, item.followed_by)
            for item in commands.registered_publications(app)
        ],
    )
