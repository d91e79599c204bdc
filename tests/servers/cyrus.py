"""A real Cyrus IMAP 3.6 on loopback ports: the second server, where Dovecot's habits do not hold."""

import contextlib
import os
import shutil
import signal
import smtplib
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from imapclient import IMAPClient

from tests.servers.certificates import CertificateAuthority
from tests.servers.cyrus_configuration import (
    ADMINISTRATOR,
    SERVER_NAME,
    CyrusPaths,
    CyrusPorts,
    cyrus_conf,
    imapd_conf,
)
from tests.servers.dovecot import MailboxState
from tests.servers.dovecot_configuration import ENGLISH_MAILBOXES
from tests.servers.loopback import free_port, greets, is_free, wait_until
from tests.servers.server_process import Account, ServerDirectory, ServerProcess
from tests.servers.telemetry import commands_of_telemetry

# Where .ci/install-servers unpacks Cyrus: its package cannot be installed beside Dovecot's.
_INSTALLED = Path("/var/cache/mailsla-tests/cyrus")
_START_SECONDS = 20
_START_ATTEMPTS = 3
_STOP_SECONDS = 10
_KICK_SECONDS = 10
_ALL_RIGHTS = "lrswipkxtecdan"
# A longer list of UIDs may make a command longer than a server reads.
_FETCH_SLICE = 1_000
# Sent by the sessions of this module (RFC 2971), so that `commands` leaves them out.
_OWN_SESSION = "mailsla test server"


class CyrusServer:
    r"""A server where the users of `new_user` log in with `password`.

    What differs from Dovecot, on purpose: roles of mailboxes are listed in lower case (`\sent`), IDLE tells at
    once, EXAMINE gives no permanent flag, and a mail whose Message-ID was already delivered to the user by LMTP
    is accepted and dropped.

    Args:
        password: The one password of every user.
        special_use: Name of the mailbox of each role, created for every user; empty for a server without any.

    The mail is kept from `stop` to `start`, and deleted by `close` or at the end of the `with` block. Cyrus logs
    to syslog alone: `log` has only what it says before it comes to that.
    """

    def __init__(
        self, *, password: str = "motdepasse", special_use: Mapping[str, str] = ENGLISH_MAILBOXES
    ) -> None:
        self.password = password
        self.special_use = dict(special_use)
        self.host = "127.0.0.1"
        self._binaries = _cyrus_binaries()
        self._saslpasswd = _saslpasswd()
        self._account = Account.for_servers()
        self._directory = ServerDirectory("cyrus", self._account)
        self._paths = CyrusPaths(self._directory.path)
        self.certificates = CertificateAuthority(self._directory.path)
        self._process: ServerProcess | None = None
        self._ports: CyrusPorts | None = None
        self._write_files()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def imap_port(self) -> int:
        """Port of IMAP without TLS at first; STARTTLS is offered, and a password in clear accepted."""
        return self._known_ports().imap

    @property
    def imaps_port(self) -> int:
        """Port of IMAP over implicit TLS."""
        return self._known_ports().imaps

    @property
    def lmtp_port(self) -> int:
        """Port of LMTP (RFC 2033)."""
        return self._known_ports().lmtp

    @property
    def ca_pem(self) -> Path:
        """Certificate of the authority that signed the server's."""
        return self.certificates.ca_pem

    @property
    def log(self) -> str:
        """What Cyrus has written on its standard error since the first start."""
        return self._paths.log.read_text(errors="replace")

    def start(self) -> None:
        """Start, on the ports of the last time if there was one, and return when the server answers.

        Raises:
            RuntimeError: Cyrus would not start; what it wrote is in the message.
        """
        if self._process is not None:
            raise RuntimeError("Cyrus is already started")
        for _attempt in range(_START_ATTEMPTS):
            ports = self._ports or CyrusPorts(imap=free_port(), imaps=free_port(), lmtp=free_port())
            if self._try_start(ports):
                self._ports = ports
                return
        raise RuntimeError(f"Cyrus does not start:\n{self.log}")

    def stop(self) -> None:
        """Stop the server and cut its sessions; the mail stays."""
        if self._process is not None:
            self._process.terminate(signal.SIGTERM, seconds=_STOP_SECONDS)
            self._process = None
            wait_until(self._ports_are_free, seconds=_STOP_SECONDS, what="release of Cyrus's ports")

    def restart(self) -> None:
        """Cut every session and start again, with the same mail on the same ports."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop and delete the mail."""
        self.stop()
        self._directory.remove()

    def new_user(self, user: str | None = None) -> str:
        """Add a user, whose login is also the address that LMTP delivers to; return the login.

        Args:
            user: In lower case, with a domain or without; an address nobody has used when left out.
        """
        user = user or f"agent-{uuid4().hex}@example.fr"
        self._set_password(user)
        telemetry = self._paths.telemetry(user)
        telemetry.mkdir(exist_ok=True)
        self._account.own(telemetry)
        return user

    @contextmanager
    def client(self, user: str) -> Iterator[IMAPClient]:
        """Log in with a client that `commands` does not show."""
        with IMAPClient(self.host, port=self.imap_port, ssl=False, timeout=30) as client:
            client.normalise_times = False
            client.login(user, self.password)
            client.id_({"name": _OWN_SESSION})
            yield client

    def append(
        self,
        user: str,
        mailbox: str,
        raw: bytes,
        *,
        internal_date: datetime,
        flags: Sequence[str] = (),
    ) -> None:
        """Put a message in a mailbox as if it had arrived at `internal_date`."""
        self.append_many(user, mailbox, [(raw, internal_date, flags)])

    def append_many(
        self, user: str, mailbox: str, messages: Iterable[tuple[bytes, datetime, Sequence[str]]]
    ) -> None:
        """Put messages (bytes, date of arrival, flags) in a mailbox, by one MULTIAPPEND (RFC 3502)."""
        items = [_append_item(*message) for message in messages]
        if items:
            with self.client(user) as client:
                client.multiappend(mailbox, items)

    def deliver(self, user: str, raw: bytes, *, sender: str = "usager@example.fr") -> None:
        """Deliver by LMTP to `user`, an address whose `+detail` is allowed; it arrives now.

        Raises:
            smtplib.SMTPResponseException or smtplib.SMTPRecipientsRefused: The server refused the mail.
        """
        with smtplib.LMTP(self.host, self.lmtp_port, timeout=30) as connection:
            connection.sendmail(sender, [user], raw)

    def state(self, user: str, mailbox: str) -> MailboxState:
        r"""Return what reading must not change, `\Recent` included; this look changes nothing (EXAMINE)."""
        with self.client(user) as client:
            client.enable("CONDSTORE")
            answer = client.select_folder(mailbox, readonly=True)
            return {
                "uid_validity": answer[b"UIDVALIDITY"],
                "uid_next": answer[b"UIDNEXT"],
                "highest_modseq": answer[b"HIGHESTMODSEQ"],
                "flags": {uid: _flag_names(items[b"FLAGS"]) for uid, items in _fetch_all(client, ["FLAGS"])},
            }

    def commands(self, user: str) -> list[str]:
        """Return the commands that the user's clients sent after login, oldest session first, without tags.

        What this object sends itself (`append`, `state`…) is left out, and so are the commands before login.
        """
        return [command for session in self.sessions(user) for command in session]

    def sessions(self, user: str) -> list[list[str]]:
        """Return the commands of each session that sent at least one, oldest first."""
        logs = sorted(self._paths.telemetry(user).glob("imap*"), key=_session_start)
        sessions = [commands_of_telemetry(log.read_bytes()) for log in logs]
        return [session for session in sessions if session and not _is_own(session)]

    def kick(self, user: str) -> None:
        """Cut the user's sessions, as an administrator would; logging in again is allowed."""
        # A session shows its user a moment after the login was answered.
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: bool(self._processes_of(user)), seconds=_KICK_SECONDS, what="a session")
        for process in self._processes_of(user):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        wait_until(lambda: not self._processes_of(user), seconds=_KICK_SECONDS, what="end of the sessions")

    def reset_uidvalidity(self, user: str) -> None:
        """Delete the user's mailboxes and put the mail back, under a higher UIDVALIDITY and UIDs from 1.

        Flags and dates of arrival are kept; the user's sessions are cut. A role is kept by the mailboxes of
        `special_use` alone.
        """
        before = self._uid_validities(user)
        mail = self._mail(user)
        self.kick(user)
        self._delete_mailboxes(user)
        self._put_back(user, mail)
        after = self._uid_validities(user)
        unchanged = {name for name, value in before.items() if after[name] <= value}
        if unchanged:
            raise RuntimeError(f"UIDVALIDITY did not increase for {sorted(unchanged)}")

    def _known_ports(self) -> CyrusPorts:
        if self._ports is None:
            raise RuntimeError("Cyrus was never started: its ports are not known")
        return self._ports

    def _ports_are_free(self) -> bool:
        ports = self._known_ports()
        return all(is_free(port) for port in (ports.imap, ports.imaps, ports.lmtp))

    def _write_files(self) -> None:
        paths = self._paths
        for directory in paths.directories():
            directory.mkdir()
        paths.log.touch()
        paths.imapd_conf.write_text(
            imapd_conf(paths=paths, special_use=self.special_use, certificates=self.certificates)
        )
        self._account.own(*paths.directories(), paths.log, self.certificates.key_pem)
        self._set_password(ADMINISTRATOR)

    def _set_password(self, user: str) -> None:
        name, _at, domain = user.partition("@")
        arguments = ["-p", "-c", "-f", str(self._paths.passwords), "-u", domain or SERVER_NAME, name]
        done = subprocess.run(
            [self._saslpasswd, *arguments],
            input=self.password.encode(),
            cwd=self._paths.root,
            capture_output=True,
            check=False,
            **self._account.popen_arguments(),
        )
        if done.returncode != 0:
            raise RuntimeError(f"saslpasswd2 failed ({done.returncode}): {done.stderr!r}")

    def _try_start(self, ports: CyrusPorts) -> bool:
        paths = self._paths
        paths.cyrus_conf.write_text(cyrus_conf(paths=paths, ports=ports, binaries=self._binaries))
        process = ServerProcess(
            self._command(), account=self._account, directory=paths.root, log_path=paths.log
        )
        try:
            wait_until(
                lambda: not process.is_running or greets(ports.imap, b"* OK "),
                seconds=_START_SECONDS,
                what="Cyrus's greeting",
            )
        except TimeoutError:
            # Its way of saying that a port is taken.
            process.kill()
        except BaseException:
            process.kill()
            raise
        if not process.is_running:
            return False
        self._process = process
        return True

    def _command(self) -> list[str]:
        paths = self._paths
        libraries = ":".join(map(str, (self._binaries.parents[1]).glob("*-linux-gnu*")))
        environment = [f"LD_LIBRARY_PATH={libraries}", f"CYRUS_USER={self._account.user}"]
        files = ["-C", str(paths.imapd_conf), "-M", str(paths.cyrus_conf), "-p", str(paths.pid_file)]
        return ["env", *environment, str(self._binaries / "master"), *files, "-D"]

    def _processes_of(self, user: str) -> list[int]:
        return [int(path.name) for path in self._paths.sessions.iterdir() if _user_served(path) == user]

    def _uid_validities(self, user: str) -> dict[str, int]:
        with self.client(user) as client:
            return {
                name: client.folder_status(name, ["UIDVALIDITY"])[b"UIDVALIDITY"]
                for name in _mailboxes(client)
            }

    def _mail(self, user: str) -> dict[str, list[dict[str, Any]]]:
        mail = {}
        with self.client(user) as client:
            for mailbox in _mailboxes(client):
                client.select_folder(mailbox, readonly=True)
                fetched = _fetch_all(client, ["BODY.PEEK[]", "INTERNALDATE", "FLAGS"])
                mail[mailbox] = [_saved_item(items) for _uid, items in fetched]
        return mail

    def _delete_mailboxes(self, user: str) -> None:
        inbox = f"user/{user}"
        with self.client(ADMINISTRATOR) as client:
            client.setacl(inbox, ADMINISTRATOR, _ALL_RIGHTS)
            client.delete_folder(inbox)

    def _put_back(self, user: str, mail: Mapping[str, list[dict[str, Any]]]) -> None:
        with self.client(user) as client:
            for mailbox in sorted(mail.keys() - set(_mailboxes(client))):
                client.create_folder(mailbox)
            for mailbox, items in mail.items():
                if items:
                    client.multiappend(mailbox, items)


def _cyrus_binaries() -> Path:
    binaries = _INSTALLED / "usr" / "lib" / "cyrus" / "bin"
    if not (binaries / "master").exists():
        raise RuntimeError("Cyrus is not there: run .ci/install-servers")
    return binaries


def _saslpasswd() -> str:
    search_path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
    binary = shutil.which("saslpasswd2", path=search_path)
    if binary is None:
        raise RuntimeError("saslpasswd2 is not installed: run .ci/install-servers")
    return binary


def _mailboxes(client: IMAPClient) -> list[str]:
    return [name for _flags, _separator, name in client.list_folders()]


def _fetch_all(client: IMAPClient, items: list[str]) -> Iterator[tuple[int, dict[bytes, Any]]]:
    uids = client.search("ALL")
    for start in range(0, len(uids), _FETCH_SLICE):
        yield from sorted(client.fetch(uids[start : start + _FETCH_SLICE], items).items())


def _append_item(raw: bytes, internal_date: datetime, flags: Sequence[str]) -> dict[str, Any]:
    if internal_date.tzinfo is None:
        raise ValueError(f"a date of arrival must be aware: {internal_date}")
    return {"msg": raw, "flags": list(flags), "date": internal_date}


def _saved_item(items: Mapping[bytes, Any]) -> dict[str, Any]:
    flags = sorted(_flag_names(items[b"FLAGS"]) - {r"\Recent"})
    return _append_item(items[b"BODY[]"], items[b"INTERNALDATE"], flags)


def _flag_names(flags: Iterable[bytes]) -> frozenset[str]:
    return frozenset(flag.decode() for flag in flags)


def _session_start(telemetry: Path) -> tuple[int, int]:
    """Return the second of the start, which the name tells, then when the file was last written."""
    # imap-localhost-1795487749-30079-1-16251585012330479752
    return int(telemetry.name.split("-")[2]), telemetry.stat().st_mtime_ns


def _user_served(session: Path) -> str | None:
    """Return the user whom a process serves, if any: it may end, or not have logged in."""
    try:
        # imap <TAB> localhost [127.0.0.1] <TAB> agent@example.fr <TAB> example.fr!user.agent <TAB>
        fields = session.read_text().split("\t")
    except FileNotFoundError:
        return None
    return fields[2] if len(fields) > 2 else None


def _is_own(session: list[str]) -> bool:
    return any(command.startswith("ID ") and _OWN_SESSION in command for command in session)
