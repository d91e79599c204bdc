"""The demonstration's figures, held against a table counted by hand and against an independent count."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy
import pytest

from mailsla.demo.letters import FOLDER, sample_messages, sample_requests

NOW = date(2026, 11, 13)
HOLIDAYS = (
    "2026-01-01 2026-04-06 2026-05-01 2026-05-08 2026-05-14 2026-05-25 2026-07-14 2026-08-15 2026-11-01 "
    "2026-11-11 2026-12-25"
).split()


def truth() -> list[dict[str, str]]:
    return _rows("truth.csv")


def truth_by_due_date() -> dict[str, dict[str, int]]:
    """Return how many requests that fall due in each week and month stand where, by the period's name."""
    return {
        row.pop("due_in"): {name: int(count) for name, count in row.items()}
        for row in _rows("truth_by_due_date.csv")
    }


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run the demonstration once, and return a function that runs other commands on it."""
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path_factory.mktemp("demo"))}

    def command(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "mailsla", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    command.printed = command("demo")  # type: ignore[attr-defined]  # (what it printed goes with it)
    return command


def test_the_truth_equals_an_independent_count() -> None:
    for row in truth():
        received = date.fromisoformat(row["received_on"])
        end = date.fromisoformat(row["answered_on"]) if row["answered_on"] else NOW
        elapsed = numpy.busday_count(received + timedelta(days=1), end + timedelta(days=1), holidays=HOLIDAYS)
        so_far = numpy.busday_count(received + timedelta(days=1), NOW + timedelta(days=1), holidays=HOLIDAYS)
        judged, not_due = ("met", "early") if row["answered_on"] and elapsed < 10 else ("missed", "waiting")
        standing = judged if so_far >= 10 else not_due
        due_on = numpy.busday_offset(received, 9, roll="backward", holidays=HOLIDAYS)
        counted = (str(due_on), str(elapsed), standing)
        assert (row["id"], row["due_on"], row["working_days"], row["standing"]) == (row["id"], *counted)


def test_the_truth_of_each_week_and_month_is_that_of_the_requests_due_in_it() -> None:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for row in truth():
        for name in (f"{date.fromisoformat(row['due_on']):%G-W%V}", row["due_on"][:7]):
            counted[name][row["standing"]] += 1

    found = truth_by_due_date()

    assert {
        name: {state: of[state] for state in next(iter(found.values()))} for name, of in counted.items()
    } == found


def test_every_verdict_of_the_demonstration_is_the_table_s(run: Any) -> None:
    expected = {row["id"]: row for row in truth()}
    names = {request.message_id: request.id for request in sample_requests()}

    found = json.loads(run("requests", "--demo", "--format", "json"))["requests"]

    assert len(found) == len(expected)
    for request in found:
        row = expected[names[request["message_id"]]]
        assert {
            "service": request["service"] or "",
            "received_on": request["received_on"],
            "due_on": request["due_on"],
            "working_days": str(request["working_days"]),
            "standing": _standing(request),
        } == {name: row[name] for name in ("service", "received_on", "due_on", "working_days", "standing")}


def _standing(request: dict[str, Any]) -> str:
    if request["verdict"] != "not_due":
        return str(request["verdict"])
    return "early" if request["answered_at"] else "waiting"


def test_the_report_counts_what_the_table_counts(run: Any) -> None:
    report = json.loads(run("report", "--demo", "--format", "json"))
    week, year = report["sections"]

    for section, first, last in ((week, "2026-11-02", "2026-11-08"), (year, "2026-01-01", "2026-12-31")):
        cohort = [row for row in truth() if first <= row["due_on"] <= last]
        assert (section["period"]["first"], section["period"]["last"]) == (first, last)
        assert section["population"] == _population(cohort)
        received = [row for row in truth() if first <= row["received_on"] <= last]
        assert section["beside"] == {"cohort": "received", "population": _population(received)}
        for line in section["by_service"]:
            of_service = [row for row in cohort if row["service"] == (line["service"] or "")]
            assert line["population"] == _population(of_service)
        pieces = [
            [row for row in cohort if piece["counted"]["first"] <= row["due_on"] <= piece["counted"]["last"]]
            for piece in section["by_period"]
        ]
        assert [piece["population"] for piece in section["by_period"]] == list(map(_population, pieces))
        assert sum(map(len, pieces)) == len(cohort)


@pytest.mark.parametrize("grain", ["week", "month"])
def test_each_week_and_month_of_the_report_is_the_table_s(run: Any, grain: str) -> None:
    words = ("report", "--demo", "--period", "2026", "--by", grain, "--cohort", "due", "--format", "json")
    lines = json.loads(run(*words))["sections"][0]["by_period"]

    found = {line["period"]["name"]: line for line in lines}
    expected = {name: row for name, row in truth_by_due_date().items() if ("W" in name) is (grain == "week")}

    for name, line in found.items():
        row = expected.get(name, dict.fromkeys(("met", "missed", "early", "waiting"), 0))
        assert (name, list(line["population"].values())) == (name, [*row.values(), 0])
        rate = (line["attainment"]["numerator"], line["attainment"]["denominator"])
        assert (name, rate) == (name, (row["met"], row["met"] + row["missed"]))
    assert expected.keys() <= found.keys()
    assert sum(row["met"] for row in expected.values()) == 85


def _population(rows: list[dict[str, str]]) -> dict[str, int]:
    counted = Counter(row["standing"] for row in rows)
    return {
        "met": counted["met"],
        "missed": counted["missed"],
        "not_due_answered": counted["early"],
        "not_due_waiting": counted["waiting"],
        "excluded": 0,
    }


def test_what_is_no_request_is_counted_by_kind(run: Any) -> None:
    report = json.loads(run("report", "--demo", "--format", "json"))

    assert report["not_requests"] == {
        "automatic_reply": 15,  # 12 acknowledgements of the form, 1 of a mail, 2 absences
        "calendar": 3,
        "delivery_report": 4,
        "list": 10,
        "receipt": 2,
        "spam": 6,
    }


def test_the_demonstration_prints_its_date_a_report_and_what_to_try(run: Any) -> None:
    printed = run.printed
    command = next(line for line in printed.splitlines() if "mailsla show" in line).split()

    shown = run(*command[1:4])

    assert "vendredi 13 novembre 2026" in printed
    assert "Taux de respect" in printed
    assert "Échéance" in shown


def test_the_sample_holds_every_oddity_it_promises() -> None:
    messages = sample_messages()
    raw = [message.raw for message in messages]
    mailboxes = Counter(message.mailbox for message in messages)

    assert len(messages) >= 300
    assert set(mailboxes) == {"INBOX", "Sent", "Etrangers", "Permis", "Archives", "Junk"}
    for mark, at_least in (
        (b"Auto-Submitted: auto-replied", 10),
        (b"Auto-Submitted: auto-generated", 10),
        (b"List-Unsubscribe:", 10),
        (b"report-type=delivery-status", 4),
        (b"report-type=disposition-notification", 2),
        (b"text/calendar; method=", 3),
        (b"=?utf-8?b?", 10),
        (b"=?utf-8?q?", 10),
        (b"=?iso-8859-1?q?", 5),
    ):
        assert sum(mark in message for message in raw) >= at_least, mark
    assert any(message.isascii() is False for message in raw)


def test_every_person_of_the_sample_is_plainly_invented() -> None:
    domains = {request.address.partition("@")[2] for request in sample_requests()}

    assert domains <= {"example.org", "example.net", "example.com", "courriel.example", "orangerie.example"}


def test_nothing_runs_on_after_the_demonstration(run: Any, tmp_path: Path) -> None:
    del tmp_path
    assert "effacé" in run("demo", "--remove")
