"""The answers of `mailsla decisions` and `mailsla publications`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.pairing.decision import Decision, Recorded
from mailsla.core.rate.effect import Effect
from mailsla.core.rate.population import Population
from mailsla.core.rate.publication import Publication, Revision
from mailsla.presentation.documents.report import figure, period
from mailsla.presentation.documents.request import decision
from mailsla.presentation.documents.values import Document, instant


def decisions_document(
    found: Iterable[tuple[Decision, int | None, Sequence[Effect]]], zone: ZoneInfo
) -> Document:
    """The register of decisions: each with the number of the one that took it back, and what it changes."""
    return {
        "schema": "mailsla.decisions/1",
        "decisions": [
            {
                **decision(item, zone),
                "in_force": undone_by is None,
                "undone_by": undone_by,
                "effects": [
                    {"year": effect.year, "with": _counts(effect.with_it), "without": _counts(effect.without)}
                    for effect in effects
                ],
            }
            for item, undone_by, effects in found
        ],
    }


def _counts(of: Population) -> Document:
    return {"numerator": of.met, "denominator": of.fallen_due}


def publications_document(
    found: Iterable[tuple[Publication, Revision | None, int | None]], minimum: int, zone: ZoneInfo
) -> Document:
    """The register of publications: each as it was frozen, what it would be today, and which one follows it."""
    return {
        "schema": "mailsla.publications/1",
        "publications": [
            {
                "number": item.number,
                "period": period(item.period),
                "cohort": item.by.value if item.by else None,
                "at": instant(item.at, zone),
                "published_at": instant(item.published_at, zone),
                "published_by": item.signed.said_by,
                **_recorded(item.signed.recorded, zone),
                "reason": item.signed.reason or None,
                "definitive": item.definitive,
                "published": figure(item, minimum),
                "now": figure(item if revision is None else revision.now, minimum),
                "is_changed": revision is not None,
                "changed": 0 if revision is None else revision.changed,
                "appeared": 0 if revision is None else revision.appeared,
                "gone": 0 if revision is None else revision.gone,
                "causes": [] if revision is None else [cause.value for cause in revision.causes],
                "followed_by": followed_by,
            }
            for item, revision, followed_by in found
        ],
    }


def _recorded(recorded: Recorded | None, zone: ZoneInfo) -> Document:
    return {
        "recorded_by": None if recorded is None else recorded.by,
        "recorded_at": instant(None if recorded is None else recorded.at, zone),
    }
