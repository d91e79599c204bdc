"""Ways into an SMTP server (RFC 4954): a password, or an access token."""

from __future__ import annotations

import base64
import smtplib

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.access.oauth import TokenSource

LOGGED_IN = 235
"""RFC 4954 §4: authentication successful."""

CHALLENGE = 334
"""RFC 4954 §4: the server waits for an answer; to a token, it says so why it refuses it."""


def with_password(session: smtplib.SMTP, user: str, credentials: Credentials) -> None:
    """Log in with a password.

    Raises:
        smtplib.SMTPAuthenticationError: When it is refused.
        PermanentError: When it cannot be had.
    """
    password = credentials.password()
    if user.isascii() and password.isascii():
        session.login(user, password)
        return
    # smtplib says ASCII alone; PLAIN carries anything, in UTF-8 (RFC 4616).
    _say(session, "PLAIN", f"\0{user}\0{password}")


def with_token(session: smtplib.SMTP, user: str, tokens: TokenSource, mechanism: str) -> None:
    """Log in with an access token, by "xoauth2" or by "oauthbearer" (RFC 7628); by a new one, should it be refused.

    A token may be revoked before its time.

    Raises:
        smtplib.SMTPAuthenticationError: When a new one is refused too.
        smtplib.SMTPNotSupportedError: When the server takes no tokens.
        LoginRefused: When the authorization server gives none.
        TransientError: When it does not answer.
    """
    try:
        _with(session, user, tokens.access_token(), mechanism)
    except smtplib.SMTPAuthenticationError:
        tokens.forget()
        _with(session, user, tokens.access_token(), mechanism)


def _with(session: smtplib.SMTP, user: str, token: str, mechanism: str) -> None:
    if mechanism == "oauthbearer":
        _say(session, "OAUTHBEARER", f"n,a={user},\x01auth=Bearer {token}\x01\x01", ends_with="\x01")
    else:
        _say(session, "XOAUTH2", f"user={user}\x01auth=Bearer {token}\x01\x01")


def _say(session: smtplib.SMTP, mechanism: str, response: str, ends_with: str = "") -> None:
    """Log in by a mechanism of one response; a challenge is a refusal, which the server ends once it is answered."""
    session.ehlo_or_helo_if_needed()
    if mechanism not in session.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError(mechanism)
    code, answer = session.docmd("AUTH", f"{mechanism} {_encoded(response)}")
    if code == CHALLENGE:
        code, answer = session.docmd(_encoded(ends_with))
    if code != LOGGED_IN:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _encoded(said: str) -> str:
    return base64.b64encode(said.encode()).decode()
