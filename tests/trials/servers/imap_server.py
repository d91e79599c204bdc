"""What the real IMAP servers of the tests have in common: how they start and stop, are filled, and are watched."""

import smtplib
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypedDict

from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from tests.trials.servers.certificates import CertificateAuthority
from tests.trials.servers.loopback import free_port, greets, is_free, wait_until
from tests.trials.servers.server_process import Account, ServerDirectory, ServerProcess
from tests.trials.servers.startable import Startable

ENGLISH_MAILBOXES: Mapping[str, str] = {
    r"\Sent": "Sent",
    r"\Junk": "Junk",
    r"\Trash": "Trash",
    r"\Drafts": "Drafts",
    r"\Archive": "Archive",
}
FRENCH_MAILBOXES: Mapping[str, str] = {
    r"\Sent": "Éléments envoyés",
    r"\Junk": "Courrier indésirable",
    r"\Trash": "Éléments supprimés",
    r"\Drafts": "Brouillons",
    r"\Archive": "Archives",
}
# Sent by the sessions of the server classes (RFC 2971), so that `commands` leaves them out.
_OWN_SESSION = "mailsla test server"
# A longer list of UIDs may make a command longer than a server reads.
_FETCH_SLICE = 1_000
_START_SECONDS = 20
_START_ATTEMPTS = 5
_STOP_SECONDS = 10
_PASSWORD_SECONDS = 10


class AppendRefused(Exception):  # noqa: N818 (the server's answer)
    """The server took none of the messages."""


class MailboxState(TypedDict):
    """What a client that only reads can never change."""

    uid_validity: int
    uid_next: int
    highest_modseq: int
    flags: dict[int, frozenset[str]]


@dataclass(frozen=True)
class ServerPorts:
    """Ports of one server, the same on 127.0.0.1 and 127.0.0.2."""

    imap: int
    imaps: int
    lmtp: int

    @classmethod
    def free(cls) -> "ServerPorts":
        """Return ports that nothing listens to now."""
        return cls(imap=free_port(), imaps=free_port(), lmtp=free_port())

    @property
    def are_free(self) -> bool:
        """Whether nothing listens to any of them."""
        return all(is_free(port) for port in (self.imap, self.imaps, self.lmtp))


class ImapServer(Startable):
    """A private server, on loopback alone, where every user has the same password.

    The mail is kept from `stop` to `start`, and deleted by `close` or at the end of the `with` block.

    Attributes:
        host: Where a password in clear is accepted.
        network_host: Where the server behaves as on a network: LOGINDISABLED until TLS.
    """

    product: str

    def __init__(
        self, password: str, special_use: Mapping[str, str], *, expired_certificate: bool = False
    ) -> None:
        self.password = password
        self.special_use = dict(special_use)
        self.host = "127.0.0.1"
        self.network_host = "127.0.0.2"
        self._account = Account.for_servers()
        self._directory = ServerDirectory(self.product.lower(), self._account)
        self.certificates = CertificateAuthority(self._directory.path, expired=expired_certificate)
        self._process: ServerProcess | None = None
        self._ports: ServerPorts | None = None

    @property
    def imap_port(self) -> int:
        """Port of IMAP without TLS at first."""
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
    @abstractmethod
    def log_path(self) -> Path:
        """Where the server writes what it has to say."""

    @property
    def log(self) -> str:
        """What the server has said since the first start."""
        return self.log_path.read_text(errors="replace")

    def start(self) -> None:
        """Start, on the ports of the last time if there was one, and return when the server answers.

        Raises:
            RuntimeError: It would not start; its log is in the message.
        """
        if self._process is not None:
            raise RuntimeError(f"{self.product} is already started")
        for _attempt in range(_START_ATTEMPTS):
            ports = self._ports or ServerPorts.free()
            process = self._started(ports)
            if process is not None:
                self._ports, self._process = ports, process
                return
        raise RuntimeError(f"{self.product} does not start:\n{self.log}")

    def stop(self) -> None:
        """Stop the server and cut its sessions; the mail stays."""
        if self._process is not None:
            self._end(self._process)
            self._process = None
            # The children die a moment after the main process, and hold its ports until then.
            what = f"release of {self.product}'s ports"
            wait_until(lambda: self._known_ports().are_free, seconds=_STOP_SECONDS, what=what)

    def restart(self) -> None:
        """Cut every session and start again, with the same mail on the same ports."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop and delete the mail."""
        self.stop()
        self._directory.remove()

    @abstractmethod
    def new_user(self, user: str | None = None) -> str:
        """Return the login of a user nobody has used, which is also the address that LMTP delivers to."""

    def change_password(self, user: str, password: str) -> None:
        """Change one user's password, for who logs in from now on; the server's `password` restores it."""
        self._set_password(user, password)
        # Dovecot looks at a file once a second.
        wait_until(lambda: self._takes(user, password), seconds=_PASSWORD_SECONDS, what="the new password")

    def share(self, owner: str, mailbox: str, reader: str, rights: str) -> None:
        """Give a reader these rights on a user's mailbox and no other (RFC 4314); none at all by an empty text."""
        with self.client(owner) as client:
            if rights:
                client.setacl(mailbox, reader, rights)
            else:
                # The library has no DELETEACL.
                client._imap.deleteacl(mailbox, reader)

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
        """Put messages (bytes, date of arrival, flags) in a mailbox, by one MULTIAPPEND (RFC 3502).

        Raises:
            AppendRefused: The server refused them, all of them.
        """
        items = [append_item(*message) for message in messages]
        if items:
            with self.client(user) as client:
                append_all(client, mailbox, items)

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
                "flags": {uid: flag_names(items[b"FLAGS"]) for uid, items in fetch_all(client, ["FLAGS"])},
            }

    def commands(self, user: str) -> list[str]:
        """Return the commands that the user's clients sent after login, oldest session first, without tags.

        What this object sends itself (`append`, `state`…) is left out, and so are the commands before login.
        """
        return [command for session in self.sessions(user) for command in session]

    def sessions(self, user: str) -> list[list[str]]:
        """Return the commands of each session that sent at least one, oldest first."""
        return [session for session in self._all_sessions(user) if session and not _is_own(session)]

    @abstractmethod
    def kick(self, user: str) -> None:
        """Cut the user's sessions, as an administrator would; logging in again is allowed."""

    def reset_uidvalidity(self, user: str) -> None:
        """Renumber the user's mailboxes under a higher UIDVALIDITY; flags and dates of arrival are kept.

        The user's sessions are cut.
        """
        before = self._uid_validities(user)
        self._renumber(user)
        after = self._uid_validities(user)
        unchanged = {name for name, value in before.items() if after[name] <= value}
        if unchanged:
            raise RuntimeError(f"UIDVALIDITY did not increase for {sorted(unchanged)}")

    @abstractmethod
    def _set_password(self, user: str, password: str) -> None:
        """Change one user's password."""

    @abstractmethod
    def _command(self, ports: ServerPorts) -> list[str]:
        """Write the files that depend on the ports and return the command that starts the server."""

    @abstractmethod
    def _end(self, process: ServerProcess) -> None:
        """End the server's process."""

    @abstractmethod
    def _all_sessions(self, user: str) -> Iterable[list[str]]:
        """Return the commands of every session, oldest first."""

    @abstractmethod
    def _renumber(self, user: str) -> None:
        """Give the user's mailboxes a higher UIDVALIDITY."""

    def _known_ports(self) -> ServerPorts:
        if self._ports is None:
            raise RuntimeError(f"{self.product} was never started: its ports are not known")
        return self._ports

    def _started(self, ports: ServerPorts) -> ServerProcess | None:
        """Return the process once it answers; None when it ended, or did not take its ports."""
        process = ServerProcess(
            self._command(ports),
            account=self._account,
            directory=self._directory.path,
            log_path=self.log_path,
        )
        try:
            wait_until(
                lambda: not process.is_running or greets(ports.imap, b"* OK "),
                seconds=_START_SECONDS,
                what=f"{self.product}'s greeting",
            )
        except TimeoutError:
            # Cyrus's way of saying that a port is taken.
            process.kill()
        except BaseException:
            process.kill()
            raise
        return process if process.is_running else None

    def _takes(self, user: str, password: str) -> bool:
        with IMAPClient(self.host, port=self.imap_port, ssl=False, timeout=30) as client:
            try:
                # LOGIN could say no accent.
                client.plain_login(user, password)
            except LoginError:
                return False
            # Says that this session is ours.
            client.id_({"name": _OWN_SESSION})
            return True

    def _uid_validities(self, user: str) -> dict[str, int]:
        with self.client(user) as client:
            return {
                name: client.folder_status(name, ["UIDVALIDITY"])[b"UIDVALIDITY"]
                for name in mailbox_names(client)
            }


def mailbox_names(client: IMAPClient) -> list[str]:
    """Return the names of every mailbox that a client sees."""
    return [name for _flags, _separator, name in client.list_folders()]


def fetch_all(client: IMAPClient, items: list[str]) -> Iterator[tuple[int, dict[bytes, Any]]]:
    """Fetch some items of every message of the opened mailbox, by UID."""
    uids = client.search("ALL")
    for start in range(0, len(uids), _FETCH_SLICE):
        yield from sorted(client.fetch(uids[start : start + _FETCH_SLICE], items).items())


def append_item(raw: bytes, internal_date: datetime, flags: Sequence[str]) -> dict[str, Any]:
    """Return a message as `IMAPClient.multiappend` takes it."""
    if internal_date.tzinfo is None:
        raise ValueError(f"a date of arrival must be aware: {internal_date}")
    return {"msg": raw, "flags": list(flags), "date": internal_date}


def append_all(client: IMAPClient, mailbox: str, items: list[dict[str, Any]]) -> None:
    """Append messages; the library's `multiappend` leaves the server's refusal unsaid."""
    kind, said = client.multiappend(mailbox, items)
    if kind != "OK":
        raise AppendRefused(said)


def flag_names(flags: Iterable[bytes]) -> frozenset[str]:
    """Return flags as text."""
    return frozenset(flag.decode() for flag in flags)


def _is_own(session: list[str]) -> bool:
    return any(command.startswith("ID ") and _OWN_SESSION in command for command in session)
