"""What the options of `mailsla init` say, and how what a person writes is read."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from mailsla.bootstrap.clock_rules import territory
from mailsla.config.fields import whole_domain
from mailsla.config.secret import Secret
from mailsla.config.servers import checked_token_url
from mailsla.core.errors import UsageError
from mailsla.core.mail.addresses import parse_addresses
from mailsla.core.office.shared_domains import is_shared
from mailsla.language import gettext as _

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?\.?")

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
    client_id: str | None = None
    token_url: str | None = None
    sends: bool = False
    offline: bool = False

    def secret(self) -> Secret:
        """Return where the options say the password is.

        Raises:
            UsageError: When they say it in two ways, or the command cannot be read.
        """
        found = Secret(self.password_file, self._command(), self.password_env)
        if found.ways > 1:
            raise UsageError(
                _(
                    "Donnez le mot de passe d'une seule façon : --password-file, --password-command ou --password-env."
                )
            )
        return found

    def _command(self) -> tuple[str, ...] | None:
        if self.password_command is None:
            return None
        try:
            command = tuple(shlex.split(self.password_command))
        except ValueError:
            command = ()
        if not command:
            raise UsageError(_("--password-command : indiquez une commande, comme « pass mailsla »."))
        return command


def is_address(host: str) -> bool:
    """Tell whether a server is named by its IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def read_text(written: str) -> str:
    """Return what was written; something must be. Raises `UsageError` with what to write instead."""
    if not written:
        raise UsageError(_("Il faut une réponse."))
    return written


def read_host(written: str) -> str:
    """Return a server's name, or its address. Raises `UsageError` with what to write instead."""
    host = read_text(written).lower()
    if not (_HOST.fullmatch(host) or is_address(host)):
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
    try:
        domain = whole_domain(written)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if is_shared(domain):
        raise UsageError(
            _("Chacun peut avoir une adresse de {domain} : indiquez le domaine de la préfecture.").format(
                domain=domain
            )
        )
    return domain


def read_token_url(written: str) -> str:
    """Return where access tokens are asked for. Raises `UsageError` with what to write instead."""
    try:
        return checked_token_url(read_text(written))
    except ValueError as error:
        raise UsageError(str(error)) from error


def read_departement(written: str) -> str:
    """Return the number of a département. Raises `UsageError` with what to write instead."""
    territory(written)
    return written.strip().upper()
