"""A real PostgreSQL cluster on a loopback port, quick because it would lose its data in a power cut."""

import os
import re
import shutil
import signal
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from tests.trials.servers.loopback import free_port, wait_until
from tests.trials.servers.server_process import Account, ServerDirectory, ServerProcess, run_as
from tests.trials.servers.startable import Startable

_START_SECONDS = 30
_START_ATTEMPTS = 5
_STOP_SECONDS = 10
_SUPERUSER = "postgres"
_QUICK_SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


class PostgresqlServer(Startable):
    """A cluster without password, on a unix socket and on a loopback port.

    The data is kept from `stop` to `start`, and deleted by `close` or at the end of the `with` block.
    """

    def __init__(self) -> None:
        self.host = "127.0.0.1"
        self._binaries = _postgresql_binaries()
        self._account = Account.for_servers()
        self._directory = ServerDirectory("postgresql", self._account)
        self._data = self._directory.path / "data"
        self._process: ServerProcess | None = None
        self._port: int | None = None

    @property
    def port(self) -> int:
        """TCP port, on `host`."""
        if self._port is None:
            raise RuntimeError("PostgreSQL was never started: its port is not known")
        return self._port

    @property
    def socket_directory(self) -> Path:
        """Directory of the unix socket: a `host` for libpq."""
        return self._directory.path

    @property
    def log(self) -> str:
        """What PostgreSQL has logged since the first start."""
        return self._log_path.read_text(errors="replace")

    def start(self) -> None:
        """Start, on the port of the last time if there was one, and return when the server answers.

        Raises:
            RuntimeError: PostgreSQL would not start; its log is in the message.
        """
        if self._process is not None:
            raise RuntimeError("PostgreSQL is already started")
        self._create_cluster_once()
        for _attempt in range(_START_ATTEMPTS):
            port = self._port or free_port()
            if self._try_start(port):
                self._port = port
                return
        raise RuntimeError(f"PostgreSQL does not start:\n{self.log}")

    def stop(self) -> None:
        """Cut every connection and stop; the data stays."""
        if self._process is not None:
            self._process.terminate(signal.SIGINT, seconds=_STOP_SECONDS)
            self._process = None

    def restart(self) -> None:
        """Cut every connection and start again, with the same data on the same port."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop and delete the data."""
        self.stop()
        self._directory.remove()

    def create_database(self, like: str | None = None) -> str:
        """Create a database, empty or a copy of the one of that URL, which nobody uses; return its SQLAlchemy URL."""
        name = f"test_{uuid4().hex}"
        template = "template1" if like is None else like.rpartition("/")[2]
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return f"postgresql+psycopg://{_SUPERUSER}@{self.host}:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        """Delete the database of a URL that `create_database` returned, even when still in use."""
        name = url.rpartition("/")[2]
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @property
    def _log_path(self) -> Path:
        return self._directory.path / "log"

    def _create_cluster_once(self) -> None:
        if self._data.exists():
            return
        locale = ["--encoding=UTF8", "--locale=C.UTF-8"]
        command = [
            self._binary("initdb"), "--no-sync", "--no-instructions", "-A", "trust", "-U", _SUPERUSER, *locale
        ]  # fmt: skip
        run_as(self._account, [*command, "-D", str(self._data)], directory=self._directory.path)

    def _try_start(self, port: int) -> bool:
        settings = (
            *_QUICK_SETTINGS,
            f"listen_addresses={self.host}",
            f"port={port}",
            f"unix_socket_directories={self.socket_directory}",
        )
        process = ServerProcess(
            [self._binary("postgres"), "-D", str(self._data), *(f"--{setting}" for setting in settings)],
            account=self._account,
            directory=self._directory.path,
            log_path=self._log_path,
        )
        try:
            wait_until(
                lambda: not process.is_running or self._answers(port),
                seconds=_START_SECONDS,
                what="PostgreSQL",
            )
        except BaseException:
            process.kill()
            raise
        if process.is_running:
            self._process = process
        return process.is_running

    def _answers(self, port: int) -> bool:
        try:
            # By the unix socket: nobody else can be listening there.
            with psycopg.connect(
                host=str(self.socket_directory), port=port, user=_SUPERUSER, dbname="postgres"
            ):
                return True
        except psycopg.OperationalError:
            return False

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(
            host=self.host, port=self.port, user=_SUPERUSER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)

    def _binary(self, name: str) -> str:
        return str(self._binaries / name)


def _postgresql_binaries() -> Path:
    """Return the directory of the newest server; Debian leaves it out of PATH."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(os.path.realpath(on_path)).parent
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found:
        raise RuntimeError("no PostgreSQL server is installed: run .ci/install-servers")
    return max(found, key=_version)


def _version(binaries: Path) -> int:
    digits = re.match(r"\d+", binaries.parent.name)
    return int(digits[0]) if digits else 0
