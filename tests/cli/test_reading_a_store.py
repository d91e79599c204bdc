"""A store is read by whoever may only read it: without the configuration, and without a folder to write in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from mailsla.adapters.database.column_values import microseconds
from mailsla.adapters.database.engine import open_engine, writing
from mailsla.adapters.database.tables import MESSAGE
from mailsla.cli import run
from tests.cli.few_requests import ACCOUNT, CHANGES, mbox
from tests.trials.daemon import plainly_spaced
from tests.trials.office import document, toml

NOW = "2026-04-15T12:00:00+02:00"
LATELY = datetime(2026, 4, 15, 9, 59, tzinfo=UTC)
NOBODY = 65_534
WITHOUT = "Sans configuration : d'après les règles que garde la base."
COMMANDS = ("report", "requests --format csv", "show {key}", "alerts", "conversations", "clock 2026-03-09")
SERVICES = CHANGES["services"]


def plain(text_: str) -> str:
    """Return a text with spaces as people type them."""
    return text_.replace("\u00a0", " ").replace("\u202f", " ")


class Shared:
    """A store whose folder another user may read, and nothing more."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "mailsla #1%.sqlite3"
        self.config = folder / "mailsla.toml"
        self.configure(**SERVICES)
        (folder / "archive.mbox").write_text(mbox(), encoding="utf-8")
        assert self.owner("import", str(folder / "archive.mbox")) == 0
        self.share()

    def configure(self, **sections: object) -> None:
        own = document(
            ACCOUNT | {"user": "contact@pref.example.fr"},
            store={"url": f"sqlite:///{self.store}"},
            **sections,
        )
        self.config.write_text(toml(own), encoding="utf-8")

    def owner(self, *arguments: str) -> int:
        return run([*arguments, "--config", str(self.config)])

    def share(self) -> None:
        """Let others read what is there, and write nothing: nor may whoever runs the tests, unless that is root."""
        for path in self.folder.iterdir():
            path.chmod(0o600 if path == self.config else 0o444)
        self.folder.chmod(0o555)

    def reader(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command as another user, or as one whom modes bind."""
        another = (
            [] if os.geteuid() else ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        )
        done = subprocess.run(
            [*another, sys.executable, "-m", "mailsla", *arguments],
            env=self._environment(arguments) | environment,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return plainly_spaced(done)

    @staticmethod
    def _environment(arguments: Sequence[str]) -> dict[str, str]:
        """What people do has its true date."""
        is_act = arguments[0] == "decide" or "--publish" in arguments
        clean = {name: value for name, value in os.environ.items() if name != "MAILSLA_NOW"}
        return clean if is_act else clean | {"MAILSLA_NOW": NOW}

    def a_reference(self) -> str:
        """Return the reference of one request."""
        return self.reads("requests", "--format", "csv").stdout.splitlines()[1].split(";")[0]

    def reads(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.reader(*arguments, "--store", str(self.store))


@pytest.fixture(autouse=True)
def at_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILSLA_NOW", NOW)
    monkeypatch.delenv("MAILSLA_STORE", raising=False)
    monkeypatch.delenv("MAILSLA_CONFIG", raising=False)


@pytest.fixture
def shared() -> Iterator[Shared]:
    folder = Path(tempfile.mkdtemp(prefix="mailsla-"))
    yield Shared(folder)
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.in_parts(2)
def test_another_user_reads_what_the_owner_does_without_configuration_and_writes_nothing(
    shared: Shared, capfd: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in shared.folder.iterdir()}
    key = shared.a_reference()

    for command in COMMANDS:
        words = command.format(key=key).split()
        capfd.readouterr()
        done = shared.reads(*words)
        assert (done.returncode, done.stderr.strip()) == (0, WITHOUT), command
        capfd.readouterr()
        assert shared.owner(*words) == 0
        assert done.stdout.splitlines() == plain(capfd.readouterr().out).splitlines(), command
        shared.share()

    assert {path.name: path.stat().st_mtime_ns for path in shared.folder.iterdir()} == before


def test_whoever_can_read_no_configuration_is_told_where_the_store_is_by_the_environment(
    shared: Shared,
) -> None:
    named = {"MAILSLA_STORE": str(shared.store)}

    unreadable = shared.reader("requests", MAILSLA_CONFIG=str(shared.config), **named)
    absent = shared.reader("requests", **named)
    shared.config.chmod(0o644)
    # It is root's, whom everybody trusts, or this user's own.
    readable = shared.reader("requests", MAILSLA_CONFIG=str(shared.config), **named)

    assert [item.returncode for item in (unreadable, absent, readable)] == [0, 0, 0]
    assert [item.stderr.strip() for item in (absent, readable)] == [WITHOUT, ""]
    assert unreadable.stderr.strip() == (WITHOUT if os.geteuid() == 0 else "")
    assert len({item.stdout for item in (unreadable, absent, readable)}) == 1


def test_a_store_that_a_writer_has_open_is_read_with_what_was_written_last(shared: Shared) -> None:
    shared.folder.chmod(0o755)
    shared.store.chmod(0o644)
    engine = open_engine(f"sqlite:///{shared.store}")
    with engine.connect() as kept_open:
        kept_open.execute(text("select 1 from message")).first()
        kept_open.rollback()
        with writing(engine) as connection:
            connection.execute(MESSAGE.update().values(subject="Écrit à l'instant"))
        assert Path(f"{shared.store}-wal").stat().st_size > 0
        shared.share()
        done = shared.reads("requests", "--format", "csv")
    engine.dispose()

    assert done.returncode == 0
    assert "Écrit à l'instant" in done.stdout
    assert {path.name for path in shared.folder.glob("*.sqlite3*")} >= {shared.store.name}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("decide a exclude --reason essai", 2, "demande une configuration"),
        ("poll", 2, "demande une configuration"),
        ("report --publish", 2, "demande une configuration"),
        ("import /etc/hostname", 2, "demande une configuration"),
        ("check", 1, "les règles sont celles que garde la base"),
    ],
)
def test_what_writes_needs_the_configuration_and_says_so_in_one_sentence(
    shared: Shared, arguments: str, code: int, said: str
) -> None:
    done = shared.reads(*arguments.split())

    assert done.returncode == code
    assert said in " ".join(f"{done.stdout} {done.stderr}".split())
    assert "Traceback" not in done.stderr


def test_what_is_to_be_derived_is_left_to_whoever_may_and_said(shared: Shared) -> None:
    def spoil(statement: str) -> None:
        shared.folder.chmod(0o755)
        shared.store.chmod(0o644)
        engine = open_engine(f"sqlite:///{shared.store}")
        with writing(engine) as connection:
            connection.execute(text(statement))
        engine.dispose()
        shared.share()

    said = []
    for statement in (
        f"insert into pending (message_id, since) select id, {microseconds(LATELY)} from message limit 1",
        f"update pending set since = {microseconds(LATELY - timedelta(hours=1))}",
        "update derivation set rules = 'of another version'",
        "delete from alembic_version",
    ):
        spoil(statement)
        done = shared.reads("report")
        said.append((done.returncode, " ".join(done.stderr.removeprefix(WITHOUT).split())))

    assert [code for code, _said in said] == [0, 1, 1, 1]
    recent, late, stale, former = (sentence for _code, sentence in said)
    assert "ne sont pas encore rapprochés" in recent
    assert "depuis plus d'une heure" in late
    assert "établi par d'autres règles" in stale
    assert "n'est pas une base de mailsla" in former or "version précédente" in former


def test_a_user_of_the_configuration_who_may_not_write_reads_and_is_refused_a_decision(
    shared: Shared,
) -> None:
    shared.config.chmod(0o644)
    named = ("--config", str(shared.config))
    key = shared.a_reference()

    read = shared.reader("report", *named)
    decided = shared.reader("decide", key, "exclude", "--reason", "essai", *named)

    assert (read.returncode, read.stderr) == (0, "")
    assert (decided.returncode, decided.stderr.strip()) == (
        1,
        "Cette base ne peut qu'être lue avec ce compte.",
    )


KILLED = """\
import os, signal, sys
from sqlalchemy import text
from mailsla.adapters.database.engine import open_engine, writing
with writing(open_engine(sys.argv[1])) as connection:
    connection.execute(text("update message set subject = 'Écrit avant'"))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_store_whose_writer_was_killed_is_read_with_what_it_wrote_last(shared: Shared) -> None:
    shared.folder.chmod(0o755)
    shared.store.chmod(0o644)
    subprocess.run([sys.executable, "-c", KILLED, f"sqlite:///{shared.store}"], check=False)
    assert Path(f"{shared.store}-wal").stat().st_size > 0
    shared.share()

    done = shared.reads("requests", "--format", "csv")

    assert (done.returncode, done.stderr.strip()) == (0, WITHOUT)
    assert "Écrit avant" in done.stdout


def test_whoever_may_not_enter_the_folder_is_told_so_in_one_sentence(
    shared: Shared,
) -> None:
    shared.folder.chmod(0o000 if os.geteuid() else 0o700)

    named = shared.reads("report")
    said = shared.reader("report", MAILSLA_STORE=str(shared.store), MAILSLA_CONFIG=str(shared.config))
    shared.folder.chmod(0o755)

    assert (named.returncode, said.returncode) == (1, 1)
    assert "le droit d'entrer dans le dossier" in named.stderr
    assert len(named.stderr.strip().splitlines()) == len(said.stderr.strip().splitlines()) == 1


def test_a_log_that_nobody_can_read_along_is_refused_in_one_sentence(shared: Shared) -> None:
    shared.folder.chmod(0o755)
    Path(f"{shared.store}-wal").write_bytes(b"cut")
    shared.share()

    done = shared.reads("report")

    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.strip().splitlines()) == 1


def test_there_is_nothing_to_read_where_there_is_no_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "nowhere" / "store.sqlite3"
    (tmp_path / "empty.sqlite3").touch()

    codes = [run(["report", "--store", str(path)]) for path in (missing, tmp_path / "empty.sqlite3")]

    assert codes == [1, 1]
    assert len(capsys.readouterr().err.strip().splitlines()) == 2
    assert not missing.parent.exists()
    assert run(["report", "--store", "x", "--config", "y"]) == 2


def test_a_role_that_may_only_select_reads_postgresql(
    tmp_path: Path,
    postgresql_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = tmp_path / "mailsla.toml"
    config.write_text(toml(document(ACCOUNT, store={"url": postgresql_url}, **SERVICES)), encoding="utf-8")
    (tmp_path / "archive.mbox").write_text(mbox(), encoding="utf-8")
    assert run(["import", str(tmp_path / "archive.mbox"), "--config", str(config)]) == 0
    role = f"reader_{tmp_path.name.replace('-', '_')}_{os.getpid()}"
    engine = open_engine(postgresql_url)
    with writing(engine) as connection:
        connection.execute(text(f"create role {role} login"))
        connection.execute(text(f"grant select on all tables in schema public to {role}"))
    theirs = postgresql_url.replace("postgres@", f"{role}@")
    reading = tmp_path / "reading.toml"
    reading.write_text(config.read_text(encoding="utf-8").replace(postgresql_url, theirs), encoding="utf-8")
    stale = tmp_path / "stale.toml"
    stale.write_text(toml(document(ACCOUNT, store={"url": theirs})), encoding="utf-8")
    capsys.readouterr()

    codes = [
        run(["report", "--store", theirs]),
        run(["report", "--config", str(reading)]),
        run(["report", "--config", str(stale)]),
    ]
    monkeypatch.delenv("MAILSLA_NOW")
    codes.append(run(["report", "--publish", "--config", str(reading)]))
    said = capsys.readouterr().err
    with writing(engine) as connection:
        connection.execute(text(f"drop owned by {role}"))
        connection.execute(text(f"drop role {role}"))
    engine.dispose()

    assert theirs != postgresql_url
    assert codes == [0, 0, 1, 1]
    assert "établi par d'autres règles" in " ".join(said.split())
    assert said.rstrip().endswith("Cette base ne peut qu'être lue avec ce compte.")
