"""What the options of `mailsla init` say, and how what a person writes is read."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from mailsla.bootstrap.clock_rules import territory
from mailsla.config.secret import Secret
from mailsla.core.errors import UsageError
from mailsla.core.mail.addresses import parse_addresses
from mailsla.language import gettext as _

PASSWORD_FILE = Path("mot-de-passe")
"""Where a password that was typed is kept, beside the configuration, for its user alone."""


@dataclass(frozen=True)
class Given:
    """What the options of the command say; None for what they do not."""

    address: str | None = None
    host: str | None = None
    port: int | None = None
    tls: str | None = None
    user: str | None = None
    site: str | None = None
    departement: str | None = None
    domain: str | None = None
    password_file: Path | None = None
    password_command: str | None = None
    password_env: str | None = None
    ca_file: Path | None = None
    sends: bool = False
    offline: bool = False

    def secret(self) -> Secret:
        """Return where the options say the password is.

        Raises:
            UsageError: When they say it in two ways.
        """
        command = None if self.password_command is None else tuple(shlex.split(self.password_command))
        found = Secret(self.password_file, command, self.password_env)
        if found.ways > 1:
            raise UsageError(
                _(
                    "Donnez le mot de passe d'une seule façon : --password-file, --password-command ou --password-env."
                )
            )
        return found


def read_text(written: str) -> str:
    """Return what was written; something must be. Raises `UsageError` with what to write instead."""
    if not written:
        raise UsageError(_("Il faut une réponse."))
    return written


def read_host(written: str) -> str:
    """Return a server's name. Raises `UsageError` with what to write instead."""
    host = read_text(written).lower()
    if any(letter.isspace() or letter in "/@:" for letter in host):
        raise UsageError(_("Indiquez un nom de serveur seul, comme « imap.example.fr »."))
    return host


def read_address(written: str) -> str:
    """Return a mail address. Raises `UsageError` with what to write instead."""
    found = parse_addresses(written)
    if len(found) != 1:
        raise UsageError(_("Indiquez une adresse électronique, comme « contact@example.fr »."))
    return found[0]


def read_domain(written: str) -> str:
    """Return a mail domain, written with or without its @. Raises `UsageError` with what to write instead."""
    return read_address(f"x@{written.removeprefix('@')}").partition("@")[2]


def read_departement(written: str) -> str:
    """Return the number of a département. Raises `UsageError` with what to write instead."""
    territory(written)
    return written.strip().upper()
