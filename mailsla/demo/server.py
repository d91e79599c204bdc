"""The demonstration's IMAP server: pymap on a loopback port, in a process of its own, filled with the sample."""

from __future__ import annotations

import importlib.util
import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from imapclient import IMAPClient

from mailsla.core.errors import TransientError, UsageError
from mailsla.demo.letters import sample_messages
from mailsla.language import gettext as _

START_SECONDS = 20


class EmbeddedServer:
    """A running IMAP server with the sample mailbox; gone at the end of the block.

    Args:
        folder: Where it keeps its mail meanwhile.

    Attributes:
        host: Always loopback.
        port: A free port.
        user: The only account.
        password: Made anew each time.

    Raises:
        UsageError: When the extra `demo` is not installed.
        TransientError: When the server does not start.
    """

    def __init__(self, folder: Path) -> None:
        self.host = "127.0.0.1"
        self.user = "contact"
        self.password = secrets.token_urlsafe(16)
        self.port = 0
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> EmbeddedServer:
        if importlib.util.find_spec("pymap") is None:
            raise UsageError(_("La démonstration demande un complément : pip install « mailsla[demo] »."))
        self._write_accounts()
        self.port = _free_port()
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter, our own arguments)
            [
                sys.executable,
                # Nothing is imported from the folder it is started in.
                "-P",
                "-c",
                "from pymap.main import main; main()",
                "--host",
                self.host,
                "--port",
                str(self.port),
                "maildir",
                str(self._folder),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        try:
            self._wait()
            self._fill()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _write_accounts(self) -> None:
        from pysasl.hashing import BuiltinHash  # noqa: PLC0415 (only with the extra demo)

        self._folder.mkdir(mode=0o700, parents=True)
        hashed = BuiltinHash().hash(self.password)
        for name, content in (
            ("passwd", f"{self.user}:x::::{self.user}:\n"),
            ("shadow", f"{self.user}:{hashed}:::::::\n"),
            ("group", ""),
            ("token", ""),
        ):
            (self._folder / f"pymap-etc-{name}").write_text(content, encoding="utf-8")

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                socket.create_connection((self.host, self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TransientError(_("Le serveur de démonstration n'a pas démarré ; relancez la commande."))

    def _fill(self) -> None:
        with IMAPClient(self.host, self.port, ssl=False) as client:
            # Nagle's algorithm against delayed acknowledgements costs 44 ms a command on this server.
            client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.login(self.user, self.password)
            made: set[str] = {"INBOX"}
            for message in sample_messages():
                if message.mailbox not in made:
                    client.create_folder(message.mailbox)
                    made.add(message.mailbox)
                client.append(message.mailbox, message.raw, msg_time=message.internal_at)

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def _environment() -> dict[str, str]:
    """Return the environment, without what `PYTHONPATH` names from the folder in use: an empty entry is that folder."""
    said = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in said if Path(path).is_absolute())}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
