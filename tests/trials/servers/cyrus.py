"""A real Cyrus IMAP 3.6 on loopback ports: the second server, where Dovecot's habits do not hold."""

import contextlib
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from imapclient.imapclient import Quota

from tests.trials.servers.cyrus_configuration import (
    ADMINISTRATOR,
    SERVER_NAME,
    CyrusPaths,
    cyrus_conf,
    imapd_conf,
)
from tests.trials.servers.imap_server import (
    ENGLISH_MAILBOXES,
    ImapServer,
    ServerPorts,
    append_all,
    append_item,
    fetch_all,
    flag_names,
    mailbox_names,
)
from tests.trials.servers.loopback import wait_until
from tests.trials.servers.sasl_passwords import SaslPasswords
from tests.trials.servers.server_process import ServerProcess
from tests.trials.servers.telemetry import commands_of_telemetry

# Where .ci/install-servers unpacks Cyrus: its package cannot be installed beside Dovecot's.
_INSTALLED = Path("/var/cache/mailsla-tests/cyrus")
_STOP_SECONDS = 10
_KICK_SECONDS = 10
# A session shows its user a moment after the login was answered.
_SHOWN_SECONDS = 2
_ALL_RIGHTS = "lrswipkxtecdan"


class CyrusServer(ImapServer):
    r"""A server where the users of `new_user` log in with `password`.

    What differs from Dovecot, on purpose: roles of mailboxes are listed in lower case (`\sent`), IDLE tells at
    once, EXAMINE gives no permanent flag, and a mail whose Message-ID was already delivered to the user by LMTP
    is accepted and dropped.

    Args:
        password: The one password of every user.
        special_use: Name of the mailbox of each role, created for every user; empty for a server without any.
        expired_certificate: Whether its certificate's last day is over.
        dotted: Whether names are cut by dots, and every mailbox of a user is below INBOX.

    Cyrus logs to syslog alone: `log` has only what it says before it comes to that.
    """

    product = "Cyrus"

    def __init__(
        self,
        *,
        password: str = "motdepasse",
        special_use: Mapping[str, str] = ENGLISH_MAILBOXES,
        expired_certificate: bool = False,
        dotted: bool = False,
    ) -> None:
        self._binaries = _cyrus_binaries()
        super().__init__(password, special_use, expired_certificate=expired_certificate)
        self.dotted = dotted
        self._mailbox_ids: set[tuple[bytes, ...]] = set()
        self._paths = CyrusPaths(self._directory.path)
        self._passwords = SaslPasswords(self._paths.passwords, self._account)
        self._write_files()

    @property
    def log_path(self) -> Path:
        """Where Cyrus's standard error goes."""
        return self._paths.log

    def new_user(self, user: str | None = None) -> str:
        """Add a user, whose login is also the address that LMTP delivers to; return the login.

        Args:
            user: In lower case, with a domain or without; an address nobody has used when left out.
        """
        if user is not None:
            self._let_in(user)
            return user
        while not self._has_mailboxes_of_its_own(fresh := f"agent-{uuid4().hex}@example.fr"):
            """Try another."""
        return fresh

    def _let_in(self, user: str) -> None:
        self._set_password(user, self.password)
        telemetry = self._paths.telemetry(user)
        telemetry.mkdir(exist_ok=True)
        self._account.own(telemetry)

    def _has_mailboxes_of_its_own(self, user: str) -> bool:
        """Add a user, and tell whether no MAILBOXID (RFC 8474) is another's.

        Two processes of 3.6.1 may draw the same ones; the mailboxes that they make for two users are then one.
        """
        self._let_in(user)
        with self.client(user) as client:
            said = {client.folder_status(name, ["MAILBOXID"])[b"MAILBOXID"] for name in mailbox_names(client)}
        alone = self._mailbox_ids.isdisjoint(said)
        self._mailbox_ids |= said
        return alone

    def kick(self, user: str) -> None:
        """Cut the user's sessions, as an administrator would; logging in again is allowed."""
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: bool(self._processes_of(user)), seconds=_SHOWN_SECONDS, what="a session")
        for process in self._processes_of(user):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        wait_until(lambda: not self._processes_of(user), seconds=_KICK_SECONDS, what="end of the sessions")

    def limit(self, user: str, messages: int) -> None:
        """Let a user keep so many messages at most, all mailboxes together (RFC 9208)."""
        root = f"user/{user}"
        with self.client(user):
            """Mailboxes come with the first login."""
        with self.client(ADMINISTRATOR) as client:
            client.set_quota([Quota(root, "MESSAGE", 0, messages)])

    def _renumber(self, user: str) -> None:
        """Delete the user's mailboxes and put the mail back; a role is kept by those of `special_use` alone."""
        mail = self._mail(user)
        self.kick(user)
        self._delete_mailboxes(user)
        self._put_back(user, mail)

    def _all_sessions(self, user: str) -> Iterator[list[str]]:
        logs = sorted(self._paths.telemetry(user).glob("imap*"), key=_session_start)
        return (commands_of_telemetry(log.read_bytes()) for log in logs)

    def _write_files(self) -> None:
        paths = self._paths
        for directory in paths.directories():
            directory.mkdir()
        paths.log.touch()
        paths.imapd_conf.write_text(
            imapd_conf(
                paths=paths,
                special_use=self.special_use,
                certificates=self.certificates,
                dotted=self.dotted,
            )
        )
        self._account.own(*paths.directories(), paths.log, self.certificates.key_pem)
        self._set_password(ADMINISTRATOR, self.password)

    def _set_password(self, user: str, password: str) -> None:
        name, _at, domain = user.partition("@")
        self._passwords.set(name, domain or SERVER_NAME, password)

    def _command(self, ports: ServerPorts) -> list[str]:
        paths = self._paths
        paths.cyrus_conf.write_text(cyrus_conf(paths=paths, ports=ports, binaries=self._binaries))
        libraries = ":".join(map(str, (self._binaries.parents[1]).glob("*-linux-gnu*")))
        environment = [f"LD_LIBRARY_PATH={libraries}", f"CYRUS_USER={self._account.user}"]
        files = ["-C", str(paths.imapd_conf), "-M", str(paths.cyrus_conf), "-p", str(paths.pid_file)]
        return ["env", *environment, str(self._binaries / "master"), *files, "-D"]

    def _end(self, process: ServerProcess) -> None:
        process.terminate(signal.SIGTERM, seconds=_STOP_SECONDS)

    def _processes_of(self, user: str) -> list[int]:
        return [int(path.name) for path in self._paths.sessions.iterdir() if _user_served(path) == user]

    def _mail(self, user: str) -> dict[str, list[dict[str, Any]]]:
        mail = {}
        with self.client(user) as client:
            for mailbox in mailbox_names(client):
                client.select_folder(mailbox, readonly=True)
                fetched = fetch_all(client, ["BODY.PEEK[]", "INTERNALDATE", "FLAGS"])
                mail[mailbox] = [_saved_item(items) for _uid, items in fetched]
        return mail

    def _delete_mailboxes(self, user: str) -> None:
        inbox = f"user/{user}"
        with self.client(ADMINISTRATOR) as client:
            client.setacl(inbox, ADMINISTRATOR, _ALL_RIGHTS)
            client.delete_folder(inbox)

    def _put_back(self, user: str, mail: Mapping[str, list[dict[str, Any]]]) -> None:
        with self.client(user) as client:
            for mailbox in sorted(mail.keys() - set(mailbox_names(client))):
                client.create_folder(mailbox)
            for mailbox, items in mail.items():
                if items:
                    append_all(client, mailbox, items)


def _cyrus_binaries() -> Path:
    binaries = _INSTALLED / "usr" / "lib" / "cyrus" / "bin"
    if not (binaries / "master").exists():
        raise RuntimeError("Cyrus is not there: run .ci/install-servers")
    return binaries


def _saved_item(items: Mapping[bytes, Any]) -> dict[str, Any]:
    flags = sorted(flag_names(items[b"FLAGS"]) - {r"\Recent"})
    return append_item(items[b"BODY[]"], items[b"INTERNALDATE"], flags)


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
