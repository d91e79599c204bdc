"""Passwords as Cyrus SASL keeps them: in one file, which `saslpasswd2` writes (sasldb)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.trials.servers.server_process import Account


class SaslPasswords:
    """A file of passwords.

    Args:
        path: Where.
        account: Whose it is: the server's that reads it.
    """

    def __init__(self, path: Path, account: Account) -> None:
        search_path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
        binary = shutil.which("saslpasswd2", path=search_path)
        if binary is None:
            raise RuntimeError("saslpasswd2 is not installed: run .ci/install-servers")
        self._binary, self._path, self._account = binary, path, account

    def set(self, name: str, domain: str, password: str) -> None:
        """Give a user of a domain a password, or another one."""
        done = subprocess.run(
            [self._binary, "-p", "-c", "-f", str(self._path), "-u", domain, name],
            input=password.encode(),
            cwd=self._path.parent,
            capture_output=True,
            check=False,
            **self._account.popen_arguments(),
        )
        if done.returncode != 0:
            raise RuntimeError(f"saslpasswd2 failed ({done.returncode}): {done.stderr!r}")
