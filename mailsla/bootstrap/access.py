"""How accounts and the relay of alerts are reached, as the settings say."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mailsla.adapters.access.credentials import Credentials, fingerprint
from mailsla.adapters.access.oauth import TokenSource
from mailsla.adapters.imap.account import ImapAccount
from mailsla.adapters.smtp import SmtpServer
from mailsla.config import Account, Smtp
from mailsla.config.settings import OAuth2Section


def imap_account(account: Account) -> ImapAccount:
    """Return how to reach an account."""
    return ImapAccount(
        name=account.name,
        host=account.host,
        port=account.port or (993 if account.tls == "implicit" else 143),
        tls=account.tls,
        user=account.user,
        credentials=None if account.oauth2 is not None else _credentials(account),
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
        credentials=None if smtp.user is None else _credentials(smtp),
        ca_file=smtp.ca_file,
        timeout_seconds=smtp.timeout_seconds,
    )


@cache
def _tokens(
    account: str,  # noqa: ARG001 (names the source in the cache: two accounts never share a refresh token)
    section: OAuth2Section,
    ca_file: Path | None,
) -> TokenSource:
    """Return where an account's tokens come from: one source for the life of the process, which keeps them."""
    secret = Credentials(
        file=section.client_secret_file,
        command=section.client_secret_command,
        variable=section.client_secret_env,
    )
    refresh = Credentials(
        file=section.refresh_token_file,
        command=section.refresh_token_command,
        variable=section.refresh_token_env,
    )
    nothing = Credentials()
    return TokenSource(
        token_url=section.token_url,
        client_id=section.client_id,
        client_secret=None if secret == nothing else secret,
        refresh_token=None if refresh == nothing else refresh,
        scope=section.scope,
        ca_file=ca_file,
    )


def credentials_fingerprint(account: Account) -> str:
    """Return a digest that changes when what an account logs in with does."""
    reached = imap_account(account)
    if reached.tokens is not None:
        known = (reached.tokens.client_secret, reached.tokens.refresh_token)
        return "".join(fingerprint(item) for item in known if item is not None)
    return "" if reached.credentials is None else fingerprint(reached.credentials)


def _credentials(section: Account | Smtp) -> Credentials:
    password = section.password
    return Credentials(
        literal=None if password is None else password.get_secret_value,
        file=section.password_file,
        command=section.password_command,
        variable=section.password_env,
    )
