"""The newest configuration wins: an older one with other rules derives nothing, says so, and takes nothing back."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from mailsla.adapters.archives.files import files_of
from mailsla.adapters.archives.reading import read_archive
from mailsla.adapters.database.bulk import insert_new
from mailsla.adapters.database.engine import open_engine, writing
from mailsla.adapters.database.pending import derive_again
from mailsla.adapters.database.runs import Runs
from mailsla.adapters.database.store import store_on
from mailsla.adapters.database.tables import ACCOUNT, LOCATION, MAILBOX, MESSAGE
from mailsla.bootstrap import commands
from mailsla.bootstrap.application import open_application
from mailsla.bootstrap.daemon import SiteWork
from mailsla.bootstrap.told import Told
from mailsla.cli import run
from mailsla.cli.command_table import declared
from mailsla.config import load
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.errors import Superseded
from mailsla.core.pairing.configured import RuleNames
from tests.cli.few_requests import ACCOUNT as SERVER
from tests.cli.few_requests import mbox
from tests.trials.office import document, toml

NOW = "2026-04-15T12:00:00+02:00"
OTHER_RULES = {
    "services": [{"name": "Permis", "addresses": ["permis@pref.example.fr"], "head": "chef@pref.example.fr"}]
}
OTHER_CALENDAR = {"calendar": {"half_days_count": False}}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite3'}"
    found: str = request.getfixturevalue("postgresql_url")
    return found


@pytest.fixture(autouse=True)
def at_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILSLA_NOW", NOW)


def saved(folder: Path, url: str, day: int, **sections: Any) -> Path:
    """Write a configuration as somebody saved it on a day of November."""
    folder.mkdir(exist_ok=True)
    config = folder / "mailsla.toml"
    config.write_text(toml(document(SERVER, store={"url": url}, **sections)), encoding="utf-8")
    save_again(config, day)
    return config


def save_again(config: Path, day: int) -> None:
    at = datetime.fromisoformat(f"2026-11-{day:02}T09:00:00+01:00").timestamp()
    os.utime(config, (at, at))


def archive(folder: Path, text: str = "") -> str:
    path = folder / f"{len(text)}.mbox"
    path.write_text(text or mbox(), encoding="utf-8")
    return str(path)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was printed last, on one line."""
    return " ".join(capsys.readouterr().out.split())


def made_by(url: str) -> RuleNames:
    engine = open_engine(url)
    names, _configured = store_on(engine).derivations.made_by()
    engine.dispose()
    return names


def as_collected(url: str) -> None:
    """Have the mails of the store taken for collected ones: nobody is alerted on what was imported."""
    engine = open_engine(url)
    with writing(engine) as connection:
        connection.execute(update(LOCATION).values(imported=False))
        insert_new(connection, ACCOUNT, [{"name": "contact"}])
        contact = select(ACCOUNT.c.id).where(ACCOUNT.c.name == "contact").scalar_subquery()
        connection.execute(update(MAILBOX).values(account_id=contact))
        derive_again(connection, connection.execute(select(MESSAGE.c.id)).scalars(), None)
    runs = Runs(engine)
    for at in ("2026-01-01T12:00:00+01:00", "2026-03-20T11:00:00+01:00"):
        instant = datetime.fromisoformat(at)
        runs.finish(
            runs.start("contact", instant), instant, RunOutcome.OK, reason=None, messages=0, set_aside=0
        )
    engine.dispose()


ONE_MORE = (
    "From nobody@example.org\nFrom: dominique@example.org\nTo: permis@pref.example.fr\n"
    "Date: Mon, 13 Apr 2026 09:00:00 +0200\nMessage-ID: <neuf@mail.example>\nSubject: Autre chose\n\nBonjour.\n\n"
)


def test_an_older_configuration_takes_nothing_back_until_it_is_saved_again(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    older = saved(tmp_path / "older", url, 1)
    assert run(["import", archive(tmp_path), "--config", str(older)]) == 0
    newer = saved(tmp_path / "newer", url, 2, **OTHER_RULES)
    assert run(["report", "--config", str(newer)]) == 0
    theirs = made_by(url)
    capsys.readouterr()

    codes = [
        run([*command.split(), "--config", str(older)])
        for command in (
            "report",
            "requests",
            "show a",
            "conversations",
            "alerts",
        )
    ]
    monkeypatch.delenv("MAILSLA_NOW")
    codes.append(run(["decide", "a", "exclude", "--reason", "x", "--config", str(older)]))
    monkeypatch.setenv("MAILSLA_NOW", NOW)
    refusals = capsys.readouterr().err.splitlines()
    refused_import = run(["import", archive(tmp_path, ONE_MORE), "--config", str(older)])

    assert codes == [2] * 6
    assert len(set(refusals)) == 1
    assert "enregistrez-la de nouveau" in refusals[0]
    assert (refused_import, made_by(url)) == (2, theirs)
    save_again(older, 3)
    assert run(["report", "--config", str(older)]) == 0
    assert made_by(url) != theirs
    assert run(["report", "--config", str(newer)]) == 2


def test_a_daemon_with_an_older_configuration_collects_and_neither_derives_nor_alerts(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAILSLA_NOW", "2026-03-20T12:00:00+01:00")
    operator = {"alerts": {"operator": "si@pref.example.fr", "unassigned": "qualite@pref.example.fr"}}
    older = saved(tmp_path / "older", url, 1, **operator)
    assert run(["import", archive(tmp_path), "--config", str(older)]) == 0
    as_collected(url)
    newer = saved(tmp_path / "newer", url, 2, **OTHER_RULES, **operator)
    told: list[Superseded] = []
    with open_application(load(older)) as app:
        work = SiteWork(app, Told(outdated=told.append))
        assert (work.derive() > 0, work.sound_alarms({"contact"}), told) == (True, 0, [])
        assert run(["report", "--config", str(newer)]) == 0
        theirs = made_by(url)

        alarms = [work.sound_alarms({"contact"}) for _round in range(3)]

        assert (work.derive(), work.prepare_alerts(), made_by(url)) == (0, 0, theirs)
        assert (alarms, len(told)) == ([1, 0, 0], 1)
        [state] = app.store.outbox.history()
        assert (state.recipient, state.purpose.split()[0]) == ("si@pref.example.fr", "configuration-outdated")
    capsys.readouterr()
    assert run(["check", "--quick", "--config", str(newer)]) == 1
    assert "systemctl reload mailsla" in said(capsys)
    assert run(["check", "--config", str(older)]) == 1
    assert "leurs règles diffèrent : rien n'est calculé avec celle-ci" in said(capsys)
    monkeypatch.setenv("MAILSLA_NOW", "2026-03-20T12:06:00+01:00")
    assert run(["check", "--quick", "--config", str(newer)]) == 1
    assert "systemctl reload mailsla" not in said(capsys)
    # The same mails, derived by the daemon's own rules, are alerted on: it was not for want of anything to say.
    save_again(older, 3)
    with open_application(load(older)) as app:
        work = SiteWork(app, Told(outdated=told.append))
        assert work.derive() > 0
        assert work.prepare_alerts() == 1


def test_equal_rules_are_no_conflict_whatever_the_dates_and_the_newest_calendar_is_kept(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = saved(tmp_path / "newer", url, 2, **OTHER_CALENDAR)
    older = saved(tmp_path / "older", url, 1)
    assert run(["import", archive(tmp_path), "--config", str(newer)]) == 0

    for config in (older, newer, older):
        assert run(["import", archive(tmp_path, ONE_MORE), "--config", str(config)]) == 0
        assert run(["report", "--config", str(config)]) == 0

    assert "règles" not in capsys.readouterr().err
    engine = open_engine(url)
    _names, configured = store_on(engine).derivations.made_by()
    engine.dispose()
    assert configured.saved_at == load(newer).saved_at
    assert configured.kept["calendar"]["half_days_count"] is False


def test_a_calendar_that_changed_is_kept_by_whatever_is_asked_next(tmp_path: Path, url: str) -> None:
    config = saved(tmp_path / "office", url, 1)
    assert run(["import", archive(tmp_path), "--config", str(config)]) == 0
    before = made_by(url)

    saved(tmp_path / "office", url, 2, **OTHER_CALENDAR)
    assert run(["requests", "--config", str(config)]) == 0

    engine = open_engine(url)
    names, configured = store_on(engine).derivations.made_by()
    engine.dispose()
    assert (names, configured.kept["calendar"]["half_days_count"]) == (before, False)


READING = (
    "report",
    "report --format json --period 2026-04",
    "requests",
    "requests --state left-out",
    "requests --state to-check --format csv",
    "mails --class reply",
    "decisions",
    "publications",
    "show {key}",
    "conversations",
    "alerts",
    "actions",
    "person camille@example.org --export",
    "pages {folder}/site",
    "bilan 2026 -o {folder}/bilan.html",
    "purge --dry-run",
    "check",
)


@pytest.mark.in_parts(3)
@pytest.mark.parametrize("command", READING)
def test_every_command_that_reads_derives_first_what_waits_and_what_other_rules_made(
    tmp_path: Path, command: str
) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    config = saved(tmp_path / "office", url, 1)
    assert run(["import", archive(tmp_path), "--config", str(config)]) == 0
    with open_application(load(config)) as app:
        key = app.store.derivations.requests()[0].key
    words = [word.format(key=key, folder=tmp_path) for word in command.split()]
    before = made_by(url)

    saved(tmp_path / "office", url, 2, **OTHER_RULES)
    run([*words, "--config", str(config)])
    after = made_by(url)
    collected_only(config, tmp_path)
    assert run([*words, "--config", str(config)]) in ({0, 1} if command == "check" else {0})

    assert before != after
    with open_application(load(config)) as app:
        assert not app.store.derivations.is_pending()
        assert made_by(url) == after
        assert any(request.subject == "Autre chose" for request in app.store.derivations.requests())


def collected_only(config: Path, folder: Path) -> None:
    """Have one more mail collected, and not derived."""
    with open_application(load(config)) as app:
        for path in files_of([Path(archive(folder, ONE_MORE))]):
            commands.import_archives(app, read_archive(path), lambda _count: None)
        assert app.store.derivations.is_pending()


def test_the_commands_that_read_are_those() -> None:
    """A command that is new is named here: one that reads a store is tried above, the others are said to read none."""
    reading = {command.split()[0] for command in READING}
    # A quarter of a trial has no definitive figure: its poster is refused, by figures that are read as the bilan's.
    reading.add("poster")
    # Notes are of no figure, and a copy is of what there is.
    as_it_is = {"note", "notes", "backup", "restore", "copy"}
    writing = {"poll", "run", "import", "decide"}
    without_store = {"demo", "init", "classify", "clock", "calendar"}
    assert declared().keys() == reading | as_it_is | writing | without_store
