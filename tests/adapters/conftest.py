"""The store on SQLite and on a real PostgreSQL, the mailboxes on a real Dovecot and on a real Cyrus: one contract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, Engine, event

from mailsla.adapters.database.engine import open_engine
from tests.adapters.boxes import Box
from tests.trials.stores import new_store, upgraded

if TYPE_CHECKING:
    from tests.trials.servers.dovecot import DovecotServer
    from tests.trials.servers.imap_server import ImapServer
    from tests.trials.servers.postgresql import PostgresqlServer


INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    else:
        url = request.getfixturevalue("postgresql_url")
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database at this version's schema: a copy of one that the migrations made."""
    if request.param == "sqlite":
        (tmp_path / "store.sqlite3").write_bytes(new_store())
        url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    else:
        url = request.getfixturevalue("migrated_postgresql_url")
    engine = open_engine(url)
    if request.param == "sqlite":
        event.listen(engine, "before_cursor_execute", _refuse_instants_as_text)
    yield engine
    engine.dispose()


def _refuse_instants_as_text(
    _connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
) -> None:
    """Refuse an instant that SQLAlchemy writes in its own way: SQLite would keep it, and compare it with numbers."""
    for row in parameters if many else [parameters]:
        for value in row:
            assert not (isinstance(value, str) and INSTANT.match(value)), statement


@pytest.fixture(scope="session")
def postgresql_template(postgresql: PostgresqlServer) -> str:
    """Bring one database to this version's schema; nobody else connects to it."""
    url = postgresql.create_database()
    upgraded(url)
    return url


@pytest.fixture
def migrated_postgresql_url(postgresql: PostgresqlServer, postgresql_template: str) -> Iterator[str]:
    """Create a database at this version's schema, dropped after the test."""
    url = postgresql.create_database(like=postgresql_template)
    yield url
    postgresql.drop_database(url)


@pytest.fixture(params=["dovecot", "cyrus"])
def server(request: pytest.FixtureRequest) -> ImapServer:
    """Each server in turn; ask it for a `new_user`."""
    found: ImapServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def box(server: ImapServer, tmp_path: Path) -> Iterator[Box]:
    """A new user's mailboxes on each server in turn."""
    with_mail = Box(server, server.new_user(), tmp_path)
    yield with_mail
    with_mail.engine.dispose()


@pytest.fixture
def dovecot_box(dovecot: DovecotServer, tmp_path: Path) -> Iterator[Box]:
    """A new user's mailboxes on Dovecot, for what it alone can do."""
    with_mail = Box(dovecot, dovecot.new_user(), tmp_path)
    yield with_mail
    with_mail.engine.dispose()
