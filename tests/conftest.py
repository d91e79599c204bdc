"""Fixtures of the real servers; a test that asks for none starts none."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zlib import crc32

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.trials.servers.cyrus import CyrusServer
    from tests.trials.servers.dovecot import DovecotServer
    from tests.trials.servers.postfix import PostfixServer
    from tests.trials.servers.postgresql import PostgresqlServer
    from tests.trials.servers.smtp import SmtpRelay


settings.register_profile("whole", deadline=None)
"""No example is judged by a clock that other work of the machine moves."""

settings.register_profile("unit", settings.get_profile("whole"), max_examples=30)
"""For `make unit`, which is to be quick; the whole run tries more."""

settings.register_profile("few", settings.get_profile("whole"), max_examples=5)
"""For the other interpreters, which are asked whether they run the code, not whether it is right."""

settings.load_profile("whole")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run be asked for a part of the tests that are marked `in_parts`."""
    parser.addoption(
        "--part", type=int, help="of each test marked in_parts(count), the cases number part % count"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line(
        "markers", "in_parts(count): with --part, one case in so many is tried; all come up in as many days"
    )


def pytest_report_header(config: pytest.Config) -> str:
    """Say which part is tried."""
    part = config.getoption("part")
    return "every case" if part is None else f"part {part} of the tests that are in parts"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the other parts to other days."""
    part = config.getoption("part")
    if part is not None:
        items[:], left_out = parted(items, part)
        config.hook.pytest_deselected(items=left_out)
        config.stash[LEFT_OUT] = Counter(_test_of(item) for item in left_out)


LEFT_OUT = pytest.StashKey[Counter[str]]()
"""Of each test in parts, how many cases this run leaves to other days."""


def parted(items: Sequence[pytest.Item], part: int) -> tuple[Sequence[pytest.Item], Sequence[pytest.Item]]:
    """Return the tests of one part, and the others: of a test in parts every so manieth case, whatever the rest.

    Which comes first is drawn from the test's name: long tests of one case come up on different days.
    """
    met: Counter[str] = Counter()
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        mark = item.get_closest_marker("in_parts")
        is_kept = True
        if mark is not None:
            test = _test_of(item)
            is_kept = (crc32(test.encode()) + met[test] - part) % mark.args[0] == 0
            met[test] += 1
        (kept if is_kept else left_out).append(item)
    return kept, left_out


def _test_of(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Have the process that prints know what was left out: each that tries tests has collected them all."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["left out"] = dict(session.config.stash.get(LEFT_OUT, {}))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a process that tried tests left out."""
    left_out = getattr(node, "workeroutput", {}).get("left out")
    if left_out:
        node.config.stash[LEFT_OUT] = Counter(left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was left out."""
    for test, cases in sorted(config.stash.get(LEFT_OUT, Counter()).items()):
        terminalreporter.write_line(f"left to other days: {test}, {cases} of its cases")


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


@pytest.fixture(scope="session")
def postfix(dovecot: "DovecotServer") -> "Iterator[PostfixServer]":
    """Start one Postfix in front of `dovecot` for the session; tests of one `xdist_group` share it."""
    from tests.trials.servers.postfix import PostfixServer  # noqa: PLC0415 (its tools are needed only where it is)

    with PostfixServer(dovecot) as server:
        yield server


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
