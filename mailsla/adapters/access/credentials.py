"""Passwords, read where the site keeps them, at the moment they are needed, and never kept."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailsla.adapters.access.failure_words import command_failure, reading_failure
from mailsla.core.errors import PermanentError
from mailsla.language import gettext as _

COMMAND_SECONDS = 30
SALT = os.urandom(16)
"""Of this process alone: a fingerprint means nothing anywhere else."""


@dataclass(frozen=True)
class Credentials:
    """Where a password is; exactly one of the fields is set.

    Attributes:
        literal: A function that returns the password itself, so that no `repr` shows it.
        file: A file that holds it on its first line.
        command: A command, without shell, that prints it.
        variable: An environment variable.
    """

    literal: Callable[[], str] | None = None
    file: Path | None = None
    command: tuple[str, ...] | None = None
    variable: str | None = None

    def password(self) -> str:
        """Return the password.

        Raises:
            PermanentError: When it cannot be had; the sentence names the place, never the content.
        """
        if self.literal is not None:
            return self.literal()
        if self.file is not None:
            return _from_file(self.file)
        if self.command is not None:
            return _from_command(self.command)
        found = os.environ.get(self.variable or "")
        if not found:
            raise PermanentError(
                _("la variable d'environnement {name} ne contient pas de mot de passe.").format(
                    name=self.variable
                )
            )
        return found


def fingerprint(credentials: Credentials) -> str:
    """Return a digest that changes when the password does; empty when it cannot be had."""
    try:
        password = credentials.password()
    except PermanentError:
        return ""
    return hashlib.sha256(SALT + password.encode()).hexdigest()


def _from_file(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PermanentError(
            _("le fichier de mot de passe {path} ne peut pas être lu ({reason}).").format(
                path=path, reason=reading_failure(error)
            )
        ) from error
    if not lines or not lines[0]:
        raise PermanentError(_("le fichier de mot de passe {path} est vide.").format(path=path))
    return lines[0]


def _from_command(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 (the exploitant's own command, run without a shell)
            command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        raise PermanentError(
            _("la commande de mot de passe « {command} » a échoué ({reason}).").format(
                command=command[0], reason=command_failure(error)
            )
        ) from error
    first_line = done.stdout.partition("\n")[0]
    if not first_line:
        raise PermanentError(
            _("la commande de mot de passe « {command} » n'a rien donné.").format(command=command[0])
        )
    return first_line
