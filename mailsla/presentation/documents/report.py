"""The answer of `mailsla report`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from mailsla.core.collection.gap import Gap
from mailsla.core.pairing.balance import Balance, MailClass
from mailsla.core.rate.delays import DelayCurve
from mailsla.core.rate.outlook import Outlook
from mailsla.core.rate.period import Period
from mailsla.core.rate.population import Population
from mailsla.core.rate.promises import PromiseLine
from mailsla.core.rate.publication import Publication, Revision
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import CategoryLine, PeriodLine, Section
from mailsla.presentation import promise_words, rule_words
from mailsla.presentation.documents.clock import origin, rule
from mailsla.presentation.documents.request import judged
from mailsla.presentation.documents.sealed import sealed
from mailsla.presentation.documents.values import Document, instant, share


def population(counts: Population) -> Document:
    """How many requests stand where."""
    return {
        "met": counts.met,
        "missed": counts.missed,
        "not_due_answered": counts.early,
        "not_due_waiting": counts.waiting,
        "excluded": counts.excluded,
    }


def attainment(counts: Population, minimum: int, *, by_counts: bool = False) -> Document:
    """The attainment as an exact fraction, and the interval it can still end in.

    No share of too few, nor of what is promised to every one (`by_counts`): that is said by counts, however many.
    """
    is_enough = counts.fallen_due >= minimum or by_counts
    will_be = counts.counted >= minimum and not by_counts
    return {
        "numerator": counts.met,
        "denominator": counts.fallen_due,
        "share": share(counts.attainment) if is_enough and not by_counts else None,
        "too_few": not is_enough,
        "low": share(counts.low) if will_be else None,
        "high": share(counts.high) if will_be else None,
    }


def delays(curve: DelayCurve, minimum: int) -> Document:
    """Delays with the unanswered as censored (Kaplan–Meier); of enough of them alone."""
    if curve.requests < minimum:
        curve = DelayCurve((), 0)
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


def section(cohort: Section, minimum: int) -> Document:
    """One cohort."""
    found = cohort.finality
    return {
        "period": period(cohort.period),
        "cohort": cohort.by.value,
        "definitive": found.is_definitive,
        "missing": [item.value for item in found.missing],
        "covered": found.is_covered,
        "from_archives": found.from_archives,
        "population": population(cohort.population),
        "attainment": attainment(cohort.population, minimum),
        "beside": {"cohort": cohort.by.other.value, "population": population(cohort.beside)},
        "other_comparison": attainment(cohort.compared, minimum),
        "without_closures": {
            **attainment(cohort.without_closures, minimum),
            "changed": cohort.closures_changed,
        },
        "answered_otherwise": {
            "by_decision": cohort.by_decision,
            "by_filing": cohort.by_filing,
            "without": attainment(cohort.by_mail, minimum),
        },
        "handled": attainment(cohort.handled, minimum),
        "by_service": [
            {
                "service": line.service,
                "population": population(line.population),
                "attainment": attainment(line.population, minimum),
                "delays": delays(line.delays, minimum),
                "since_assigned": delays(line.since_assigned, minimum),
            }
            for line in cohort.by_service
        ],
        "by_category": [category(line, minimum) for line in cohort.by_category],
        "promises": [promise(line, minimum) for line in cohort.promises],
        "by_period": [
            {
                "period": period(line.period),
                "counted": period(line.cut),
                "definitive": line.finality.is_definitive,
                "population": population(line.population),
                "attainment": attainment(line.population, minimum),
                "delays": delays(line.delays, minimum),
                "year_before": None
                if line.former is None
                else {"population": population(line.former), "attainment": attainment(line.former, minimum)},
            }
            for line in cohort.by_period
        ],
        "delays": delays(cohort.delays, minimum),
        "first_responses": delays(cohort.first_responses, minimum),
        "acknowledged": cohort.acknowledged,
        "exclusions": dict(cohort.exclusions),
        "follow_ups": population(cohort.follow_ups),
    }


def period_beside(line: PeriodLine | None, minimum: int) -> Document | None:
    """A period that stands beside the one that was asked for."""
    if line is None:
        return None
    return {
        "period": period(line.period),
        "definitive": line.finality.is_definitive,
        "population": population(line.population),
        "attainment": attainment(line.population, minimum),
        "delays": delays(line.delays, minimum),
    }


def category(line: CategoryLine, minimum: int) -> Document:
    """One category, held against its own promise."""
    return {
        "category": line.commitment.category,
        "target": share(line.commitment.target),
        "population": population(line.population),
        "attainment": attainment(line.population, minimum, by_counts=line.commitment.is_for_every_one),
        "answered": line.answered,
        "delays": delays(line.delays, minimum),
    }


def promise(line: PromiseLine, minimum: int) -> Document:
    """How a promise beside the main one is kept."""
    commitment, keeping = line.promise.commitment, line.keeping(minimum)
    return {
        "promise": line.promise.name,
        "kept_by": line.promise.kept_by.value,
        "text": promise_words.counts(line),
        **origin(commitment.origin),
        "target": share(commitment.target),
        "population": population(line.population),
        "attainment": attainment(line.population, minimum, by_counts=line.is_by_counts),
        "answered": line.answered,
        "unanswered": line.unanswered,
        "keeping": None if keeping is None else keeping.value,
        "definitive": line.finality.is_definitive,
        "missing": [item.value for item in line.finality.missing],
        "covered": line.finality.is_covered,
        "from_archives": line.finality.from_archives,
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


def figure(publication: Publication, minimum: int) -> Document:
    """A published figure as an exact fraction; no share of too few."""
    return {
        "numerator": publication.met,
        "denominator": publication.judged,
        "share": share(publication.attainment) if publication.judged >= minimum else None,
    }


def revision(of: Revision, minimum: int, zone: ZoneInfo) -> Document:
    """A published figure that would be another one today."""
    return {
        "period": period(of.published.period),
        "cohort": of.published.by.value if of.published.by else None,
        "at": instant(of.published.at, zone),
        "published_at": instant(of.published.published_at, zone),
        "published": figure(of.published, minimum),
        "now": figure(of.now, minimum),
        "changed": of.changed,
        "appeared": of.appeared,
        "gone": of.gone,
        "causes": [cause.value for cause in of.causes],
    }


def balance(of: Balance) -> Document:
    """In which class each message is: of all the mail that was collected, whatever the period and the service."""
    return {
        "seen": of.seen,
        "further_copies": of.further_copies,
        "messages": of.messages,
        "classes": {item.value: of.of(item) for item in MailClass if item is not MailClass.FURTHER_COPY},
        "left_out": dict(of.left_out),
    }


def incomplete(gap: Gap, zone: ZoneInfo) -> Document:
    """Return where collection was interrupted."""
    return {
        "account": gap.account,
        "since": instant(gap.since, zone),
        "until": instant(gap.until, zone),
        "partial": gap.partial,
        "lost": gap.lost,
    }


def report_document(built: Report, zone: ZoneInfo) -> Document:
    """The answer of `mailsla report`: the first cohort at the top level, every cohort in `sections`."""
    first = section(built.sections[0], built.minimum)
    target = built.commitment.target
    return {
        "schema": "mailsla.report/2",
        "site": built.site,
        "at": instant(built.at, zone),
        "period": first["period"],
        "cohort": first["cohort"],
        "definitive": first["definitive"],
        "rule": rule(built.commitment, built.standard.clock)
        | {"example": rule_words.example(built.example, zone)},
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
        "sections": [section(cohort, built.minimum) for cohort in built.sections],
        "beside": {
            "before": period_beside(built.beside.before, built.minimum),
            "year_before": period_beside(built.beside.year_before, built.minimum),
        },
        "outlook": outlook(built.outlook),
        "revisions": [revision(item, built.minimum, zone) for item in built.revisions],
        "overdue": [judged(item, zone) for item in built.overdue.listed],
        "soon": [judged(item, zone) for item in built.soon],
        "to_check": len(built.doubts),
        "unseen_replies": None
        if built.unseen is None
        else {
            "requests": built.unseen.count,
            "if_answered": attainment(built.unseen.if_answered, built.minimum),
        },
        "untold": [{"service": service, "requests": count} for service, count in built.untold],
        "sealed": sealed(built.sealed),
        "disputed": None
        if built.disputed is None
        else {
            "requests": built.disputed.count,
            "otherwise": attainment(built.disputed.otherwise, built.minimum),
        },
        "not_requests": dict(built.not_requests),
        "set_aside": built.set_aside,
        "balance": balance(built.balance),
        "incomplete": [incomplete(gap, zone) for gap in built.gaps],
    }
