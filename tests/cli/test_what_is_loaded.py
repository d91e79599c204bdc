"""What a command loads before it answers: libraries take most of what a short command costs, and memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.trials.office import document, toml

ROOT = Path(__file__).parents[2]

RUN = """
import sys
from mailsla.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, sep="\\n", file=sys.stderr)
"""

DAEMON = {"apscheduler"}
"""The daemon's own: jobs at intervals."""

ORM = {"sqlmodel", "sqlalchemy.orm", "alembic"}
"""What declares tables and migrates them: what reads and writes goes without."""

MAIL_SERVERS = {"imapclient", "smtplib", "mailsla.adapters.imap", "mailsla.usecases.poll"}
"""What speaks to mail servers: not for what reads the store alone."""

WORKBOOKS = {"xlsxwriter", "mailsla.presentation.formats.workbook"}
"""What draws workbooks, for that format alone."""

PAPER = {"weasyprint", "mailsla.presentation.formats.pdf_page"}
"""What lays PDFs out, for that format alone."""

OTHER_DATABASE = {"sqlalchemy.dialects.postgresql"}
"""What speaks to the other database: two megabytes."""

DATABASE = {*ORM, "sqlalchemy", "mailsla.adapters.database"}
DECORATION = {"rich.traceback", "rich.markdown", "rich.syntax", "pygments", "typer.rich_utils"}
OTHER_COUNTRIES = {"holidays.countries"}
"""Asked for France, the package loads them all."""

APPLICATION = {
    "mailsla.bootstrap",
    "mailsla.usecases",
    "mailsla.presentation.words",
    "mailsla.config",
    "mailsla.demo",
}
TEXTS = {"rich", "babel"}


def loaded_by(*arguments: str, folder: Path, code: int = 0) -> set[str]:
    """Run a command in a process of its own, which ends with `code`; return the modules loaded at its end."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAILSLA_", "COV"))}
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return set(done.stderr.splitlines())


AT_WORK = """
import gc
from mailsla.cli import main
try:
    main(["calendar", "2026"])
finally:
    assert gc.isenabled() and gc.get_freeze_count()
"""


def test_the_cycle_collector_works_on_what_a_command_makes_and_not_on_what_it_loaded(tmp_path: Path) -> None:
    """The daemon lives for months."""
    subprocess.run(
        [sys.executable, "-c", AT_WORK], env={"PYTHONPATH": str(ROOT)}, cwd=tmp_path, timeout=60, check=True
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a configuration whose store is made: the migrations load what declares the tables."""
    folder = tmp_path_factory.mktemp("installed")
    account = {"host": "localhost", "user": "contact", "password_env": "NONE"}
    (folder / "mailsla.toml").write_text(toml(document(account)), encoding="utf-8")
    assert "sqlmodel" in loaded_by("decisions", folder=folder)
    return folder


def test_the_version_is_said_without_a_command_line(tmp_path: Path) -> None:
    loaded = loaded_by("--version", folder=tmp_path)

    assert loaded & {*DATABASE, *DAEMON, *TEXTS, *APPLICATION, "typer", "pydantic", "holidays"} == set()
    assert "mailsla.cli" in loaded


@pytest.mark.parametrize("arguments", [["--help"], ["--lang", "en", "-h"]])
def test_the_help_is_said_without_the_application(tmp_path: Path, arguments: Sequence[str]) -> None:
    loaded = loaded_by(*arguments, folder=tmp_path)

    assert loaded & {*DATABASE, *DAEMON, *TEXTS, *APPLICATION, "pydantic", "holidays"} == set()
    assert "typer" in loaded


@pytest.mark.parametrize("arguments", [["clock", "2026-10-30", "2026-11-16"], ["calendar", "2026"]])
def test_the_clock_needs_no_store_no_configuration_and_no_pairing(
    tmp_path: Path, arguments: Sequence[str]
) -> None:
    loaded = loaded_by(*arguments, folder=tmp_path)

    refused = {*DATABASE, *DAEMON, *DECORATION, *OTHER_COUNTRIES}
    assert (
        loaded & {*refused, "mailsla.config", "mailsla.core.pairing", "mailsla.core.rate", "imapclient"}
        == set()
    )
    assert "mailsla.core.clock" in loaded


@pytest.mark.in_parts(3)
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("report", 0),
        ("requests", 0),
        ("mails", 0),
        ("decisions", 0),
        ("publications", 0),
        ("notes", 0),
        ("alerts", 0),
        ("actions", 0),
        ("conversations", 0),
        # Nothing was collected.
        ("check --quick", 1),
    ],
)
def test_what_reads_a_store_needs_no_scheduler_no_orm_and_no_decoration(
    installed: Path, command: str, code: int
) -> None:
    loaded = loaded_by(*command.split(), "--format", "json", folder=installed, code=code)

    refused = {*ORM, *DAEMON, *DECORATION, *OTHER_COUNTRIES, *OTHER_DATABASE, *WORKBOOKS, *PAPER}
    assert loaded & refused == set()
    assert "sqlalchemy" in loaded


@pytest.mark.parametrize("command", ["report", "requests"])
def test_what_gives_figures_and_lists_loads_nothing_that_speaks_to_mail_servers(
    installed: Path, command: str
) -> None:
    loaded = loaded_by(command, folder=installed)

    assert loaded & MAIL_SERVERS == set()


def test_the_daemon_s_commands_alone_load_the_scheduler_and_nothing_to_print_with(tmp_path: Path) -> None:
    loaded = loaded_by("run", "--help", folder=tmp_path)

    assert loaded >= DAEMON
    # It prints nothing, and stays for months.
    assert loaded & {*ORM, *DECORATION, "rich"} == set()
