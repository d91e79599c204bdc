"""Connects to an account and logs in."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from mailsla.adapters.access.deadline import breaking_off
from mailsla.adapters.access.tls import tls_context
from mailsla.adapters.imap.account import ImapAccount
from mailsla.adapters.imap.client import Client
from mailsla.adapters.imap.login import secure, takes_passwords, with_password, with_token
from mailsla.adapters.imap.session import ImapSession
from mailsla.adapters.imap.translation import translated


@contextmanager
def connect(account: ImapAccount) -> Iterator[ImapSession]:
    """Log in to `account` and log out at the end.

    TLS is verified against the system's authorities, or the site's own `ca_file`.

    Raises:
        TransientError: When the server cannot be reached, or breaks the connection.
        PermanentError: When it refuses the password, or its certificate is not trusted.
    """
    secret = _secret(account)
    with translated():
        client = _client(account)
    session = ImapSession(client, account)
    try:
        with session.bounded():
            secure(client, account.tls, account.ca_file)
            _log_in(client, account, secret)
        yield session
    finally:
        session.close()


def greet(account: ImapAccount) -> bool:
    """Connect to an account's server and go over to TLS, verified; nobody logs in, and no password is at hand.

    Returns whether it takes passwords.

    Raises:
        TransientError: When the server cannot be reached, or breaks the connection.
        PermanentError: When its certificate is not trusted, or it does not go over to TLS.
    """
    with translated():
        client = _client(account)
    try:
        with translated(), breaking_off(client.socket(), account.limits.greeting_seconds):
            secure(client, account.tls, account.ca_file)
            takes = takes_passwords(client)
            client.logout()
            return takes
    finally:
        with suppress(OSError):
            client.shutdown()


def _client(account: ImapAccount) -> Client:
    context = None if account.tls == "none" else tls_context(account.ca_file)
    client = Client(
        account.host,
        greeting_seconds=account.limits.greeting_seconds,
        port=account.port,
        ssl=account.tls == "implicit",
        ssl_context=context,
        timeout=SocketTimeout(connect=account.limits.connect_seconds, read=account.timeout_seconds),
    )
    # Otherwise INTERNALDATE comes back naive, shifted by today's offset.
    client.normalise_times = False
    # The library writes out every command and answer for its debug log, whether anybody reads it or not.
    client._imap.debug = 0  # noqa: SLF001 (the library has no switch for it)
    # Nagle's algorithm against delayed acknowledgements costs 44 ms a command on some servers.
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def _secret(account: ImapAccount) -> str:
    """Return the password or the access token to log in with."""
    if account.tokens is not None:
        return account.tokens.access_token()
    assert account.credentials is not None
    return account.credentials.password()


def _log_in(client: IMAPClient, account: ImapAccount, secret: str) -> None:
    if account.tokens is None:
        with_password(client, account.user, secret)
        return
    try:
        with_token(client, account.user, secret, account.mechanism)
    except LoginError:
        # The next attempt asks for a new one: this one may have been revoked before its time.
        account.tokens.forget()
        raise
