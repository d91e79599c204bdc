"""A real Dovecot 2.3 on loopback ports, with what tests need to fill it and to watch it."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from tests.trials.servers.dovecot_configuration import DovecotPaths, dovecot_configuration, post_login_script
from tests.trials.servers.imap_server import ENGLISH_MAILBOXES, ImapServer, ServerPorts
from tests.trials.servers.loopback import wait_until
from tests.trials.servers.rawlog import commands_of_session, session_start
from tests.trials.servers.server_process import ServerProcess, run_as

_EXPECTED_VERSION = "2.3."
_KICK_SECONDS = 10
# What `doveadm kick` returns for a user who has no session (EX_NOHOST, oddly).
_NO_SUCH_USER = 68


class DovecotServer(ImapServer):
    """A server where any user logs in with `password`.

    `name` and `name@example.fr` are two users; case does not matter. What is sent to `name+detail@example.fr`
    goes to `name@example.fr`. On `host` Dovecot takes a client of the same address as secured.

    Args:
        password: The one password; any other is refused at once.
        special_use: Name of the mailbox of each role, created for every user; empty for a server without any.
        introspection_url: Where the server asks about access tokens; None when it takes passwords only.
        passwords: Whether it takes passwords beside access tokens.
        expired_certificate: Whether its certificate's last day is over.
        shared: Whether users may share mailboxes, seen by the others below `Partages/`, and may each keep
            `MOST_MESSAGES` at most. Without it, ACL and QUOTA are not even announced.
        rawlog: Whether what clients send is kept; without it `commands` and `sessions` are empty, and all is faster.
        capability: What the server says that it can do, instead of all that it can.
    """

    product = "Dovecot"

    def __init__(
        self,
        *,
        password: str = "motdepasse",
        special_use: Mapping[str, str] = ENGLISH_MAILBOXES,
        introspection_url: str | None = None,
        passwords: bool = True,
        expired_certificate: bool = False,
        shared: bool = False,
        rawlog: bool = True,
        capability: str | None = None,
    ) -> None:
        self._rawlog = rawlog
        self._capability = capability
        self._passwords = passwords
        self._binary = _dovecot_binary()
        super().__init__(password, special_use, expired_certificate=expired_certificate)
        self.shared = shared
        self.introspection_url = introspection_url
        self._paths = DovecotPaths(self._directory.path)
        self._write_files()

    @property
    def log_path(self) -> Path:
        """Where Dovecot logs."""
        return self._paths.log

    def new_user(self, user: str | None = None) -> str:
        """Return a login: `user`, or an address nobody has used."""
        return user or f"agent-{uuid4().hex}@example.fr"

    def mail_folder(self, user: str) -> Path:
        """Return where the user's mail is, a Maildir."""
        return self._paths.maildir(user)

    def kick(self, user: str) -> None:
        """Cut the user's sessions, as an administrator would, and return when they have ended."""
        self.drop(user)
        wait_until(lambda: not self._is_connected(user), seconds=_KICK_SECONDS, what="end of the sessions")

    def drop(self, user: str) -> None:
        """Cut the user's sessions; logging in again is allowed, and may have happened when this returns."""
        self._doveadm("kick", user.lower())

    @contextmanager
    def frozen(self, user: str) -> Iterator[None]:
        """Have the user's present sessions answer nothing, neither a command nor an end, until the block ends."""
        said = self._doveadm("-f", "flow", "who", "-1", user.lower())
        pids = [int(pid) for pid in re.findall(r"\bpid=(\d+)", said)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _set_password(self, user: str, password: str) -> None:
        changed = self._paths.changed_passwords / user.lower()
        changed.write_text(f"{user.lower()}:{{PLAIN}}{password}\n")
        self._account.own(changed)
        # What the file accepts is accepted; everybody's password is not tried after it.
        self.close_account(user)

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

    def _renumber(self, user: str) -> None:
        """Delete what Dovecot knows of the mail's numbers, as a restored backup does."""
        self.kick(user)
        maildir = self._paths.maildir(user)
        for pattern in ("dovecot-uidlist*", "dovecot.index*", "dovecot.list.index*"):
            for path in maildir.rglob(pattern):
                path.unlink(missing_ok=True)

    def _all_sessions(self, user: str) -> Iterator[list[str]]:
        rawlogs = sorted(self._paths.rawlog(user).glob("*.in"), key=session_start)
        return (commands_of_session(rawlog.read_bytes()) for rawlog in rawlogs)

    def _write_files(self) -> None:
        paths = self._paths
        for directory in (paths.homes, paths.rawlogs, paths.changed_passwords, paths.closed_accounts):
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
            paths.homes,
            paths.rawlogs,
            paths.log,
            paths.changed_passwords,
            paths.closed_accounts,
            self.certificates.key_pem,
        )

    def _command(self, ports: ServerPorts) -> list[str]:
        paths = self._paths
        shutil.rmtree(paths.runtime, ignore_errors=True)
        paths.runtime.mkdir()
        self._account.own(paths.runtime)
        paths.configuration.write_text(self._configuration(ports))
        return [self._binary, "-F", "-c", str(paths.configuration)]

    def _end(self, process: ServerProcess) -> None:
        # Asked politely, it waits for its children for more than a second.
        process.kill()

    def _configuration(self, ports: ServerPorts) -> str:
        return dovecot_configuration(
            paths=self._paths,
            ports=ports,
            password=self.password,
            special_use=self.special_use,
            certificates=self.certificates,
            account=self._account,
            introspection_url=self.introspection_url,
            passwords=self._passwords,
            shared=self.shared,
            rawlog=self._rawlog,
            capability=self._capability,
        )

    def _is_connected(self, user: str) -> bool:
        return user.lower() in self._doveadm("-f", "flow", "who", "-1", user.lower())

    def _doveadm(self, *arguments: str) -> str:
        command = ["doveadm", "-c", str(self._paths.configuration), *arguments]
        return run_as(self._account, command, directory=self._paths.root, accepted=(0, _NO_SUCH_USER))


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
