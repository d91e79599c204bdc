"""Hand-made values for pages to speak of: no store, no server, only what matters to each test."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

from mailsla.core.alerts.digests import Digest, Notice
from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.clock.verdict import Outcome, Verdict
from mailsla.core.clock.worked_example import worked_example
from mailsla.core.collection.gap import Gap
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Assignment, Request, ServiceBasis, Step
from mailsla.core.pairing.rules import Part
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import case_of
from mailsla.core.rate.delays import Delay, delay_curve
from mailsla.core.rate.finality import Finality
from mailsla.core.rate.outlook import Landing, Outlook, VolumeBasis
from mailsla.core.rate.overdue import Overdue
from mailsla.core.rate.period import Period, parse_period
from mailsla.core.rate.population import Population
from mailsla.core.rate.publication import Publication, Revision, Source
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import Section
from mailsla.core.rate.standard import Judged, Standard
from tests.factories import CITIZEN, METROPOLE, PROMISE, clock, paris

NOW = paris("2026-11-13 08:30")
TODAY = date(2026, 11, 13)
YEAR = parse_period("2026")
COMPLAINTS = Commitment("complaint", 15, Comparison.AT_MOST, Fraction(1))
STANDARD = Standard(clock(), {"information": PROMISE, "complaint": COMPLAINTS})
HOSTILE = "\x1b[31m[bold]<b>Titre\r\nBcc: tous\u202e\u2066{0}%s\u2028=1+1\x07"
"""Escapes, markup, line ends, marks of direction and a formula, as a stranger may write them in a subject."""
UNSAFE = "\x1b\r\n\u202e\u2066\u2028\x07"

CURVE = delay_curve([*(Delay(day, answered=True) for day in (0, 2, 4, 6, 12)), Delay(9, answered=False)])
SETTLED = Population(met=43, missed=11)


def cohort(counts: Population = SETTLED, period: Period = YEAR, **changes: object) -> Section:
    """Return a cohort whose variants all say the same, unless told."""
    made = Section(
        period=period,
        by=Belonging.DUE,
        finality=Finality(),
        population=counts,
        beside=counts,
        compared=counts,
        without_closures=counts,
        closures_changed=0,
        by_decision=0,
        by_filing=0,
        by_mail=counts,
        handled=counts,
        delays=CURVE,
        first_responses=CURVE,
        acknowledged=0,
        by_service=(),
        by_category=(),
        by_period=(),
        exclusions=(),
        follow_ups=Population(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # (fields by name: a wrong one raises)


OUTLOOK = Outlook(
    year=2026,
    waiting=0,
    needed=0,
    expected=20,
    volume_basis=VolumeBasis.THIS_YEAR,
    may_lose=3,
    landing=None,
    out_of_reach_from=None,
)
LANDING = Landing(Fraction(84, 100), 0.797, 0.8634)


def report(**changes: object) -> Report:
    """Return the report of one cohort, 43 of 54, with nothing to warn of."""
    made = Report(
        site="Préfecture d'essai",
        at=NOW,
        today=TODAY,
        standard=STANDARD,
        example=worked_example(STANDARD.clock, PROMISE, TODAY),
        minimum=5,
        sections=(cohort(),),
        outlook=OUTLOOK,
        overdue=Overdue(),
        soon=(),
        since=paris("2026-01-01 00:00"),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # (fields by name: a wrong one raises)


def request(key: str = "a1b2c3d4e5f6", at: str = "2026-10-29 10:05", **changes: object) -> Request:
    """Return a request of the licences, that nothing answered."""
    received = Moment(paris(at), Basis.SERVER)
    made = Request(
        key=key,
        conversation=key,
        follow_up=False,
        received=received,
        citizens=(CITIZEN,),
        answered=None,
        answered_by=None,
        assignments=(Assignment("Permis", received.at, ServiceBasis.RECIPIENT),),
        steps=(Step(key, Part.REQUEST, received),),
        category="information",
        imported=False,
        mailboxes=(("contact", "INBOX"),),
        subject="Suspension de permis",
    )
    return made._replace(**changes)  # type: ignore[arg-type]  # (fields by name: a wrong one raises)


def verdict(of: Request) -> Verdict:
    """Return how a request stands at NOW."""
    answered_at = of.answered.at if of.answered else None
    return STANDARD.clock.verdict(of.received.at, answered_at, PROMISE, NOW)


def judged(key: str = "a1b2c3d4e5f6", at: str = "2026-10-29 10:05", **changes: object) -> Judged:
    """Return a request as lists have it."""
    of = request(key, at, **changes)
    return Judged(case_of(of), verdict(of))


def notice(of: Request, *, doubtful: bool = False) -> Notice:
    """Return what there is to announce of a request at NOW."""
    how = verdict(of)
    remaining = METROPOLE.working_days_between(TODAY, how.due_on)
    level = "overdue" if how.outcome is Outcome.MISSED else "before-3"
    return Notice(of, level, how, remaining, how.due_on, doubtful)


def digest(*notices: Notice) -> Digest:
    """Return the digest of the licences' head."""
    return Digest("chef.permis@pref.example.fr", TODAY, notices)


def gap(
    until: str | None = None, *, partial: bool = False, never: bool = False, lost: int | None = None
) -> Gap:
    """Return a stretch without collection since 1 November."""
    end = None if until is None else paris(until)
    return Gap("contact", paris("2026-11-01 09:00"), end, partial, never, lost)


def doubt(reply: str = "99998888aaaa", *candidates: str) -> Doubt:
    """Return a possible reply to some requests."""
    return Doubt(reply, paris("2026-11-10 11:00"), candidates or ("a1b2c3d4e5f6",), DoubtCode.SEVERAL_FIT)


def publication(met: int, missed: int) -> Publication:
    """Return what was published of October on 2 November."""
    outcomes = [Outcome.MET] * met + [Outcome.MISSED] * missed
    return Publication(
        period=parse_period("2026-10"),
        at=paris("2026-11-01 00:00"),
        published_at=paris("2026-11-02 09:00"),
        verdicts={str(number): outcome for number, outcome in enumerate(outcomes)},
        digests={},
    )


def revision(*causes: Source) -> Revision:
    """Return how October, 8 of 10 when published, would be 9 of 10 today."""
    return Revision(publication(8, 2), publication(9, 1), 1, 0, 0, causes)
