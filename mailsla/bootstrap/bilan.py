"""What a bilan tells beside the report of its year, from this site's store."""

from __future__ import annotations

from collections.abc import Sequence

from mailsla.bootstrap import commands
from mailsla.bootstrap.application import Application
from mailsla.core.rate import note
from mailsla.core.rate.report import Report
from mailsla.core.rate.selection import Selection, State
from mailsla.core.rate.standard import Judged
from mailsla.presentation.pages.fill_in import Part
from mailsla.presentation.pages.gathered import Gathered
from mailsla.usecases.listing import Sample

DRAWN = 20
"""Requests to be recounted by hand."""


def gathered(app: Application, built: Report, parts: Sequence[Part]) -> Gathered:
    """Return it; what people filled in is given."""
    year = built.sections[0]
    notes = note.about(note.in_force(app.store.notes.all()), year.period)
    seed = year.period.first.year
    wanted = Selection(period=year.period, by=year.by, counted=True)
    published = [
        (item.published, item.revision, item.followed_by)
        for item in commands.registered_publications(app, year.period)
        if (item.published.period, item.published.by) == (year.period, year.by)
    ]
    return Gathered(
        unanswered={
            line.commitment.category: _unanswered(app, built, line.commitment.category)
            for line in year.by_category
            if line.commitment.is_for_every_one
        },
        notes=notes,
        parts=parts,
        decisions=[
            (item.decision, item.undone_by, item.effects)
            for item in commands.registered_decisions(app)
            if item.decision.decided_at.astimezone(app.site.zone).date() in year.period
            or any(effect.year == seed for effect in item.effects)
        ],
        sample=tuple(commands.requests(app, wanted, Sample(DRAWN, seed), with_doubts=False)),
        seed=seed,
        digests=commands.drafted(app, built).digests,
        published=published[-1] if published else None,
    )


def _unanswered(app: Application, built: Report, category: str) -> Sequence[Judged]:
    year = built.sections[0]
    wanted = Selection(state=State.UNANSWERED, period=year.period, by=year.by, category=category)
    return tuple(commands.requests(app, wanted, with_doubts=False))
