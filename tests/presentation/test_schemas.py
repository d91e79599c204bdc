"""The JSON Schemas of the package, held against what the commands answer and against the code's own enums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from mailsla.core.alerts.asked_action import ActOutcome, ActReason
from mailsla.core.alerts.findings import Finding
from mailsla.core.alerts.health import Health
from mailsla.core.alerts.outgoing import DropReason
from mailsla.core.alerts.signed_action import MailAction
from mailsla.core.clock.commitment import Comparison, Unit
from mailsla.core.clock.origin import PresetName
from mailsla.core.clock.receipt import ClosedDayReceipt
from mailsla.core.clock.verdict import Outcome
from mailsla.core.clock.working_days import DayKind
from mailsla.core.collection.archived import NotMail
from mailsla.core.mail.instants import Basis
from mailsla.core.mail.kinds import MailKind
from mailsla.core.office.sides import Side
from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.conversation import Evidence
from mailsla.core.pairing.decision import Action
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.pairing.request import ServiceBasis
from mailsla.core.pairing.rules import Part
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.declared import ABOUT_COLLECTION
from mailsla.core.rate.finality import Missing
from mailsla.core.rate.note import NoteKind
from mailsla.core.rate.outlook import VolumeBasis
from mailsla.core.rate.promises import Keeping, KeptBy
from mailsla.core.rate.publication import Source
from mailsla.demo.office import NOW
from mailsla.presentation.finding_facts import code_of
from tests.json_page import NAMES, PAGE, SCHEMAS, Schema, page, parts, schema, type_of
from tests.presentation.answered import every_answer

pytestmark = pytest.mark.xdist_group("schemas")  # one demonstration for them all

VERSIONS = {"report": 2, "requests": 2, "show": 2}
"""Of the documents that had another meaning before."""

LEFT_OUT = {
    ("classify", "number"),
    ("conversations", "[].messages[].file"),
    ("conversations", "[].messages[].copies"),
    ("conversations", "[].messages[].to"),
}
"""The only fields that a document may be without."""

ENUMS: Mapping[tuple[str, str], set[StrEnum | str]] = {
    ("alerts", "sent[].dropped"): set(DropReason),
    ("clock", "rule.comparison"): {*Comparison},
    ("clock", "rule.unit"): {*Unit},
    ("clock", "rule.closed_day_receipt"): {*ClosedDayReceipt},
    ("clock", "rule.preset"): {*PresetName},
    ("calendar", "[].kind"): {*DayKind} - {DayKind.WORKING, DayKind.WEEKEND},
    ("check", "checks[].health"): {*Health},
    ("check", "checks[].code"): {code_of(kind) for kind in get_args(Finding)},
    ("classify", "kind"): {*MailKind, "office", "unreadable"}
    - {MailKind.OWN_ALERT, MailKind.UNDERIVED, MailKind.DECLARED_SENDER, MailKind.ACTION},
    ("conversations", "[].messages[].evidence"): {*Evidence},
    ("import", "skipped[].reason"): {*NotMail},
    ("notes", "notes[].kind"): {*NoteKind},
    ("report", "<rule>.comparison"): {*Comparison},
    ("report", "<rule>.unit"): {*Unit},
    ("report", "<rule>.closed_day_receipt"): {*ClosedDayReceipt},
    ("report", "<rule>.preset"): {*PresetName},
    ("report", "<promise_line>.preset"): {*PresetName},
    ("report", "<promise_line>.kept_by"): {*KeptBy},
    ("report", "<promise_line>.keeping"): {*Keeping},
    ("report", "<promise_line>.missing[]"): {*Missing},
    ("report", "not_requests"): {*MailKind},
    ("report", "balance.classes"): {*MailClass} - {MailClass.FURTHER_COPY},
    ("report", "balance.left_out"): {*MailKind},
    ("report", "<outlook>.pace"): {*VolumeBasis},
    ("report", "<revision>.causes[]"): {*Source},
    ("report", "<request>.verdict"): {*Outcome},
    ("report", "cohort"): {*Belonging},
    ("report", "<section>.cohort"): {*Belonging},
    ("report", "<section>.beside.cohort"): {*Belonging},
    ("report", "<section>.missing[]"): {*Missing},
    ("report", "<revision>.cohort"): {*Belonging},
    ("requests", "requests[].verdict"): {*Outcome},
    ("requests", "doubts[].reason"): {*DoubtCode},
    ("requests", "requests[].received_basis"): {*Basis},
    ("requests", "requests[].answered_basis"): {*Basis},
    ("requests", "requests[].evidence"): {*Evidence},
    ("left-out", "mails[].kind"): {*MailKind},
    ("mails", "mails[].kind"): {*MailKind, "unreadable"},
    ("mails", "mails[].class"): {*MailClass},
    ("mail", "kind"): {*MailKind},
    ("mail", "side"): {*Side},
    ("mail", "requests[].part"): {*Part},
    ("mail", "doubts[].reason"): {*DoubtCode},
    ("mail", "decisions[].action"): {*Action} - ABOUT_COLLECTION,
    ("show", "verdict"): {*Outcome},
    ("show", "received_basis"): {*Basis},
    ("show", "answered_basis"): {*Basis},
    ("show", "services[].basis"): {*ServiceBasis},
    ("show", "messages[].part"): {*Part},
    ("show", "messages[].basis"): {*Basis},
    ("show", "messages[].kind"): {*MailKind},
    ("show", "messages[].evidence"): {*Evidence},
    ("show", "decisions[].action"): {*Action} - ABOUT_COLLECTION,
    ("decisions", "decisions[].action"): {*Action},
    ("person", "<decision>.action"): {*Action},
    ("person", "mails[].actions[].action"): {*MailAction},
    ("person", "mails[].actions[].outcome"): {*ActOutcome},
    ("person", "mails[].actions[].reason"): {*ActReason},
    ("actions", "actions[].action"): {*MailAction},
    ("actions", "actions[].outcome"): {*ActOutcome},
    ("actions", "actions[].reason"): {*ActReason},
    ("publications", "publications[].cohort"): {*Belonging},
    ("publications", "publications[].causes[]"): {*Source},
}
"""Where a schema lists values, and what the code may write there."""

UNSEEN: Mapping[str, set[str]] = {
    # No line of its configuration is to be written.
    "check": {"checks[].section", "checks[].line"},
    # A report lists unanswered requests that count; no collection of the demonstration was interrupted.
    "report": {
        "<request>.answered_at",
        "<request>.excluded",
        "incomplete[].until",
        "incomplete[].lost",
    },
    # What is decided of a mail has no value of its own; none of the demonstration's was taken back.
    "mail": {"decisions[].answered_at", "decisions[].value", "decisions[].undoes"},
    # No mail of the demonstration left its mailbox.
    "person": {"mails[].places[].gone_at"},
}
"""What no answer below gives a value."""

NEVER_NULL: Mapping[str, set[str]] = {
    # Nothing is published here before any request has fallen due, nor by an earlier version.
    "report": {"<figure>.share", "<revision>.cohort"},
    # Everything of the demonstration could be read, and was derived.
    "mails": {"mails[].message", "mails[].kind"},
    "publications": {"publications[].cohort"},
    # Each archive of the demonstration says when its mails came.
    "person": {"mails[].places[].received_at"},
}
"""What is null in no answer below."""

formats = FormatChecker(formats=("date",))


@formats.checks("date-time", raises=ValueError)
def is_instant(written: object) -> bool:
    """Tell whether a text is an instant: ISO 8601, to the second, with its offset."""
    if not isinstance(written, str):
        return True
    at = datetime.fromisoformat(written)
    return at.tzinfo is not None and at.isoformat(timespec="seconds") == written


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name), format_checker=formats)


def problems(name: str, answer: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(answer)]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What the commands answer, by command."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MAILSLA_NOW", NOW.isoformat())
        environment.delenv("MAILSLA_LANG", raising=False)
        folder = tmp_path_factory.mktemp("answered")
        environment.setenv("XDG_STATE_HOME", str(folder))
        return every_answer(folder)


@pytest.mark.in_parts(3)
@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_what_its_schema_says(name: str, answers: dict[str, list[Any]]) -> None:
    assert answers[name]
    assert [problem for answer in answers[name] for problem in problems(name, answer)] == []


def met(
    path: str, part: Schema, value: Any, shared: Mapping[str, Schema]
) -> Iterator[tuple[str, Schema, Any]]:
    """Yield each place of an answer: its path as `tests.json_page` writes it, its schema, its value."""
    yield path, part, value
    if "anyOf" in part and value is not None:
        part = part["anyOf"][0]
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        yield from met(f"<{name}>", shared[name], value, shared)
    elif isinstance(value, list):
        for item in value:
            yield from met(f"{path}[]", part["items"], item, shared)
    elif isinstance(value, dict) and "properties" in part:
        for key, inner in value.items():
            yield from met(f"{path}.{key}" if path else key, part["properties"][key], inner, shared)


def places(name: str, given: Iterable[Any]) -> Iterator[tuple[str, Schema, Any]]:
    whole = schema(name)
    for answer in given:
        yield from met("", whole, answer, whole.get("$defs", {}))


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_met_with_a_value_and_where_it_may_be_null_without(
    name: str, answers: dict[str, list[Any]]
) -> None:
    values: set[str] = set()
    nulls: set[str] = set()
    for path, _part, value in places(name, answers[name]):
        (nulls if value is None else values).add(path)
    may_be_null = {path for path, part in parts(schema(name)) if type_of(part).endswith("null")}

    assert {path for path, _part in parts(schema(name))} - values == UNSEEN.get(name, set())
    assert may_be_null - nulls == NEVER_NULL.get(name, set())


@pytest.mark.parametrize("name", NAMES)
def test_a_field_that_is_missing_or_unknown_is_refused(name: str, answers: dict[str, list[Any]]) -> None:
    looked_at = set()
    for path, part, value in places(name, answers[name]):
        if "properties" not in part or path in looked_at:
            continue
        looked_at.add(path)
        strict = validator(name).evolve(schema=part)
        assert strict.is_valid(value)
        assert not strict.is_valid({**value, "unknown": 0}), path
        for key in value:
            without = {other: inner for other, inner in value.items() if other != key}
            may_lack = (name, f"{path}.{key}" if path else key) in LEFT_OUT
            assert strict.is_valid(without) == may_lack, (path, key)
    assert looked_at >= {path for path, part in parts(schema(name)) if "properties" in part}


@pytest.mark.parametrize("wrong", ["2026-11-13T08:30:00", "2026-11-13T08:30:00.5+01:00", "13 novembre"])
def test_an_instant_is_to_the_second_with_its_offset(wrong: str, answers: dict[str, list[Any]]) -> None:
    [right, *_others] = (answer for answer in answers["clock"] if answer["due_at"] is not None)

    assert problems("clock", right) == []
    assert problems("clock", {**right, "due_at": wrong}) != []


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_strict_and_explains_every_field(name: str) -> None:
    whole = schema(name)
    Draft202012Validator.check_schema(whole)

    version = VERSIONS.get(name, 1)
    assert (whole["$id"], whole["title"]) == (f"urn:mailsla:{name}:{version}", f"mailsla.{name}/{version}")
    for path, part in [("", whole), *parts(whole)]:
        assert part.get("description") or (path.endswith("[]") and "properties" not in part), path
        assert part.get("format") in {None, "date", "date-time"}
        assert part.get("type") != "array" or "items" in part
        if "properties" in part:
            below = f"{path}." if path else ""
            left_out = {key for key in part["properties"] if (name, below + key) in LEFT_OUT}
            assert part["additionalProperties"] is False
            assert {*part["required"]} == {*part["properties"]} - left_out


def test_the_values_that_a_schema_lists_are_the_code_s() -> None:
    listed = {
        (name, path): {value for value in values if value is not None}
        for name in NAMES
        for path, part in parts(schema(name))
        if (values := part.get("enum") or part.get("propertyNames", {}).get("enum"))
    }

    assert listed == ENUMS


def test_what_two_schemas_share_they_say_alike() -> None:
    report, requests, show, clock = (schema(name) for name in ("report", "requests", "show", "clock"))
    request = report["$defs"]["request"]["properties"]
    rule = clock["properties"]["rule"]["properties"]

    assert request.items() <= requests["properties"]["requests"]["items"]["properties"].items()
    assert request.items() <= show["properties"].items()
    assert rule.items() <= report["$defs"]["rule"]["properties"].items()
    assert show["$defs"]["day"] == clock["$defs"]["day"]


def test_the_page_says_what_the_schemas_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_schema_of_the_package_is_on_the_page() -> None:
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{name}.json" for name in NAMES}
