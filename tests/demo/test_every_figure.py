"""Every figure is a list: each number of a report is counted once more, in the list that a command gives of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path as FilePath
from typing import Any

import pytest

from mailsla.cli import run
from mailsla.core.pairing.balance import MailClass
from mailsla.core.rate.period import parse_period, year_before
from mailsla.demo.office import NOW
from tests.presentation.answered import Office, demonstrated, dispute, erase_somebody, leave_to_nobody
from tests.trials.crawling import crawl

pytestmark = pytest.mark.xdist_group("figures")  # one demonstration for them all

Path = tuple[str | int, ...]

STANDINGS = {
    "met": "met",
    "missed": "missed",
    "not_due_answered": "not-due-answered",
    "not_due_waiting": "not-due-waiting",
    "excluded": "excluded",
}
FRACTION = {"numerator": "met", "denominator": "fallen-due"}
OTHERWISE = {"by_decision": "answered-by-decision", "by_filing": "answered-by-filing"}
HANDLED = {"numerator": "handled-in-time", "denominator": "handled"}

NO_COUNTS = {
    *("share", "low", "high", "curve", "answered_by", "median", "p90"),  # shares and days
    *("delays", "first_responses", "since_assigned", "landing", "target"),
    *("rule", "minimum", "example"),  # the promise
    *("needed_of_waiting", "expected_requests", "may_lose", "year"),  # what is worked out from counts
    *("working_days", "reminders"),  # of one request, which `show` tells
    *(
        "if_answered",
        "otherwise",
    ),  # of another reading: what differs in it is listed, `unseen-reply` or `disputed`
    "lost",  # of mails that nobody has any more
    "revisions",  # of what was published: frozen, and listed nowhere else
}
"""Names of what is no number of requests or mails that are there."""


def numbers(document: Any, path: Path = ()) -> Iterator[tuple[Path, int]]:
    """Yield each number of a document that counts requests or mails; of a list of requests, its length."""
    if not NO_COUNTS.isdisjoint(path) or isinstance(document, bool | str | None):
        return
    if path in {("overdue",), ("soon",)}:
        yield path, len(document)
    elif isinstance(document, Mapping):
        for name, value in document.items():
            yield from numbers(value, (*path, name))
    elif isinstance(document, Sequence):
        for number, value in enumerate(document):
            yield from numbers(value, (*path, number))
    else:
        yield path, document


def listing(path: Path, report: Any, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command that lists what a number counts.

    Raises:
        LookupError: When none is known: whoever adds a number says how it is listed.
    """
    sections, counted = report["sections"], ("requests", "--counted")
    first = _of(sections[0])
    match path:
        case ("sections", int(number), *rest):
            return _of_section(rest, sections[number], asked)
        case ("population" | "attainment" | "by_service", *_rest):
            return _of_section(path, sections[0], asked)
        case ("beside", str(which), _, str(name)):
            return _line(
                *counted, *_state(name), *_period(report["beside"][which]["period"]), *first[2:], *asked
            )
        case ("outlook", "waiting"):
            year = ("--cohort", "due", "--period", str(report["outlook"]["year"]))
            return _line(*counted, "--state", "not-due-waiting", *year, *asked)
        case ("overdue",):
            return _line("requests", "--state", "overdue", *asked)
        case ("soon",):
            return _line("requests", "--state", "due-soon", *asked)
        case ("to_check",):
            return _line("requests", "--state", "to-check", *asked)
        case ("unseen_replies", "requests"):
            return _line(*counted, "--state", "unseen-reply", *first, *asked)
        case ("untold", int(number), "requests"):
            return _line("requests", "--state", "unanswered", *_whose(report["untold"][number]))
        case ("sealed", "requests"):
            return _line("requests", "--state", "sealed", *asked)
        case ("disputed", "requests"):
            return _line(*counted, "--state", "disputed", *first, *asked)
        case ("not_requests", str(kind)):
            widest = _of(sections[-1])[:2]
            return _line("requests", "--state", "left-out", "--kind", kind, *widest)
        case ("set_aside",):
            return _line("mails", "--class", "set-aside")
        case ("balance", "seen"):
            return _line("mails", "--copies")
        case ("balance", "further_copies"):
            return _line("mails", "--class", "further-copy")
        case ("balance", "messages"):
            return _line("mails")
        case ("balance", "classes", str(name)):
            return _line("mails", "--class", name)
        case ("balance", "left_out", str(kind)):
            return _line("mails", "--class", "left-out", "--kind", kind)
    raise LookupError(path)


def _of_section(rest: Sequence[str | int], section: Any, asked: tuple[str, ...]) -> tuple[str, ...]:
    own = _of(section)
    counted = ("requests", "--counted")
    match tuple(rest):
        case ("population" | "attainment", str(name)):
            return _line(*counted, *_state(name), *own, *asked)
        case ("beside", "population", str(name)):
            beside = ("--cohort", section["beside"]["cohort"])
            return _line(*counted, *_state(name), *own[:2], *beside, *asked)
        case ("other_comparison", str(name)):
            return _line(*counted, *_state(name), "--variant", "other-comparison", *own, *asked)
        case ("without_closures", "changed"):
            return _line(*counted, "--state", "closure-changed", *own, *asked)
        case ("without_closures", str(name)):
            return _line(*counted, *_state(name), "--variant", "without-closures", *own, *asked)
        case ("handled", str(name)):
            return _line(*counted, "--state", HANDLED[name], *own[:2], *asked)
        case ("by_service", int(number), _, str(name)):
            return _line(*counted, *_state(name), *own, *_whose(section["by_service"][number]))
        case ("by_category", int(number), "answered"):
            category = section["by_category"][number]["category"]
            return _line(*counted, "--state", "answered", "--category", category, *own, *asked)
        case ("by_category", int(number), _, str(name)):
            category = section["by_category"][number]["category"]
            return _line(*counted, *_state(name), "--category", category, *own, *asked)
        case ("by_period", int(number), "year_before", _, str(name)):
            before = year_before(parse_period(section["by_period"][number]["counted"]["name"]))
            dates = ("--period", f"{before.first}..{before.last}")
            return _line(*counted, *_state(name), *dates, *own[2:], *asked)
        case ("by_period", int(number), _, str(name)):
            piece = section["by_period"][number]["counted"]
            return _line(*counted, *_state(name), *_period(piece), *own[2:], *asked)
        case ("answered_otherwise", "without", str(name)):
            return _line(*counted, *_state(name), "--variant", "mail-alone", *own, *asked)
        case ("answered_otherwise", str(name)):
            return _line(*counted, "--state", OTHERWISE[name], *own, *asked)
        case ("promises", int(number), ("answered" | "unanswered") as name):
            promise = ("--promise", section["promises"][number]["promise"])
            return _line("requests", "--state", name, *promise, *own, *asked)
        case ("promises", int(number), _, str(name)):
            promise = ("--promise", section["promises"][number]["promise"])
            return _line("requests", *_state(name), *promise, *own, *asked)
        case ("acknowledged",):
            return _line(*counted, "--state", "acknowledged", *own, *asked)
        case ("exclusions", str(reason)):
            return _line(*counted, "--state", "excluded", "--reason", reason, *own, *asked)
        case ("follow_ups", str(name)):
            return _line("requests", "--follow-ups", *_state(name), *own, *asked)
    raise LookupError(("sections", *rest))


def _state(name: str) -> tuple[str, str]:
    return ("--state", {**STANDINGS, **FRACTION}[name])


def _of(section: Any) -> tuple[str, ...]:
    return (*_period(section["period"]), "--cohort", section["cohort"])


def _whose(line: Any) -> tuple[str, ...]:
    return ("--unassigned",) if line["service"] is None else ("--service", line["service"])


def _period(of: Any) -> tuple[str, str]:
    return ("--period", f"{of['first']}..{of['last']}")


def _line(*arguments: str) -> tuple[str, ...]:
    return arguments


REPORTS = (
    (),
    ("--period", "2026", "--by", "year"),
    ("--period", "2026-10", "--cohort", "received", "--by", "week"),
    ("--service", "Étrangers", "--period", "2026-01-01..2026-11-04", "--by", "year"),
    ("--period", "2026-12"),
)
"""The reports that are walked: the usual one, of a year, of the other cohort, of a service and a cut period.

And one beside which stands another period.
"""

CHANGES = """
[[commitments]]
category = "information"
days = 10

[[commitments]]
category = "permis"
days = 15
subjects = ["Permis"]

[calendar]
closures = [{ on = 2026-10-23, reason = "pont" }, { on = 2026-07-13, reason = "pont" }]
"""
"""A second promise, and closures that change verdicts."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The demonstration with decisions of every kind, possible replies, two promises and closures."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MAILSLA_NOW", NOW.isoformat())
        environment.delenv("MAILSLA_LANG", raising=False)
        folder = tmp_path_factory.mktemp("figures")
        environment.setenv("XDG_STATE_HOME", str(folder))
        found = demonstrated(folder)
        leave_to_nobody(found.config)
        with found.config.open("a", encoding="utf-8") as written:
            written.write(CHANGES)
        assert found.printed("requests")  # derived by the new rules, then disputed once more
        dispute(found.config.with_name("mailsla.sqlite3"))
        erase_somebody(found)
        yield found


@pytest.mark.in_parts(6)
@pytest.mark.parametrize(
    "arguments", REPORTS, ids=["usual", "year", "received", "of a service", "beside another"]
)
def test_every_number_of_a_report_has_a_list_of_exactly_so_many(
    arguments: tuple[str, ...], office: Office
) -> None:
    report = office.json("report", *arguments)
    asked = arguments[:2] if "--service" in arguments else ()

    found = {path: (number, listing(path, report, asked)) for path, number in numbers(report)}
    wrong = {
        (path, command): (number, count(office, command))
        for path, (number, command) in found.items()
        if count(office, command) != number
    }

    assert wrong == {}
    assert len(found) > 100


@cache
def count(office: Office, command: tuple[str, ...]) -> int:
    """Return how many rows a command lists."""
    return len(office.json(*command)[_rows_of(command)])


def _rows_of(command: tuple[str, ...]) -> str:
    if "to-check" in command:
        return "doubts"
    return "mails" if "mails" in command or "left-out" in command else "requests"


@pytest.mark.in_parts(2)
def test_every_number_of_the_site_leads_to_a_list_of_exactly_so_many(
    office: Office, tmp_path: FilePath
) -> None:
    assert office.printed("pages", str(tmp_path / "site")) == ""

    found = crawl(tmp_path / "site")

    assert found.wrong == []
    assert found.numbers > 3_000
    assert found.lists > 1_500


def test_every_figure_that_a_report_can_print_is_met_above_and_is_not_nought(office: Office) -> None:
    report = office.json("report", "--period", "2026", "--by", "year")
    [year] = report["sections"]

    assert all(count > 0 for name, count in year["population"].items())
    assert year["without_closures"]["changed"] > 0
    assert len(year["by_category"]) == 2
    assert year["exclusions"]
    assert report["unseen_replies"]["requests"] > 0
    assert report["disputed"]["requests"] > 0
    assert {line["service"] for line in report["untold"]} == {"Permis de conduire", None}
    assert report["to_check"] > 0


def test_check_counts_those_of_whom_nobody_is_told_as_the_report_does(office: Office) -> None:
    counts = {line["service"]: line["requests"] for line in office.json("report")["untold"]}
    said = [item["sentence"] for item in office.json("check")["checks"]]

    whole = sum(counts.values())
    [sentence] = [
        item for item in said if item.startswith(f"{whole} demandes en attente n'alertent personne")
    ]
    assert f"à attribuer\u00a0{counts[None]}" in sentence
    assert any(item.startswith("sans chef à alerter aujourd'hui : Permis de conduire") for item in said)


def test_a_number_of_which_no_list_is_known_is_refused_by_its_name(office: Office) -> None:
    report = office.json("report")
    report["sections"][0]["phoned"] = 3

    with pytest.raises(LookupError, match="phoned"):
        [listing(path, report, ()) for path, _number in numbers(report)]


def test_the_balance_adds_up(office: Office) -> None:
    balance = office.json("report")["balance"]

    assert sum(balance["classes"].values()) == balance["messages"]
    assert balance["messages"] + balance["further_copies"] == balance["seen"]
    assert sum(balance["left_out"].values()) == balance["classes"]["left-out"]
    assert {*balance["classes"]} == {*MailClass} - {MailClass.FURTHER_COPY}
    assert balance["classes"]["request"] == len(office.json("requests")["requests"])
    assert balance["classes"]["follow-up"] == len(office.json("requests", "--follow-ups")["requests"])


def test_a_class_is_sampled_like_any_list_and_says_of_how_many(office: Office) -> None:
    drawn, again = (
        office.json("mails", "--class", "reply", "--sample", "4", "--seed", "7") for _time in range(2)
    )

    assert drawn == again
    assert (len(drawn["mails"]), drawn["found"] > 4) == (4, True)
    assert {item["class"] for item in drawn["mails"]} == {"reply"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("mails", "--kind", "spam"), "--kind va avec --class left-out."),
        (("mails", "--class", "reply", "--kind", "spam"), "--kind va avec --class left-out."),
        (("mails", "--class", "reply", "--copies"), "retirez --class."),
        (("mails", "--seed", "1"), "--seed va avec --sample."),
        (("requests", "--kind", "spam"), "--kind va avec --state left-out."),
        (("requests", "--state", "left-out", "--unassigned"), "retirez le reste."),
        (("requests", "--state", "left-out", "--counted"), "retirez le reste."),
        (("requests", "--state", "left-out", "--cohort", "due"), "retirez le reste."),
        (("requests", "--category", "autre"), "Catégorie inconnue : autre"),
        (("requests", "--service", "Autre"), "Service inconnu : Autre"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    arguments: tuple[str, ...], sentence: str, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--config", str(office.config)]) == 2

    assert sentence in " ".join(capsys.readouterr().err.split())
