"""A list asks the store for as much at a time as it can: its statements are as many for few requests as for many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, select

from mailsla import cli
from mailsla.adapters.database.derivation_work import DerivationWork
from mailsla.adapters.database.engine import writing
from mailsla.adapters.database.tables import MESSAGE, TIE
from mailsla.adapters.machine.second_process import SecondProcess
from mailsla.bootstrap import commands
from mailsla.bootstrap.application import open_application
from mailsla.config import load
from mailsla.core.collection.archived import ArchivedMail
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.publication import Published
from mailsla.core.rate.selection import Selection
from tests.factories import OFFICE
from tests.trials.office import document, toml

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
MANY = 200
REACHED = {"host": "127.0.0.1", "tls": "none", "user": "contact", "password": "x"}


def archived(number: int) -> ArchivedMail:
    """A request of somebody's own."""
    at = START + timedelta(minutes=number)
    header = (
        f"Message-ID: <r{number}.statements@example.org>\r\nFrom: usager{number}@example.org\r\n"
        f"To: contact@pref.example.fr\r\nSubject: Demande {number}\r\n"
        f"Received: from a by b; {at:%d %b %Y %H:%M:%S +0000}\r\nDate: {at:%d %b %Y %H:%M:%S +0000}"
    )
    return ArchivedMail("a.mbox", number + 1, header.encode(), b"Corps.", alone=False, folder="a.mbox")


ASKED = (
    *(("requests --format text", columns) for columns in ("80", "200")),
    *((f"requests --state not-due --format {written_as}", "80") for written_as in ("json", "csv")),
    *((f"mails --format {written_as}", "200") for written_as in ("text", "json", "csv")),
    ("mails --copies", "80"),
    ("mails --class request", "80"),
)
"""Lists, and how wide what they are printed on is."""


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note every statement that any engine executes."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def configuration(empty_engine: Engine, tmp_path: Path) -> Path:
    """A site whose store is empty, on each kind of database."""
    written = tmp_path / "mailsla.toml"
    url = empty_engine.url.render_as_string(hide_password=False)
    written.write_text(toml(document(REACHED, store={"url": url})), encoding="utf-8")
    return written


def hold(configuration: Path, numbers: range) -> None:
    """Have the store know of some requests."""
    with open_application(load(configuration), now=lambda: START + timedelta(days=10)) as app:
        commands.import_archives(app, map(archived, numbers), lambda _count: None)
        app.derive()


def test_a_list_takes_as_many_statements_for_ten_as_for_two_hundred(
    configuration: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAILSLA_NOW", (START + timedelta(days=10)).isoformat())
    counts: dict[int, dict[str, int]] = {}
    for first, last in ((0, 10), (10, 200)):
        hold(configuration, range(first, last))
        counts[last] = {}
        for asked, columns in ASKED:
            monkeypatch.setenv("COLUMNS", columns)
            with statements() as seen:
                assert cli.run(["--config", str(configuration), *asked.split()]) == 0
            counts[last][f"{asked} {columns}"] = len(seen)
            listed = capsys.readouterr().out
            assert listed.count("Demande") >= last or listed.count(".statements@example.org") == last

    with capsys.disabled():
        print(f"\nstatements of a list: {counts}")  # noqa: T201 (the figure, for whoever runs it)
    assert counts[10] == counts[200]


def test_the_registers_take_as_many_statements_for_many_lines_as_for_few(configuration: Path) -> None:
    hold(configuration, range(200))
    counts = []
    for decided, published in ((4, 2), (196, 38)):
        with open_application(load(configuration), now=lambda: START + timedelta(days=10)) as app:
            undecided = [item.case.key for item in commands.requests(app, Selection())][-decided:]
            for number, key in enumerate(undecided):
                signed = Decision(
                    0, key, Action.EXCLUDE, "essai", "camille", START + timedelta(minutes=number)
                )
                app.store.decisions.add(signed)
            app.derive()
            built = commands.report(app, [parse_period("2026")])
            for _time in range(published):
                commands.publish(app, built, Published())
            with statements() as of_decisions:
                decisions = commands.registered_decisions(app)
            with statements() as of_publications:
                publications = commands.registered_publications(app)
        counts.append((len(of_decisions), len(of_publications)))

    assert (len(decisions), len(publications)) == (200, 40)
    assert counts[0] == counts[1]


def test_mails_stored_without_ties_are_looked_up_once_however_many_parts_they_are_read_in(
    empty_engine: Engine, configuration: Path
) -> None:
    hold(configuration, range(MANY))
    given: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            given.extend(re.findall("[0-9]+", repr(parameters)))

    with writing(empty_engine) as connection:
        connection.execute(delete(TIE))
        numbers = connection.execute(select(MESSAGE.c.id)).scalars().all()
        work = DerivationWork(connection, SecondProcess(processors=1), portion=5)
        event.listen(empty_engine, "before_cursor_execute", note)
        try:
            work.tie_untied(numbers, OFFICE)
        finally:
            event.remove(empty_engine, "before_cursor_execute", note)
        tied = connection.execute(select(TIE.c.message_id).distinct()).scalars().all()

    assert sorted(tied) == sorted(numbers)
    assert len(numbers) == MANY
    # Once to see which have none, once as they are read; and what else a few statements say.
    assert len(given) < 3 * MANY
