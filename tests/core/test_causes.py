"""Every change of a published figure has a cause: whatever of the four changed, it is named, and nothing else is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from mailsla.core.clock.verdict import Clock
from mailsla.core.clock.working_days import DayKind, SpecialDay, WorkingCalendar
from mailsla.core.mail.copies import Mail
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.derivation import derive, rules_digest
from mailsla.core.pairing.rules import ClosingEffect, ClosingRule, PairingRules
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case, case_of
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.publication import Publication, Revision, Source
from mailsla.core.rate.publishing import PublishedNow, first_day, publication, recounted
from mailsla.core.rate.report_rules import ReportRules
from mailsla.core.rate.standard import Standard
from tests.factories import METROPOLE, PARIS, PROMISE, RULES, mail, paris, reply

AT = paris("2026-11-13 09:00")
PERIODS = [parse_period(name) for name in ("2026-10", "2026-11", "2026-W45", "2026")]
DAYS = st.integers(0, 74).map(lambda days: date(2026, 9, 1) + timedelta(days=days))
SINCE = (("traite", AT - timedelta(days=20)),)
CLOSING = ClosingRule(ClosingEffect.ANSWERED, "traité", keywords=("traite",))


@dataclass(frozen=True)
class World:
    """The four that a figure follows from."""

    mails: tuple[Mail, ...]
    decisions: tuple[Decision, ...] = ()
    pairing: PairingRules = RULES
    days: int = 10
    follow_ups: bool = False
    special: tuple[SpecialDay, ...] = ()

    def rules(self) -> ReportRules:
        calendar = WorkingCalendar(
            zone=PARIS, first_year=2025, last_year=2028, special_days=[*METROPOLE.special_days, *self.special]
        )
        promises = {"information": replace(PROMISE, amount=self.days)}
        return ReportRules("Essai", Standard(Clock(calendar), promises), (), self.pairing, 5, self.follow_ups)

    def read(self, first: date) -> dict[Source, str]:
        """Return what a store says of it: of facts, the keys and instants of the mails that matter, as stores do."""
        since = METROPOLE.start_of(first)
        derived = derive(self.mails, self.pairing, self.decisions).readings.values()
        known = sorted(
            (item.key, item.moment.at.isoformat()) for item in derived if since <= item.moment.at <= AT
        )
        return {
            Source.FACTS: hashlib.sha256(repr(known).encode()).hexdigest(),
            Source.DECISIONS: repr(self.decisions),
            Source.RULES: rules_digest(self.pairing),
        }


def published(world: World, period: int, by: Belonging) -> Publication:
    rules = world.rules()
    first = first_day(PERIODS[period], rules, by)
    return publication(cases(world), rules, PERIODS[period], AT, world.read(first), by)


def cases(world: World) -> Sequence[Case]:
    return [case_of(request) for request in derive(world.mails, world.pairing, world.decisions).requests]


def revised(before: Publication, world: World) -> Revision | None:
    rules = world.rules()
    read = world.read(first_day(before.period, rules, before.by))
    return recounted(PublishedNow(before, cases(world), read), rules)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw an office's mail of two months: some of it answered, sooner or later."""
    found: list[Mail] = []
    for number, on in enumerate(draw(st.lists(DAYS, min_size=1, max_size=6))):
        asked = mail(f"{on} 10:00", by=f"usager{number}@example.org", subject=f"Objet {number}")
        found.append(asked)
        after = draw(st.none() | st.integers(0, 25) | st.integers(11, 15))
        if after is not None:
            found.append(reply(f"{on + timedelta(days=after)} 15:00", asked))
    return World(tuple(found))


@st.composite
def changes(draw: st.DrawFn, world: World, source: Source) -> World:
    """Draw one change of one of the four."""
    on, asked = draw(DAYS), draw(st.sampled_from(world.mails))
    match source:
        case Source.CALENDAR:
            kind = draw(st.sampled_from([DayKind.CLOSURE, DayKind.HOLIDAY]))
            return replace(world, special=(SpecialDay(on, kind, "pont", "calendar.closures"),))
        case Source.RULES:
            closing = replace(world, pairing=replace(RULES, closings=(CLOSING,)))
            days = st.sampled_from([5, 9, 11]).map(lambda days: replace(world, days=days))
            return draw(days | st.sampled_from([closing, replace(world, follow_ups=True)]))
        case Source.DECISIONS:
            action = draw(st.sampled_from([Action.EXCLUDE, Action.LEAVE_OUT, Action.SPLIT]))
            return replace(world, decisions=(Decision(1, asked.key, action, "essai", "quelqu'un", AT, None),))
        case Source.FACTS:
            new = mail(f"{on} 11:00", by="neuf@example.org", subject="Neuf")
            kept = tuple(item for item in world.mails if item is not asked)
            found = ((*world.mails, new), (*world.mails, reply(f"{on} 16:00", asked)), kept)
            return replace(world, mails=draw(st.sampled_from(found)))


@st.composite
def before_and_after(draw: st.DrawFn, source: Source) -> tuple[Publication, World, World]:
    """Draw a publication, what it was made of, and that with one of the four changed."""
    world = draw(worlds())
    by = draw(st.sampled_from(Belonging))
    return published(world, draw(st.integers(0, len(PERIODS) - 1)), by), world, draw(changes(world, source))


@pytest.mark.in_parts(2)
@pytest.mark.parametrize("source", Source)
def test_a_change_of_one_of_the_four_that_changes_a_figure_is_its_cause(source: Source) -> None:
    @given(before_and_after(source))
    def holds(drawn: tuple[Publication, World, World]) -> None:
        before, world, changed = drawn
        found = revised(before, changed)
        assert revised(before, world) is None
        assert found is None or source in found.causes
        # Another promise looks at another stretch of mail and of days: they may be named beside it.
        assert found is None or found.causes == (source,) or changed.days != world.days

    holds()


@pytest.mark.parametrize("source", Source)
def test_each_of_the_four_can_change_a_figure(source: Source) -> None:
    # The first one found will do: looking for the smallest takes half of what all the tests of the core take.
    first = settings(phases=[Phase.generate], max_examples=2_000, database=None, deadline=None)

    before, _world, changed = find(
        before_and_after(source), lambda drawn: revised(drawn[0], drawn[2]) is not None, settings=first
    )

    found = revised(before, changed)
    assert found is not None
    assert (found.changed, found.appeared, found.gone) != (0, 0, 0)


def test_a_fact_that_no_digest_names_is_the_cause_when_nothing_else_is() -> None:
    asked = mail("2026-10-20 10:00")
    world = World((asked,), pairing=replace(RULES, closings=(CLOSING,)))
    before = published(world, 0, Belonging.RECEIVED)
    marked = asked._replace(copies=tuple(copy._replace(keywords=SINCE) for copy in asked.copies))

    found = revised(before, replace(world, mails=(marked,)))

    assert found is not None
    assert found.causes == (Source.FACTS,)
