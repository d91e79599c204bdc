"""Fingerprints of rules: every field moves them, but those that are left out by name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from mailsla.core.clock.commitment import Comparison, Unit
from mailsla.core.clock.opening_hours import USUAL_WEEK, OpeningHours
from mailsla.core.clock.origin import Origin, PresetName
from mailsla.core.clock.receipt import ClosedDayReceipt, ReceiptRule
from mailsla.core.clock.working_days import DayKind, SpecialDay, WorkingCalendar
from mailsla.core.office.correspondents import Office, Service
from mailsla.core.office.forms import AddressSource, Form
from mailsla.core.pairing.derivation import DECIDE_NO_PAIRING, rules_digest
from mailsla.core.pairing.fingerprint import fingerprint
from mailsla.core.pairing.rules import CategoryRule, ClosingEffect, ClosingRule, PairingRules, Part
from mailsla.core.pairing.ties import DECIDE_NO_TIE, forms_digest, ties_digest
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.promises import KeptBy, Promise
from mailsla.core.rate.publishing import (
    DECIDE_NO_VERDICT,
    NAME_A_DAY,
    calendar_fingerprint,
    rules_fingerprint,
)
from mailsla.core.rate.report_rules import ReportRules
from mailsla.core.rate.standard import Standard
from tests.factories import OFFICE, PARIS, PROMISE, clock, working_calendar

PAIRING = PairingRules(
    OFFICE, categories=(CategoryRule("information"),), closings=(ClosingRule(ClosingEffect.ANSWERED, "lu"),)
)
STANDARD = Standard(
    replace(clock(), opening=OpeningHours(days={date(2026, 12, 24): USUAL_WEEK[0]})), {"information": PROMISE}
)
RULES = ReportRules(
    "Préfecture d'essai", STANDARD, ("Permis",), PAIRING, promises=(Promise(PROMISE, KeptBy.FIRST_MAIL),)
)


def published_rules(rules: ReportRules) -> str:
    """Return the name of rules that also derived what they judge."""
    return rules_fingerprint(rules, rules_digest(rules.pairing))


OTHER: dict[str, Any] = {
    "CategoryRule.addresses": ("reclamations@pref.example.fr",),
    "CategoryRule.category": "complaint",
    "CategoryRule.mailboxes": ("Réclamations",),
    "CategoryRule.subjects": ("réclamation",),
    "Clock.calendar": working_calendar(zone="Indian/Reunion"),
    "Clock.opening": OpeningHours(),
    "Clock.receipt": ReceiptRule(time(17)),
    "ClosingRule.effect": ClosingEffect.EXCLUDED,
    "ClosingRule.keywords": ("traité",),
    "ClosingRule.mailboxes": ("Traités",),
    "ClosingRule.reason": "sans suite",
    "Commitment.amount": 11,
    "Commitment.announced_date_counts": True,
    "Commitment.category": "complaint",
    "Commitment.comparison": Comparison.AT_MOST,
    "Commitment.origin": Origin(chosen_by_site=True),
    "Commitment.target": Fraction(9, 10),
    "Commitment.unit": Unit.CALENDAR_DAYS,
    "Form.body_pattern": re.compile("Courriel : (.+)"),
    "Form.citizen": (AddressSource.FROM,),
    "Form.senders": frozenset({"rendez-vous@pref.example.fr"}),
    "Form.subject_pattern": re.compile("<(.+)>"),
    "Interval.end": time(23),
    "Interval.start": time(8),
    "Office.actions": "actions@pref.example.fr",
    "Office.addresses": frozenset({"pref@example.org"}),
    "Office.never_requests": frozenset({"avis@example.org"}),
    "Office.copies_are_trusted": True,
    "Office.domains": ("pref.example.fr", "example.org"),
    "Office.forms": (),
    "Office.message_id_hosts": ("relais.example.net",),
    "Office.networks": ("198.51.100.0/24",),
    "Office.services": (),
    "Office.trusted_authserv_id": "mx.pref.example.fr",
    "OpeningHours.days": {},
    "OpeningHours.week": (*USUAL_WEEK[:6], USUAL_WEEK[0]),
    "Origin.altered": True,
    "Origin.chosen_by_site": True,
    "Origin.confirmed": True,
    "Origin.preset": PresetName.MARIANNE,
    "PairingRules.categories": (),
    "PairingRules.closings": (),
    "PairingRules.default_category": "complaint",
    "PairingRules.holding_stops": True,
    "PairingRules.reminder_words": ("au secours",),
    "PairingRules.new_question_after": timedelta(days=31),
    "PairingRules.office": replace(OFFICE, domains=()),
    "PairingRules.pairing_window": timedelta(days=61),
    "PairingRules.replies": (),
    "Promise.commitment": replace(PROMISE, amount=5),
    "Promise.kept_by": KeptBy.ANSWER,
    "ReceiptRule.closed_day": ClosedDayReceipt.NEXT_WORKING_DAY,
    "ReceiptRule.cutoff": time(17),
    "ReplyRule.keywords": ("attente",),
    "ReplyRule.mailboxes": ("Attente",),
    "ReplyRule.part": Part.SURVEY,
    "ReplyRule.senders": ("attente@pref.example.fr",),
    "ReplyRule.subjects": ("attente",),
    "ReportRules.by": Belonging.RECEIVED,
    "ReportRules.count_follow_ups": True,
    "ReportRules.minimum": 10,
    "ReportRules.pairing": replace(PAIRING, closings=()),
    "ReportRules.promises": (),
    "ReportRules.services": (),
    "ReportRules.site": "Préfecture du Cher",
    "ReportRules.standard": replace(
        STANDARD, commitments={"complaint": replace(PROMISE, category="complaint")}
    ),
    "Service.addresses": (),
    "Service.head": None,
    "Service.keywords": ("permis",),
    "Service.mailboxes": (),
    "Service.name": "Titres",
    "Standard.clock": clock(closed_day=ClosedDayReceipt.NEXT_WORKING_DAY),
    "Standard.commitments": {"complaint": PROMISE},
}
"""Another value of every field; one that is missing here fails the test below, and has to be thought of."""


def parts(value: object) -> list[object]:
    """Return what a value is made of."""
    if is_dataclass(value):
        return [getattr(value, item.name) for item in fields(value)]
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, tuple | frozenset) else []


def names(value: object) -> Iterator[str]:
    """Yield every field in a value that takes part in equality, as `Class.field`."""
    if is_dataclass(value):
        yield from (f"{type(value).__name__}.{item.name}" for item in fields(value) if item.compare)
    for part in parts(value):
        yield from names(part)


def moved(value: Any, name: str) -> Any:
    """Return a value in which one field, wherever it is, has its other value."""
    owner, _dot, field = name.partition(".")
    if type(value).__name__ == owner:
        return replace(value, **{field: OTHER[name]})
    if is_dataclass(value) and not isinstance(value, type):
        kept = {item.name: getattr(value, item.name) for item in fields(value) if item.init}
        return replace(value, **{key: moved(part, name) for key, part in kept.items()})
    if isinstance(value, Mapping):
        return {key: moved(part, name) for key, part in value.items()}
    return tuple(moved(part, name) for part in value) if type(value) is tuple else value


@dataclass(frozen=True)
class Named:
    """Rules that have a name: how it is made, of what, and what is left out of it."""

    digest: Callable[[Any], str]
    rules: object
    without: Collection[str]


NAMED = {
    "derivation": Named(rules_digest, PAIRING, DECIDE_NO_PAIRING),
    "ties": Named(ties_digest, OFFICE, DECIDE_NO_TIE),
    "forms": Named(lambda forms: forms_digest(Office(forms=forms)), OFFICE.forms, {}),
    "publication": Named(published_rules, RULES, DECIDE_NO_VERDICT),
}


@pytest.mark.parametrize(
    ("of", "name"),
    [(of, name) for of, named in NAMED.items() for name in sorted({*names(named.rules)})],
)
def test_every_field_moves_the_fingerprint_but_those_left_out_by_name(of: str, name: str) -> None:
    named = NAMED[of]
    before = named.digest(named.rules)

    after = named.digest(moved(named.rules, name))

    assert moved(named.rules, name) != named.rules
    assert (after != before) is (name not in named.without)


def test_what_is_left_out_is_a_field_that_exists() -> None:
    known = {*names(RULES), *(f"SpecialDay.{item.name}" for item in fields(SpecialDay))}

    assert {*DECIDE_NO_PAIRING, *DECIDE_NO_TIE, *DECIDE_NO_VERDICT, *NAME_A_DAY} <= known
    assert known >= OTHER.keys()
    assert len({*names(RULES)}) >= 50


def test_only_a_memory_of_addresses_takes_no_part_in_equality() -> None:
    apart = {
        f"{type(value).__name__}.{item.name}"
        for value in walked(RULES)
        if is_dataclass(value)
        for item in fields(value)
        if not item.compare
    }

    assert apart == {"Office._known"}


def walked(value: object) -> Iterator[object]:
    yield value
    for part in parts(value):
        yield from walked(part)


def test_an_office_that_was_asked_keeps_its_name() -> None:
    asked = replace(OFFICE)
    before = ties_digest(asked)

    assert asked.includes("contact@pref.example.fr")
    assert ties_digest(asked) == before


def test_which_promise_comes_first_moves_the_rules_of_a_publication() -> None:
    complaints = replace(PROMISE, category="complaint")
    one = replace(
        RULES, standard=replace(STANDARD, commitments={"information": PROMISE, "complaint": complaints})
    )
    other = replace(
        RULES, standard=replace(STANDARD, commitments={"complaint": complaints, "information": PROMISE})
    )

    assert published_rules(one) != published_rules(other)


def test_no_form_at_all_has_no_name() -> None:
    assert forms_digest(replace(OFFICE, forms=())) == ""


HALF_DAY = SpecialDay(date(2026, 12, 24), DayKind.HALF_DAY, "veille de Noël", "calendar.half_days")
CALENDAR: dict[str, Any] = {
    "zone": PARIS,
    "first_year": 2025,
    "last_year": 2026,
    "special_days": (HALF_DAY,),
    "half_days_count": True,
}
OTHER_CALENDAR: dict[str, Any] = {
    "zone": ZoneInfo("Indian/Reunion"),
    "first_year": 2024,
    "last_year": 2027,
    "special_days": (),
    "half_days_count": False,
}
COVERED_YEARS = {"first_year", "last_year"}
"""They follow from the mails that are known; what counts is what lies within the dates that matter."""


def named_calendar(**changes: Any) -> str:
    calendar = WorkingCalendar(**{**CALENDAR, **changes})
    return calendar_fingerprint(calendar, date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize("name", inspect.signature(WorkingCalendar).parameters)
def test_everything_that_makes_a_calendar_moves_its_fingerprint_but_the_years_it_covers(name: str) -> None:
    after = named_calendar(**{name: OTHER_CALENDAR[name]})

    assert (after != named_calendar()) is (name not in COVERED_YEARS)


@pytest.mark.parametrize("name", [item.name for item in fields(SpecialDay)])
def test_a_special_day_is_its_date_and_its_kind(name: str) -> None:
    others: dict[str, Any] = {
        "on": date(2026, 12, 23),
        "kind": DayKind.CLOSURE,
        "name": "Noël",
        "source": "préfet",
        "computed": True,
    }

    after = named_calendar(special_days=(replace(HALF_DAY, **{name: others[name]}),))

    assert (after != named_calendar()) is (f"SpecialDay.{name}" not in NAME_A_DAY)


@pytest.mark.parametrize(
    ("on", "matters"), [("2025-12-31", False), ("2026-01-01", True), ("2026-12-31", True)]
)
def test_only_days_from_the_first_to_the_last_that_matter_are_named(on: str, matters: bool) -> None:
    declared = (HALF_DAY, replace(HALF_DAY, on=date.fromisoformat(on)))

    assert (named_calendar(special_days=declared) != named_calendar()) is matters


class Pair(NamedTuple):
    one: object
    other: object = None


class Colour(Enum):
    RED = "red"


VALUES = [
    None,
    0,
    1,
    False,
    True,
    "",
    "1",
    "None",
    "2026-11-13",
    (),
    ("",),
    ((),),
    ("a", "b"),
    ("ab",),
    frozenset(),
    frozenset("ab"),
    {},
    {"a": "b"},
    Pair("a", "b"),
    Pair("b", "a"),
    date(2026, 11, 13),
    datetime(2026, 11, 13, tzinfo=UTC),
    time(9),
    timedelta(days=1),
    timedelta(seconds=1),
    Fraction(1, 2),
    Fraction(2),
    re.compile("a"),
    re.compile("a", re.IGNORECASE),
]


def test_values_that_differ_have_different_names() -> None:
    assert len({fingerprint(value) for value in VALUES}) == len(VALUES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (frozenset({"a", "b", "c"}), frozenset({"c", "b", "a"})),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (Colour.RED, "red"),
        (Fraction(4, 5), Fraction(8, 10)),
    ],
    ids=["set", "mapping", "enum", "fraction"],
)
def test_equal_values_have_one_name(one: object, other: object) -> None:
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize("value", [0.8, [1], {1}, b"a", object(), Office, (1, [2]), {"a": 0.8}, PARIS])
def test_what_has_no_rendering_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="fingerprint"):
        fingerprint(value)


RECORDED = "2:e2aa163dc0370bff25663e8cd96ff0a8d594c78044d8144f626c16653d1708ba"


def test_the_rendering_does_not_change_under_one_scheme() -> None:
    value = Pair(
        (Service("Permis", ("permis@pref.example.fr",)), Form(frozenset("ab"))), {"a": Fraction(4, 5)}
    )

    assert fingerprint(value, without={"Service.head"}) == RECORDED
