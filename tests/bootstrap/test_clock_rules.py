"""`mailsla clock` and the report have one clock: under every option, the same instants have the same answer."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailsla.bootstrap.clock_rules import clock_rules, main_commitment
from mailsla.bootstrap.site_rules import Site
from mailsla.cli import run
from mailsla.config import Settings, load
from mailsla.config.promises import CommitmentSection
from mailsla.core.clock.territory import METROPOLE, REUNION
from mailsla.core.clock.verdict import Clock, Verdict
from mailsla.presentation.documents.clock import rule

ACCOUNT = """
[office]
domains = ["pref.example.fr"]
[[accounts]]
name = "contact"
host = "imap.example.fr"
user = "contact"
password_env = "UNUSED"
"""

HALF_DAYS = """
[calendar]
half_days = [
  { on = 2026-05-13, reason = "veille de l'Ascension", open = ["09:00-12:00"] },
  { on = 2026-12-24, reason = "veille de Noël", open = ["09:00-11:30"] },
]
"""

OPTIONS = {
    "nothing": "",
    "half-days": HALF_DAYS,
    "half-days that do not count": HALF_DAYS + "half_days_count = false",
    "closures": '[calendar]\nclosures = [{ on = 2026-05-15, reason = "pont" }]',
    "worked holidays": '[calendar]\nworked_holidays = [{ on = 2026-05-25, reason = "solidarité" }]',
    "local holidays": '[calendar]\nlocal_holidays = [{ on = 2026-05-12, reason = "fête votive" }]',
    "a cutoff": '[receipt]\ncutoff = "17:00"',
    "closed days": '[receipt]\nclosed_day_receipt = "next_working_day"',
    "a cutoff and closed days": '[receipt]\ncutoff = "16:30"\nclosed_day_receipt = "next_working_day"',
    "hours": "[[commitments]]\nhours = 30",
    "hours and half-days": "[[commitments]]\nhours = 48" + HALF_DAYS,
    "hours of its own": '[[commitments]]\nhours = 25\n[opening]\nfriday = ["08:00-12:00"]\nsaturday = ["09:00-10:00"]',
    "calendar days": '[[commitments]]\ndays = 15\nunit = "calendar_days"',
    "a preset": '[[commitments]]\npreset = "marianne"',
    "half-days that do not count and a preset": (
        '[[commitments]]\npreset = "marianne"' + HALF_DAYS + "half_days_count = false"
    ),
    "announced dates": "[[commitments]]\nannounced_date_counts = true",
    "everything": (
        '[[commitments]]\ndays = 8\ncomparison = "at_most"\ntarget = 1'
        + HALF_DAYS
        + 'half_days_count = false\nclosures = [{ on = 2026-05-15, reason = "pont" }]\n'
        + 'worked_holidays = [{ on = 2026-05-25, reason = "solidarité" }]\n'
        + '[receipt]\ncutoff = "17:00"\nclosed_day_receipt = "next_working_day"'
    ),
}

SITES = {"67": "good_friday = false", "57": "good_friday = true", "974": "", "987": ""}

INSTANTS = [
    ("2026-03-27 18:00", "2026-04-13 09:00"),
    ("2026-05-01 10:00", "2026-05-15 23:59"),
    ("2026-05-12 16:45", "2026-05-28 08:00"),
    ("2026-12-23 17:00", "2027-01-07 00:00"),
]
"""Requests and replies around Good Friday, Ascension Day, Whit Monday and the end of a year."""


def written(folder: Path, departement: str, options: str) -> Path:
    path = folder / "mailsla.toml"
    site = (
        f'[site]\nname = "Préfecture d\'essai"\ndepartement = "{departement}"\n{SITES.get(departement, "")}\n'
    )
    path.write_text(site + ACCOUNT + options, encoding="utf-8")
    return path


def as_a_report_sees_it(settings: Settings, received: str, replied: str) -> tuple[Verdict, Clock]:
    """Return the verdict and the clock of a report made a day after the reply."""
    site = Site(settings)
    received_at, replied_at = (
        datetime.fromisoformat(written).replace(tzinfo=site.zone) for written in (received, replied)
    )
    now = replied_at + timedelta(days=1)
    clock = site.clock(min(received_at, now - timedelta(days=366)), now)
    return clock.verdict(received_at, replied_at, site.standard(clock).main, now), clock


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["clock", *arguments, "--format", "json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


@pytest.mark.parametrize(
    ("departement", "options"),
    [
        *(("18", options) for options in OPTIONS),
        *((departement, options) for departement in SITES for options in ("nothing", "everything")),
    ],
)
def test_clock_says_what_the_report_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], departement: str, options: str
) -> None:
    path = written(tmp_path, departement, OPTIONS[options])
    settings = load(path)
    main = Site(settings).commitments[settings.commitments[0].category]
    for received, replied in INSTANTS:
        verdict, clock = as_a_report_sees_it(settings, received, replied)

        answer = said(capsys, received, replied, "--config", str(path))

        due_at = None if verdict.due_at is None else verdict.due_at.astimezone(clock.calendar.zone)
        assert answer["rule"] == rule(main, clock)
        assert answer["received_on"] == verdict.received_on.isoformat()
        assert answer["due_on"] == verdict.due_on.isoformat()
        assert answer["due_at"] == (None if due_at is None else due_at.isoformat())
        assert answer["working_days"] == verdict.working_days
        assert answer["elapsed" if due_at is None else "opening_minutes"] == verdict.elapsed
        assert answer["in_time"] == verdict.in_time


def test_a_half_day_that_does_not_count_puts_the_due_date_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {}
    for name in ("half-days", "half-days that do not count"):
        path = written(tmp_path, "18", OPTIONS[name])
        answer = said(capsys, "2026-04-28", "2026-05-18", "--config", str(path))
        found[name] = (
            answer["due_on"],
            answer["working_days"],
            answer["rule"]["text"].rpartition("minuit.")[2],
        )

    assert found == {
        "half-days": ("2026-05-13", 11, " Une demi-journée de fermeture compte comme un jour entier."),
        "half-days that do not count": (
            "2026-05-15",
            10,
            " Une demi-journée de fermeture ne compte pas.",
        ),
    }


def test_the_site_s_own_days_do_not_apply_in_another_territory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "18", OPTIONS["everything"])
    site = clock_rules(load(path))

    there = said(capsys, "2026-05-11", "--config", str(path), "--departement", "974")
    here = said(capsys, "2026-05-11", "--config", str(path), "--departement", "75")

    reasons = {day["reason"] for day in there["days"]}
    assert reasons == {"working", "weekend", "Ascension"}
    assert "demi-journée" not in there["rule"]["text"]
    assert {"pont", "veille de l'Ascension"} <= {day["reason"] for day in here["days"]}
    assert site.elsewhere(METROPOLE) == site
    elsewhere = site.elsewhere(REUNION)
    assert (elsewhere.declared, elsewhere.opening.days) == ((), {})
    assert (elsewhere.receipt, elsewhere.opening.week) == (site.receipt, site.opening.week)


def test_only_what_was_asked_is_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "18", OPTIONS["everything"])
    usual = said(capsys, "2026-05-12", "--config", str(path))["rule"]

    asked = {
        ("--cutoff", "00:00"): {"cutoff": "00:00"},
        ("--closed-day-receipt", "same_day"): {"closed_day_receipt": "same_day"},
        ("--days", "3"): {"days": 3},
        ("--unit", "calendar_days"): {"unit": "calendar_days"},
        ("--hours", "3"): {"hours": 3, "days": None, "unit": "opening_hours"},
        ("--comparison", "less_than"): {"comparison": "less_than"},
    }

    for options, changed in asked.items():
        answer = said(capsys, "2026-05-12", "--config", str(path), *options)["rule"]
        assert answer | {"text": ""} == usual | changed | {"text": ""}


def test_without_a_configuration_a_territory_is_enough(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = said(capsys, "2026-12-14", "--departement", "974")

    assert answer["zone"] == "Indian/Reunion"
    assert answer["due_on"] == "2026-12-28"
    assert said(capsys, "2026-12-14")["zone"] == "Europe/Paris"


def test_the_longest_promise_has_a_due_date_in_a_report(tmp_path: Path) -> None:
    settings = load(written(tmp_path, "18", "[[commitments]]\nhours = 2000"))

    verdict, _clock = as_a_report_sees_it(settings, "2026-12-30 09:00", "2026-12-31 09:00")

    assert verdict.due_on.year == 2028


def test_clock_loads_no_database_and_no_scheduler(tmp_path: Path) -> None:
    program = (
        "import sys; from mailsla.cli import run; code = run(['clock', '2026-04-28']);"
        "print(code, *sorted({'sqlalchemy', 'sqlmodel', 'apscheduler', 'alembic'} & sys.modules.keys()))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stdout.splitlines()[-1] == "0", done.stderr


def test_the_promise_without_a_configuration_is_that_of_one_which_says_nothing() -> None:
    assert main_commitment(None) == CommitmentSection().commitment
