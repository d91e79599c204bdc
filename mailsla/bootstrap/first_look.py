"""What `mailsla init` looks at, before there is a configuration: servers, mailboxes, the way out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.access.oauth import TokenSource
from mailsla.adapters.access.service_records import mail_exchangers, service_records
from mailsla.adapters.imap.account import ImapAccount, ImapLimits
from mailsla.adapters.imap.connecting import connect, greet
from mailsla.adapters.smtp import SmtpServer
from mailsla.config.secret import Secret
from mailsla.config.writing import TokenAccess
from mailsla.core.collection.mail_servers import (
    IMAP,
    IMAPS,
    SUBMISSION,
    SUBMISSIONS,
    Candidate,
    Target,
    imap_candidates,
    smtp_candidates,
)
from mailsla.usecases.find_server import Search, find_server
from mailsla.usecases.look_around import LookedAround, look_around

LIMITS = ImapLimits(connect_seconds=5, greeting_seconds=10)
SECONDS = 20.0
"""That a server may take for one answer."""

Records = Callable[[str, str], Sequence[Target]]
"""Returns what a domain says of a service in the DNS."""


@dataclass(frozen=True)
class FirstLook:
    """Looks at an address's servers.

    Attributes:
        domain: The address's.
        ca_file: The site's own authority; None for the system's.
        records: Who is asked where its servers are.
        exchangers: Who is asked which hosts take its mail.
    """

    domain: str
    ca_file: Path | None = None
    records: Records = service_records
    exchangers: Callable[[str], Sequence[str]] = mail_exchangers

    def find_imap(self) -> Search:
        """Return where the address's mail can be read, over verified TLS; no password is said."""
        return find_server(self.imap_places(), self._greet, time.monotonic)

    def imap_places(self) -> Sequence[Candidate]:
        """Return where the address's mail may be, as the DNS says and by usual names, the best first."""
        imaps, imap = (self.records(self.domain, service) for service in (IMAPS, IMAP))
        return imap_candidates(self.domain, imaps, imap, self.exchangers(self.domain))

    def try_imap(self, candidate: Candidate) -> Search:
        """Return whether the one server that a person names can be reached."""
        return find_server([candidate], self._greet, time.monotonic)

    def find_smtp(self, reads_at: str) -> Search:
        """Return where mails can be handed over, over verified TLS; no password is said."""
        said = (self.records(self.domain, service) for service in (SUBMISSIONS, SUBMISSION))
        return find_server(smtp_candidates(self.domain, reads_at, *said), self._greet_smtp, time.monotonic)

    def try_smtp(self, candidate: Candidate, sender: str, user: str, secret: Credentials) -> None:
        """Log in where mails are handed over, and leave.

        Raises:
            MailslaError: When the server does not take it.
        """
        self._relay(candidate, sender, user, secret).greet()

    def look_around(
        self,
        candidate: Candidate,
        address: str,
        user: str,
        secret: Credentials,
        tokens: TokenAccess | None = None,
    ) -> LookedAround:
        """Log in, and return the mailboxes and what the last mails show; nothing is changed there.

        With `tokens`, the secret is an application's, which gets access tokens with it; otherwise a password.

        Raises:
            LoginRefused: When the server refuses the login or the password.
            MailslaError: When something else fails.
        """
        with connect(self._account(candidate, user, secret, tokens)) as session:
            return look_around(session, address)

    def _greet(self, candidate: Candidate) -> bool:
        return greet(self._account(candidate, "", None))

    def _account(
        self, candidate: Candidate, user: str, secret: Credentials | None, tokens: TokenAccess | None = None
    ) -> ImapAccount:
        source = None
        if tokens is not None:
            source = TokenSource(
                token_url=tokens.token_url,
                client_id=tokens.client_id,
                client_secret=secret,
                refresh_token=None,
                scope=tokens.scope,
                ca_file=self.ca_file,
            )
        return ImapAccount(
            name="contact",
            host=candidate.host,
            port=candidate.port,
            tls=candidate.tls,
            user=user,
            credentials=None if source is not None else secret,
            tokens=source,
            ca_file=self.ca_file,
            timeout_seconds=SECONDS,
            limits=LIMITS,
        )

    def _greet_smtp(self, candidate: Candidate) -> bool:
        self._relay(candidate, "", None, None).greet()
        return True

    def _relay(
        self, candidate: Candidate, sender: str, user: str | None, secret: Credentials | None
    ) -> SmtpServer:
        return SmtpServer(
            host=candidate.host,
            port=candidate.port,
            tls=candidate.tls,
            sender=sender,
            user=user,
            credentials=secret,
            ca_file=self.ca_file,
            timeout_seconds=LIMITS.connect_seconds,
        )


def credentials_of(password: str | None, secret: Secret) -> Credentials:
    """Return a password as it is read when it is needed: the one that was typed, or from where it is kept."""
    if password is not None:
        return Credentials(literal=lambda: password)
    return Credentials(file=secret.file, command=secret.command, variable=secret.env)
