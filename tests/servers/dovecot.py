"""A real Dovecot 2.3 on loopback ports, with what tests need to fill it and to watch it."""

import os
import shutil
import smtplib
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict

from imapclient import IMAPClient

from tests.servers.certificates import CertificateAuthority
from tests.servers.dovecot_configuration import (
    ENGLISH_MAILBOXES,
    DovecotPaths,
    DovecotPorts,
    dovecot_configuration,
    post_login_script,
)
from tests.servers.loopback import free_port, greets, is_free, wait_until
from tests.servers.rawlog import commands_of_session, session_start
from tests.servers.server_process import Account, ServerDirectory, ServerProcess, run_as

_EXPECTED_VERSION = "2.3."
_START_SECONDS = 20
_START_ATTEMPTS = 5
_STOP_SECONDS = 10
_KICK_SECONDS = 10
# What `doveadm kick` returns for a user who has no session (EX_NOHOST, oddly).
_NO_SUCH_USER = 68
# A longer list of UIDs may make a command longer than a server reads.
_FETCH_SLICE = 1_000
# Sent by the sessions of this module (RFC 2971), so that `commands` leaves them out.
_OWN_SESSION = "mailsla test server"


class MailboxState(TypedDict):
    """What a client that only reads can never change."""

    uid_validity: int
    uid_next: int
    highest_modseq: int
    flags: dict[int, frozenset[str]]


class DovecotServer:
    """A server where any user logs in with `password`.

    `name` and `name@example.fr` are two users; case does not matter. What is sent to `name+detail@example.fr`
    goes to `name@example.fr`.

    Args:
        password: The one password; any other is refused at once.
        special_use: Name of the mailbox of each role, created for every user; empty for a server without any.
        introspection_url: Where the server asks about access tokens; None when it takes passwords only.
        rawlog: Whether what clients send is kept; without it `commands` and `sessions` are empty, and all is faster.
        capability: What the server says that it can do, instead of all that it can.

    The mail is kept from `stop` to `start`, and deleted by `close` or at the end of the `with` block.
    """

    def __init__(
        self,
        *,
        password: str = "motdepasse",
        special_use: Mapping[str, str] = ENGLISH_MAILBOXES,
        introspection_url: str | None = None,
        rawlog: bool = True,
        capability: str | None = None,
    ) -> None:
        self.password = password
        self.introspection_url = introspection_url
        self.special_use = dict(special_use)
        self._rawlog = rawlog
        self._capability = capability
        self.host = "127.0.0.1"
        self.network_host = "127.0.0.2"
        self._binary = _dovecot_binary()
        self._account = Account.for_servers()
        self._directory = ServerDirectory("dovecot", self._account)
        self._paths = DovecotPaths(self._directory.path)
        self.certificates = CertificateAuthority(self._directory.path)
        self._process: ServerProcess | None = None
        self._ports: DovecotPorts | None = None
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
        """Port of IMAP without TLS at first.

        On `host` Dovecot takes a client of the same address as secured, and accepts a password in clear.
        On `network_host` it behaves as on a network: LOGINDISABLED until STARTTLS.
        """
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

    def mail_folder(self, user: str) -> Path:
        """Return where the user's mail is, a Maildir."""
        return self._paths.maildir(user)

    @property
    def log(self) -> str:
        """What Dovecot has logged since the first start."""
        return self._paths.log.read_text(errors="replace")

    def start(self) -> None:
        """Start, on the ports of the last time if there was one, and return when the server answers.

        Raises:
            RuntimeError: Dovecot would not start; its log is in the message.
        """
        if self._process is not None:
            raise RuntimeError("Dovecot is already started")
        for _attempt in range(_START_ATTEMPTS):
            ports = self._ports or DovecotPorts(imap=free_port(), imaps=free_port(), lmtp=free_port())
            if self._try_start(ports):
                self._ports = ports
                return
        raise RuntimeError(f"Dovecot does not start:\n{self.log}")

    def stop(self) -> None:
        """Kill the server and its sessions at once; the mail stays."""
        if self._process is not None:
            self._process.kill()
            self._process = None
            # The children die a moment after the main process, and hold its ports until then.
            wait_until(self._ports_are_free, seconds=_STOP_SECONDS, what="release of Dovecot's ports")

    def restart(self) -> None:
        """Cut every session and start again, with the same mail on the same ports."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop and delete the mail."""
        self.stop()
        self._directory.remove()

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
                "flags": _flags_of_all(client),
            }

    def commands(self, user: str) -> list[str]:
        """Return the commands that the user's clients sent after login, oldest session first, without tags.

        What this object sends itself (`append`, `state`…) is left out, and so are the commands before login.
        """
        return [command for session in self.sessions(user) for command in session]

    def sessions(self, user: str) -> list[list[str]]:
        """Return the commands of each session that sent at least one, oldest first."""
        rawlogs = sorted(self._paths.rawlog(user).glob("*.in"), key=session_start)
        sessions = [commands_of_session(rawlog.read_bytes()) for rawlog in rawlogs]
        return [session for session in sessions if session and not _is_own(session)]

    def kick(self, user: str) -> None:
        """Cut the user's sessions, as an administrator would; logging in again is allowed."""
        self._doveadm("kick", user.lower())
        wait_until(lambda: not self._is_connected(user), seconds=_KICK_SECONDS, what="end of the sessions")

    def reset_uidvalidity(self, user: str) -> None:
        """Renumber the user's mailboxes under a higher UIDVALIDITY, as a restored backup does.

        Flags and dates of arrival are kept; the user's sessions are cut.
        """
        before = self._uid_validities(user)
        self.kick(user)
        maildir = self._paths.maildir(user)
        for pattern in ("dovecot-uidlist*", "dovecot.index*", "dovecot.list.index*"):
            for path in maildir.rglob(pattern):
                path.unlink(missing_ok=True)
        after = self._uid_validities(user)
        unchanged = {name for name, value in before.items() if after[name] <= value}
        if unchanged:
            raise RuntimeError(f"UIDVALIDITY did not increase for {sorted(unchanged)}")

    def cool(self, user: str) -> None:
        """Delete the user's indexes and caches, and have the kernel drop the mail from its memory.

        UIDs and their validity are kept; the user's sessions are cut.
        """
        self.kick(user)
        for path in self.mail_folder(user).rglob("dovecot*index*"):
            path.unlink(missing_ok=True)
        # Only what is on the disk can leave the memory.
        os.sync()
        for path in self.mail_folder(user).rglob("*"):
            if path.parent.name in {"cur", "new"}:
                _forget(path)

    def close_account(self, user: str) -> None:
        """From now on refuse the user's login, and mail to the user by `550 5.1.1`."""
        closed = self._paths.closed_accounts / user.lower()
        closed.write_text(f"{user.lower()}\n")
        self._account.own(closed)

    def _known_ports(self) -> DovecotPorts:
        if self._ports is None:
            raise RuntimeError("Dovecot was never started: its ports are not known")
        return self._ports

    def _ports_are_free(self) -> bool:
        ports = self._known_ports()
        return all(is_free(port) for port in (ports.imap, ports.imaps, ports.lmtp))

    def _write_files(self) -> None:
        paths = self._paths
        for directory in (paths.homes, paths.rawlogs, paths.closed_accounts):
            directory.mkdir()
        paths.log.touch()
        if self.introspection_url is not None:
            paths.oauth2.write_text(
                f"introspection_mode = post\nintrospection_url = {self.introspection_url}\n"
                "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
            )
        paths.post_login.write_text(post_login_script(paths))
        paths.post_login.chmod(0o755)
        self._account.own(
            paths.homes, paths.rawlogs, paths.log, paths.closed_accounts, self.certificates.key_pem
        )

    def _try_start(self, ports: DovecotPorts) -> bool:
        paths = self._paths
        shutil.rmtree(paths.runtime, ignore_errors=True)
        paths.runtime.mkdir()
        self._account.own(paths.runtime)
        paths.configuration.write_text(self._configuration(ports))
        process = ServerProcess(
            [self._binary, "-F", "-c", str(paths.configuration)],
            account=self._account,
            directory=paths.root,
            log_path=paths.log,
        )
        try:
            wait_until(
                lambda: not process.is_running or greets(ports.imap, b"* OK "),
                seconds=_START_SECONDS,
                what="Dovecot's greeting",
            )
        except BaseException:
            process.kill()
            raise
        if not process.is_running:
            return False
        self._process = process
        return True

    def _configuration(self, ports: DovecotPorts) -> str:
        return dovecot_configuration(
            paths=self._paths,
            ports=ports,
            password=self.password,
            special_use=self.special_use,
            certificates=self.certificates,
            account=self._account,
            introspection_url=self.introspection_url,
            rawlog=self._rawlog,
            capability=self._capability,
        )

    def _is_connected(self, user: str) -> bool:
        return user.lower() in self._doveadm("-f", "flow", "who", "-1", user.lower())

    def _doveadm(self, *arguments: str) -> str:
        command = ["doveadm", "-c", str(self._paths.configuration), *arguments]
        return run_as(self._account, command, directory=self._paths.root, accepted=(0, _NO_SUCH_USER))

    def _uid_validities(self, user: str) -> dict[str, int]:
        with self.client(user) as client:
            names = [name for _flags, _separator, name in client.list_folders()]
            return {name: client.folder_status(name, ["UIDVALIDITY"])[b"UIDVALIDITY"] for name in names}


def _forget(path: Path) -> None:
    """Have the kernel drop what it holds of a file."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def _dovecot_binary() -> str:
    search_path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    binary = shutil.which("dovecot", path=search_path)
    if binary is None:
        raise RuntimeError("dovecot is not installed: run .ci/install-servers")
    version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if not version.startswith(_EXPECTED_VERSION):
        raise RuntimeError(
            f"the tests are written for Dovecot 2.3, not {version}: 2.4 has another configuration"
        )
    return binary


def _append_item(raw: bytes, internal_date: datetime, flags: Sequence[str]) -> dict[str, Any]:
    if internal_date.tzinfo is None:
        raise ValueError(f"a date of arrival must be aware: {internal_date}")
    return {"msg": raw, "flags": list(flags), "date": internal_date}


def _flags_of_all(client: IMAPClient) -> dict[int, frozenset[str]]:
    uids = client.search("ALL")
    flags = {}
    for start in range(0, len(uids), _FETCH_SLICE):
        fetched = client.fetch(uids[start : start + _FETCH_SLICE], ["FLAGS"])
        flags.update({uid: _flag_names(items[b"FLAGS"]) for uid, items in fetched.items()})
    return flags


def _flag_names(flags: Iterable[bytes]) -> frozenset[str]:
    return frozenset(flag.decode() for flag in flags)


def _is_own(session: list[str]) -> bool:
    return any(command.startswith("ID ") and _OWN_SESSION in command for command in session)
