"""The registers as CSV: what people decided, and what was published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.pairing.decision import Decision, Recorded
from mailsla.core.rate.effect import Effect
from mailsla.core.rate.publication import Publication, Revision
from mailsla.language import gettext as _
from mailsla.presentation import terms
from mailsla.presentation.formats.csv_sheet import minute, table
from mailsla.presentation.pages import note_page, register_page
from mailsla.presentation.pages.note_page import NoteLine


def decisions(found: Iterable[tuple[Decision, int | None, Sequence[Effect]]], zone: ZoneInfo) -> str:
    """Return the register of decisions: one line a decision, and one more for each further year it changes."""
    header = (
        *_signed(),
        _("référence"),
        _("décision"),
        _("raison"),
        _("annulée par"),
        _("année"),
        _("dans les temps, sans"),
        _("échues, sans"),
        _("dans les temps, avec"),
        _("échues, avec"),
    )
    rows = []
    for item, undone_by, effects in found:
        start = (
            item.number,
            *_recorded(item.recorded, zone),
            minute(item.decided_at, zone),
            item.decided_by,
            register_page.about(item).text,
            terms.decision(item, zone),
            item.reason,
            undone_by,
        )
        rows += [(*start, *_effect(effect)) for effect in effects] or [(*start, *[None] * 5)]
    return table(header, rows)


def _signed() -> tuple[str, ...]:
    """The titles of what any act has: its number, what the machine noted of it, what was said."""
    return (_("n°"), _("consignée le"), _("session"), _("dite le"), _("par"))


def _effect(of: Effect) -> tuple[int, ...]:
    return (
        of.year,
        *(number for counts in (of.without, of.with_it) for number in (counts.met, counts.fallen_due)),
    )


def publications(found: Iterable[tuple[Publication, Revision | None, int | None]], zone: ZoneInfo) -> str:
    """Return the register of publications, one line each."""
    header = (
        *_signed(),
        _("raison"),
        _("période"),
        _("du"),
        _("au"),
        _("demandes"),
        _("chiffre"),
        _("dans les temps"),
        _("échues"),
        _("dans les temps aujourd'hui"),
        _("échues aujourd'hui"),
        _("causes"),
        _("republié"),
    )
    rows = []
    for item, revision, followed_by in found:
        now = item if revision is None else revision.now
        rows.append(
            (
                item.number,
                *_recorded(item.signed.recorded, zone),
                minute(item.published_at, zone),
                item.signed.said_by,
                item.signed.reason,
                item.period.name,
                item.period.first,
                item.period.last,
                register_page.which_requests(item),
                register_page.standing(item),
                *(item.met, item.judged, now.met, now.judged),
                None if revision is None else register_page.causes(revision),
                followed_by,
            )
        )
    return table(header, rows)


def notes(found: Iterable[NoteLine], zone: ZoneInfo) -> str:
    """Return the register of notes, one line each."""
    header = (
        *_signed(),
        _("nature"),
        _("période"),
        _("du"),
        _("au"),
        _("service"),
        _("note"),
        _("retire"),
        _("retirée par"),
    )
    rows = (
        (
            note.number,
            *_recorded(note.recorded, zone),
            minute(note.noted_at, zone),
            note.noted_by,
            note_page.kind(note.kind),
            *(
                (None,) * 3
                if note.period is None
                else (note.period.name, note.period.first, note.period.last)
            ),
            note.service,
            note_page.text(note),
            note.undone,
            undone_by,
        )
        for note, undone_by in found
    )
    return table(header, rows)


def _recorded(recorded: Recorded | None, zone: ZoneInfo) -> tuple[str, str]:
    if recorded is None:
        return _("non consigné"), _("non consigné")
    return minute(recorded.at, zone), recorded.by
