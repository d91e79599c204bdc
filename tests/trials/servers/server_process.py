"""Processes of the servers: unprivileged even when the tests are root, and killed with all their children."""

import contextlib
import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_REMOVAL_ATTEMPTS = 100


@dataclass(frozen=True)
class Account:
    """The system account the servers run under: `nobody` when the tests are root, else their own."""

    user: str
    group: str
    user_id: int
    group_id: int

    @classmethod
    def for_servers(cls) -> "Account":
        """Return the account that suits the user who runs the tests."""
        return cls._of(pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()))

    @classmethod
    def named(cls, user: str) -> "Account":
        """Return an account by its name."""
        return cls._of(pwd.getpwnam(user))

    @classmethod
    def _of(cls, entry: pwd.struct_passwd) -> "Account":
        return cls(entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name, entry.pw_uid, entry.pw_gid)

    def own(self, *paths: Path) -> None:
        """Give the paths to the account; does nothing when the tests are not root."""
        if os.geteuid() == 0:
            for path in paths:
                os.chown(path, self.user_id, self.group_id)

    def popen_arguments(self) -> dict[str, Any]:
        """Return what `subprocess` needs to become the account."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.user_id, "group": self.group_id, "extra_groups": []}


class ServerDirectory:
    """A temporary directory owned by the servers' account, short enough for the paths of unix sockets."""

    def __init__(self, name: str, account: Account) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"mailsla-{name}-"))
        account.own(self.path)

    def remove(self) -> None:
        """Delete the directory, though a dying process may still be writing in it."""
        for _attempt in range(_REMOVAL_ATTEMPTS):
            shutil.rmtree(self.path, ignore_errors=True)
            if not self.path.exists():
                return
            time.sleep(0.02)


class ServerProcess:
    """A server in the foreground, with its process group; its standard output and error go to `log_path`."""

    def __init__(self, command: Sequence[str], *, account: Account, directory: Path, log_path: Path) -> None:
        with log_path.open("ab") as log:
            self._process = subprocess.Popen(
                # The server must not outlive tests that were killed themselves.
                ["setpriv", "--pdeathsig", "TERM", *command],
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **account.popen_arguments(),
            )

    @property
    def is_running(self) -> bool:
        """Whether the main process is still there."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Kill the process and all its group at once, then wait for the main one."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def terminate(self, signal_number: signal.Signals, *, seconds: float) -> None:
        """Send `signal_number`, wait for the end, and kill what has not ended within `seconds`."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal_number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self.kill()


def run_as(
    account: Account, command: Sequence[str], *, directory: Path, accepted: Container[int] = (0,)
) -> str:
    """Run a command to its end under the account and return its standard output.

    Raises:
        RuntimeError: It did not return a code of `accepted`; its own words are in the message.
    """
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command, cwd=directory, capture_output=True, text=True, check=False, **account.popen_arguments()
    )
    if done.returncode not in accepted:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}): {done.stdout}{done.stderr}")
    return done.stdout
