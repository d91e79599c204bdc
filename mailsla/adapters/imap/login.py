"""Ways into an IMAP account: TLS first where it is asked for, then a password or an access token."""

from __future__ import annotations

from pathlib import Path

from imapclient import IMAPClient

from mailsla.adapters.access.tls import tls_context
from mailsla.core.collection.mail_servers import MICROSOFT
from mailsla.core.errors import PermanentError
from mailsla.language import gettext as _


def secure(client: IMAPClient, tls: str, ca_file: Path | None) -> None:
    """Go over to TLS when `tls` is "starttls"; with "none", make sure that the server takes a password in clear.

    Raises:
        PermanentError: When the server does not do what `tls` asks for; no password has been sent.
    """
    if tls == "starttls":
        if not client.has_capability("STARTTLS"):
            raise PermanentError(
                _('le serveur n\'offre pas STARTTLS : mettez tls = "implicit" pour ce compte.')
            )
        client.starttls(tls_context(ca_file))
    elif tls == "none" and client.has_capability("LOGINDISABLED"):
        # RFC 9051 §6.2.3: the client must not send LOGIN then, and the password would have been read on its way.
        raise PermanentError(
            _('le serveur refuse un mot de passe en clair : mettez tls = "starttls" pour ce compte.')
        )


def takes_passwords(client: IMAPClient) -> bool:
    """Tell whether a server takes passwords, by what it advertises: one may take access tokens alone.

    Microsoft 365 has taken none since 2023, and advertises PLAIN all the same.
    """
    if client.host.lower() == MICROSOFT:
        return False
    takes_tokens = any(client.has_capability(f"AUTH={name}") for name in ("XOAUTH2", "OAUTHBEARER"))
    return not takes_tokens or any(client.has_capability(f"AUTH={name}") for name in ("PLAIN", "LOGIN"))


def with_password(client: IMAPClient, user: str, password: str) -> None:
    """Log in with a password.

    LOGIN carries ASCII alone (RFC 9051 §9, astring); SASL PLAIN carries anything, in UTF-8 (RFC 4616).

    Raises:
        PermanentError: When the server takes access tokens alone, or only PLAIN would do and it has none; no password
            has been sent.
    """
    if not takes_passwords(client):
        raise PermanentError(
            _(
                "le serveur ne prend pas de mot de passe, seulement des jetons d'accès : voir [accounts.oauth2]."
            )
        )
    if user.isascii() and password.isascii():
        client.login(user, password)
    elif client.has_capability("AUTH=PLAIN"):
        client.plain_login(user, password)
    else:
        raise PermanentError(
            _("le serveur ne prend que des identifiants et mots de passe sans accent : changez-les.")
        )


def with_token(client: IMAPClient, user: str, token: str, mechanism: str) -> None:
    """Log in with an access token, by "xoauth2" or by "oauthbearer" (RFC 7628)."""
    if mechanism == "oauthbearer":
        client.oauthbearer_login(user, token)
    else:
        client.oauth2_login(user, token)
