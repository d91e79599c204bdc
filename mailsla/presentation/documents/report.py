"""The answer of `mailsla report`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from mailsla.core.rate.cohort import Section
from mailsla.core.rate.delays import DelayCurve
from mailsla.core.rate.outlook import Outlook
from mailsla.core.rate.period import Period
from mailsla.core.rate.population import Population
from mailsla.core.rate.publication import Publication, Revision
from mailsla.core.rate.report import Report
from mailsla.presentation import words
from mailsla.presentation.documents.clock import rule
from mailsla.presentation.documents.request import judged
from mailsla.presentation.documents.values import Document, instant, share


def population(counts: Population) -> Document:
    """How many requests stand where."""
    return {
        "met": counts.met,
        "missed": counts.missed,
        "waiting": counts.waiting,
        "excluded": counts.excluded,
    }


def attainment(counts: Population) -> Document:
    """The attainment as an exact fraction, and the interval it can still end in."""
    return {
        "numerator": counts.met,
        "denominator": counts.settled,
        "share": share(counts.attainment),
        "provisional": counts.provisional,
        "low": share(counts.low),
        "high": share(counts.high),
    }


def delays(curve: DelayCurve) -> Document:
    """Delays with the unanswered as censored (Kaplan–Meier)."""
    return {
        "median": curve.median,
        "p90": curve.ninth_decile,
        "curve": [{"day": day, "answered": share(answered)} for day, answered in curve.steps],
        "answered_by": [
            {"day": day, "answered": share(curve.answered_by(day)) if curve.requests else None}
            for day in range(1, 16)
        ],
    }


def period(of: Period) -> Document:
    """A period: whole local days, both ends included."""
    return {"name": of.name, "first": of.first.isoformat(), "last": of.last.isoformat()}


def section(cohort: Section) -> Document:
    """One cohort."""
    return {
        "period": period(cohort.period),
        "population": population(cohort.population),
        "attainment": attainment(cohort.population),
        "other_comparison": attainment(cohort.compared),
        "without_closures": {**attainment(cohort.without_closures), "changed": cohort.closures_changed},
        "handled": attainment(cohort.handled),
        "by_service": [
            {
                "service": line.service,
                "population": population(line.population),
                "attainment": attainment(line.population),
                "delays": delays(line.delays),
                "since_assigned": delays(line.since_assigned),
            }
            for line in cohort.by_service
        ],
        "by_category": [
            {
                "category": line.commitment.category,
                "target": share(line.commitment.target),
                "population": population(line.population),
                "attainment": attainment(line.population),
                "answered": line.answered,
                "delays": delays(line.delays),
            }
            for line in cohort.by_category
        ],
        "by_period": [
            {
                "period": period(line.period),
                "population": population(line.population),
                "attainment": attainment(line.population),
                "delays": delays(line.delays),
            }
            for line in cohort.by_period
        ],
        "delays": delays(cohort.delays),
        "first_responses": delays(cohort.first_responses),
        "acknowledged": cohort.acknowledged,
        "exclusions": dict(cohort.exclusions),
        "follow_ups": population(cohort.follow_ups),
    }


def outlook(of: Outlook) -> Document:
    """What the year still allows."""
    landing = of.landing
    return {
        "year": of.year,
        "waiting": of.waiting,
        "needed_of_waiting": of.needed,
        "expected_requests": of.expected,
        "pace": of.volume_basis.value,
        "may_lose": of.may_lose,
        "lost": of.lost,
        "landing": None
        if landing is None
        else {
            "expected": share(landing.expected),
            "low": round(landing.low, 6),
            "high": round(landing.high, 6),
        },
        "out_of_reach_from": None if of.out_of_reach_from is None else of.out_of_reach_from.name,
    }


def revision(of: Revision, zone: ZoneInfo) -> Document:
    """A published figure that would be another one today."""

    def figure(publication: Publication) -> Document:
        return {
            "numerator": publication.met,
            "denominator": publication.settled,
            "share": share(publication.attainment),
        }

    return {
        "period": period(of.published.period),
        "at": instant(of.published.at, zone),
        "published_at": instant(of.published.published_at, zone),
        "published": figure(of.published),
        "now": figure(of.now),
        "changed": of.changed,
        "appeared": of.appeared,
        "gone": of.gone,
        "causes": [cause.value for cause in of.causes],
    }


def report_document(built: Report, zone: ZoneInfo) -> Document:
    """The answer of `mailsla report`: the first cohort at the top level, every cohort in `sections`."""
    first = section(built.sections[0])
    target = built.commitment.target
    return {
        "schema": "mailsla.report/1",
        "site": built.site,
        "at": instant(built.at, zone),
        "period": first["period"],
        "rule": rule(built.commitment, built.standard.clock)
        | {"example": words.example(built.example, zone)},
        "population": first["population"],
        "attainment": first["attainment"],
        "target": {
            "numerator": target.numerator,
            "denominator": target.denominator,
            "share": share(target),
        },
        "minimum": built.minimum,
        "by_service": first["by_service"],
        "delays": first["delays"],
        "sections": [section(cohort) for cohort in built.sections],
        "outlook": outlook(built.outlook),
        "revisions": [revision(item, zone) for item in built.revisions],
        "overdue": [judged(item, zone) for item in built.overdue],
        "soon": [judged(item, zone) for item in built.soon],
        "to_check": len(built.doubts),
        "unseen_replies": None
        if built.unseen is None
        else {
            "requests": built.unseen.count,
            "if_answered": attainment(built.unseen.if_answered),
        },
        "disputed": None
        if built.disputed is None
        else {
            "requests": built.disputed.count,
            "otherwise": attainment(built.disputed.otherwise),
        },
        "not_requests": dict(built.not_requests),
        "set_aside": built.set_aside,
        "incomplete": [
            {
                "account": gap.account,
                "since": instant(gap.since, zone),
                "until": instant(gap.until, zone),
                "partial": gap.partial,
            }
            for gap in built.gaps
        ],
    }
