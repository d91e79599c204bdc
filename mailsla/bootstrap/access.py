"""How accounts and the relay of alerts are reached, as the settings say."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mailsla.adapters.access.credentials import Credentials, fingerprint
from mailsla.adapters.access.oauth import TokenSource
from mailsla.adapters.imap.account import ImapAccount
from mailsla.adapters.smtp import SmtpServer
from mailsla.config import Account, Smtp
from mailsla.config.secret import Secret
from mailsla.config.servers import OAuth2Section

OF_SENDING = "[smtp]"
"""Names the tokens of the server that takes our mail; no account can be called so."""


def imap_account(account: Account) -> ImapAccount:
    """Return how to reach an account."""
    return ImapAccount(
        name=account.name,
        host=account.host,
        port=account.port or (993 if account.tls == "implicit" else 143),
        tls=account.tls,
        user=account.user,
        credentials=_credentials(account.secret),
        tokens=None if account.oauth2 is None else _tokens(account.name, account.oauth2, account.ca_file),
        mechanism="xoauth2" if account.oauth2 is None else account.oauth2.mechanism,
        ca_file=account.ca_file,
        timeout_seconds=account.timeout_seconds,
        sent=account.sent,
        ignore=account.ignore,
        only=account.only,
    )


def smtp_server(smtp: Smtp) -> SmtpServer:
    """Return how to reach the server that takes our mail."""
    return SmtpServer(
        host=smtp.host,
        port=smtp.port,
        tls=smtp.tls,
        sender=smtp.sender,
        user=smtp.user,
        credentials=_credentials(smtp.secret),
        tokens=None if smtp.oauth2 is None else _tokens(OF_SENDING, smtp.oauth2, smtp.ca_file),
        mechanism="xoauth2" if smtp.oauth2 is None else smtp.oauth2.mechanism,
        ca_file=smtp.ca_file,
        timeout_seconds=smtp.timeout_seconds,
    )


def mail_domain(smtp: Smtp | None) -> str:
    """Return the domain of the Message-IDs of a site's mails."""
    return (smtp.sender if smtp is not None else "mailsla@localhost").rpartition("@")[2]


@cache
def _tokens(
    account: str,  # noqa: ARG001 (names the source in the cache: two accounts never share a refresh token)
    section: OAuth2Section,
    ca_file: Path | None,
) -> TokenSource:
    """Return where an account's tokens come from: one source for the life of the process, which keeps them."""
    return TokenSource(
        token_url=section.token_url,
        client_id=section.client_id,
        client_secret=_credentials(section.client_secret),
        refresh_token=_credentials(section.refresh_token),
        scope=section.scope,
        ca_file=ca_file,
    )


def forget_tokens() -> None:
    """Forget the tokens that are kept, and where they come from: both are asked for again."""
    _tokens.cache_clear()


def credentials_fingerprint(account: Account) -> str:
    """Return a digest that changes when what an account logs in with does."""
    reached = imap_account(account)
    if reached.tokens is not None:
        known = (reached.tokens.client_secret, reached.tokens.refresh_token)
        return "".join(fingerprint(item) for item in known if item is not None)
    return "" if reached.credentials is None else fingerprint(reached.credentials)


def _credentials(secret: Secret) -> Credentials | None:
    """Return a secret as it is read when it is needed; None when there is none."""
    if not secret.ways:
        return None
    return Credentials(
        literal=None if secret.literal is None else secret.literal.get_secret_value,
        file=secret.file,
        command=secret.command,
        variable=secret.env,
    )
