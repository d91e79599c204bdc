"""How to reach an IMAP account, which of its mailboxes to read, and how long to wait for its server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.access.oauth import TokenSource


@dataclass(frozen=True, slots=True)
class ImapLimits:
    """How long a server is waited for.

    Attributes:
        connect_seconds: For the connection.
        greeting_seconds: For the greeting and the first CAPABILITY together.
        patience: A command, or one message of a fetch, may take so many times the account's timeout before it is
            broken off.
    """

    connect_seconds: float = 10
    greeting_seconds: float = 50
    patience: float = 5


@dataclass(frozen=True)
class ImapAccount:
    """How to reach one account and which of its mailboxes to read.

    Attributes:
        tls: "implicit", "starttls" or "none".
        credentials: The password; None with `tokens`.
        tokens: Where access tokens come from; None with a password.
        mechanism: "xoauth2" or "oauthbearer" (RFC 7628), for tokens.
        sent: Names of sent mailboxes, in addition to what the server says.
        ignore: Names of mailboxes never read.
        only: When not empty, the only mailboxes read.
        limits: How long its server is waited for.
    """

    name: str
    host: str
    port: int
    tls: str
    user: str
    credentials: Credentials | None
    tokens: TokenSource | None = None
    mechanism: str = "xoauth2"
    ca_file: Path | None = None
    timeout_seconds: float = 60
    sent: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    limits: ImapLimits = ImapLimits()
