"""Access tokens for IMAP accounts (RFC 6749): client credentials and refresh tokens, through Authlib.

Microsoft 365 gives tokens to applications (client credentials, scope `https://outlook.office365.com/.default`);
other providers to a person's consent (refresh token). A token is kept in memory until shortly before it expires.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailsla.adapters.access.credentials import Credentials
from mailsla.core.errors import LoginRefused, PermanentError, TransientError
from mailsla.language import gettext as _

TIMEOUT_SECONDS = 30
MOST_SECONDS = 60.0
MARGIN_SECONDS = 60
USUAL_LIFE_SECONDS = 300
"""Taken for a token whose server does not say how long it lives (RFC 6749 §5.1 only recommends it)."""

PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})


@dataclass
class TokenSource:
    """Where an account's access tokens come from.

    Attributes:
        token_url: The authorization server's token endpoint.
        client_id: Of this installation, as registered there.
        client_secret: Its secret; None for a public client.
        refresh_token: A person's consent; None for the client's own credentials.
        scope: What is asked for.
        ca_file: The site's own authority; None for the system's.
        clock: Monotonic seconds.
        most_seconds: What a request may last.
    """

    token_url: str
    client_id: str
    client_secret: Credentials | None
    refresh_token: Credentials | None
    scope: str
    ca_file: Path | None = None
    clock: Callable[[], float] = time.monotonic
    most_seconds: float = MOST_SECONDS
    _token: str = field(default="", repr=False)
    _good_until: float = 0
    _consent: str = field(default="", repr=False)
    _refresh: str = field(default="", repr=False)

    def access_token(self) -> str:
        """Return a token that is good for a while yet.

        Raises:
            PermanentError: When the server refuses the client, its secret or the consent.
            TransientError: When it cannot be reached, or says that it will do so later.
        """
        if not self._token or self.clock() >= self._good_until:
            answer = self._ask()
            self._token = str(answer.get("access_token") or "")
            if not self._token:
                raise PermanentError(_("le serveur d'autorisation n'a pas donné de jeton d'accès."))
            # A server may replace the refresh token at each use (RFC 6749 §6).
            self._refresh = str(answer.get("refresh_token") or self._refresh)
            self._good_until = self.clock() + _life(answer.get("expires_in")) - MARGIN_SECONDS
        return self._token

    def forget(self) -> None:
        """Drop the token: the mail server has refused it."""
        self._token = ""

    def _ask(self) -> dict[str, Any]:
        try:
            from authlib.integrations.base_client import OAuthError  # noqa: PLC0415 (only with the extra oauth2)
            from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415 (only with the extra oauth2)
            from requests import RequestException  # noqa: PLC0415 (only with the extra oauth2)

            from mailsla.adapters.access.bounded_http import BoundedAdapter  # noqa: PLC0415 (needs the extra oauth2)
        except ImportError as error:
            raise PermanentError(
                _("il manque la bibliothèque OAuth ; installez-la avec pip install « mailsla[oauth2] ».")
            ) from error
        secret = None if self.client_secret is None else self.client_secret.password()
        method = "none" if secret is None else "client_secret_post"
        verify = True if self.ca_file is None else str(self.ca_file)
        try:
            with OAuth2Session(
                self.client_id, secret, scope=self.scope, token_endpoint_auth_method=method
            ) as session:
                session.verify = verify
                session.trust_env = False
                session.hooks["response"].append(_stay_here)
                for scheme in ("http://", "https://"):
                    session.mount(scheme, BoundedAdapter(self.most_seconds))
                if self.refresh_token is None:
                    return dict(
                        session.fetch_token(
                            self.token_url,
                            grant_type="client_credentials",
                            timeout=TIMEOUT_SECONDS,
                            allow_redirects=False,
                        )
                    )
                consent = self.refresh_token.password()
                if consent != self._consent:
                    self._consent = self._refresh = consent
                try:
                    return self._refreshed(session)
                except OAuthError as error:
                    if error.error != "invalid_grant" or self._refresh == consent:
                        raise
                    # What came of the consent is no longer good; the consent itself may be.
                    self._refresh = consent
                    return self._refreshed(session)
        except OAuthError as error:
            raise _refusal(str(error.error or "")) from error
        except (RequestException, ValueError, TypeError) as error:
            raise TransientError(
                _("le serveur d'autorisation ne répond pas, ou pas comme il faut.")
            ) from error

    def _refreshed(self, session: Any) -> dict[str, Any]:
        return dict(
            session.refresh_token(
                self.token_url,
                refresh_token=self._refresh,
                scope=self.scope,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        )


def _stay_here(response: Any, *_arguments: Any, **_options: Any) -> None:
    """Refuse a redirection: the secret would go along to wherever it says (RFC 9110 §15.4.8)."""
    if 300 <= response.status_code < 400:
        response.close()
        raise PermanentError(
            _(
                "le serveur d'autorisation renvoie à une autre adresse : vérifiez-la, et mettez-la dans token_url."
            )
        )


def _life(said: Any) -> float:
    """Return for how many seconds a token lives; servers also say it as text, or say nothing of use.

    >>> _life("3600"), _life(None)
    (3600.0, 300.0)
    """
    try:
        return float(said)
    except (TypeError, ValueError):
        return float(USUAL_LIFE_SECONDS)


def _refusal(code: str) -> LoginRefused | TransientError:
    """Return the error that a code of RFC 6749 §5.2 amounts to; its description may quote secrets."""
    known = code if code.replace("_", "").isalnum() and len(code) <= 40 else "?"
    if known in PASSING:
        return TransientError(_("le serveur d'autorisation demande d'attendre ({code}).").format(code=known))
    return LoginRefused(
        _(
            "le serveur d'autorisation refuse l'accès ({code}) : vérifiez le secret ou le consentement."
        ).format(code=known)
    )
