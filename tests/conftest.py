"""Fixtures of the real servers; a test that asks for none starts none."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.trials.servers.cyrus import CyrusServer
    from tests.trials.servers.dovecot import DovecotServer
    from tests.trials.servers.postgresql import PostgresqlServer
    from tests.trials.servers.smtp import SmtpRelay


settings.register_profile("whole", deadline=None)
"""No example is judged by a clock that other work of the machine moves."""

settings.register_profile("unit", settings.get_profile("whole"), max_examples=30)
"""For `make unit`, which is to be quick; the whole run tries more."""

settings.load_profile("whole")

# Configurations that others may write are refused: those of the tests are not, whatever the umask of who runs them.
os.umask(os.umask(0o022) | 0o022)


@pytest.fixture(scope="session")
def dovecot() -> "Iterator[DovecotServer]":
    """Start one Dovecot for the session (and worker); give each test its own user, not its own server."""
    from tests.trials.servers.dovecot import DovecotServer  # noqa: PLC0415 (its tools are needed only where it is)

    with DovecotServer() as server:
        yield server


@pytest.fixture(scope="session")
def cyrus() -> "Iterator[CyrusServer]":
    """Start one Cyrus for the session (and worker); give each test its own `new_user`."""
    from tests.trials.servers.cyrus import CyrusServer  # noqa: PLC0415 (its tools are needed only where it is)

    with CyrusServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> "Iterator[PostgresqlServer]":
    """Start one PostgreSQL cluster for the session (and worker)."""
    from tests.trials.servers.postgresql import PostgresqlServer  # noqa: PLC0415 (its tools are needed only where it is)

    with PostgresqlServer() as server:
        yield server


@pytest.fixture(scope="session")
def smtp_relay(dovecot: "DovecotServer") -> "Iterator[SmtpRelay]":
    """Start one relay to `dovecot` for the session (and worker), without TLS; reset after each test."""
    from tests.trials.servers.smtp import SmtpRelay  # noqa: PLC0415 (its tools are needed only where it is)

    with SmtpRelay(dovecot) as relay:
        yield relay


@pytest.fixture(autouse=True)
def _smtp_relay_as_new(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep a test's holds, refusals and mails from the next one."""
    yield
    if "smtp_relay" in request.fixturenames:
        request.getfixturevalue("smtp_relay").reset()


@pytest.fixture
def imap_user() -> str:
    """Return a user nobody has used, whose login is also the address that LMTP delivers to."""
    return f"agent-{uuid4().hex}@example.fr"


@pytest.fixture
def postgresql_url(postgresql: "PostgresqlServer") -> Iterator[str]:
    """Create an empty database, dropped after the test; the value is its SQLAlchemy URL."""
    url = postgresql.create_database()
    yield url
    postgresql.drop_database(url)
