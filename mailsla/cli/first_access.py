"""How `mailsla init` gets into the account: by a password, or by an application's access tokens where none is taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mailsla.adapters.access.credentials import Credentials
from mailsla.bootstrap.first_look import FirstLook, credentials_of
from mailsla.cli.asking import Asker
from mailsla.cli.first_answers import PASSWORD_FILE, Given, read_text, read_token_url
from mailsla.config.writing import SecretKey, TokenAccess
from mailsla.core.collection.mail_servers import MICROSOFT, Candidate, Refusal
from mailsla.core.errors import LoginRefused, MailslaError, UsageError
from mailsla.language import gettext as _
from mailsla.presentation import init_lines
from mailsla.usecases.look_around import LookedAround

MOST_TRIES = 3
"""Passwords that are tried: a few more may lock the account."""

MICROSOFT_TOKENS = "https://login.microsoftonline.com/{domain}/oauth2/v2.0/token"
"""A tenant may be named by any of its domains."""

MICROSOFT_SCOPE = "https://outlook.office365.com/.default"


@dataclass(frozen=True)
class Opened:
    """The account once it was opened; without a connection, as it would be.

    Attributes:
        user: The login.
        typed: The password, or the application's secret, that a person typed; None when the options say where it is.
        secret: The same, as it is read when it is needed.
        tokens: How access tokens are had; None with a password.
        around: What is there; None without a connection.
    """

    user: str
    typed: str | None = field(repr=False)
    secret: Credentials
    tokens: TokenAccess | None
    around: LookedAround | None


class Access:
    """Who logs in, and how.

    Args:
        asker: Who asks.
        given: What the options say.
        folder: Where the configuration will be.
    """

    def __init__(self, asker: Asker, given: Given, folder: Path) -> None:
        self._asker = asker
        self._given = given
        self._folder = folder
        self._secret = given.secret()

    def opened(self, look: FirstLook, server: Candidate, address: str, *, takes_passwords: bool) -> Opened:
        """Return the account of an address, opened with what the options or a person say.

        Raises:
            UsageError: When it cannot be.
        """
        user = self._given.user or address
        tokens = self._tokens(server, look.domain, takes_passwords=takes_passwords)
        if self._given.offline:
            return Opened(user, None, credentials_of(None, self._secret), tokens, None)
        typed = self._typed(tokens)
        for tried in range(1, MOST_TRIES + 1):
            secret = credentials_of(typed, self._secret)
            try:
                around = look.look_around(server, address, user, secret, tokens)
            except MailslaError as error:
                said = init_lines.refused(Refusal(server, str(error)))
                is_refused = isinstance(error, LoginRefused)
                if tried == MOST_TRIES or not self._asker.asks or (is_refused and typed is None):
                    raise UsageError(said) from error
                self._asker.say(said)
                if is_refused:
                    user = self._asker.answer(None, "--user", _("Identifiant IMAP :"), read_text, user)
                    typed = self._typed(tokens)
                elif not self._asker.agrees(_("Réessayer ?"), default=True):
                    raise UsageError(said) from error
            else:
                return Opened(user, typed, secret, tokens, around)
        raise AssertionError

    def kept(self) -> SecretKey:
        """Return where the configuration says the password is; a file beside it, by its name alone."""
        secret = self._secret
        if secret.command is not None:
            return "password_command", secret.command
        if secret.env is not None:
            return "password_env", secret.env
        if secret.file is None:
            return "password_file", str(PASSWORD_FILE)
        return "password_file", str(self.as_written(secret.file))

    def as_written(self, path: Path) -> Path:
        """Return a path as the configuration names it: by its name alone beside it, else whole."""
        whole = path.absolute()
        return Path(whole.name) if whole.parent == self._folder.absolute() else whole

    def _tokens(self, server: Candidate, domain: str, *, takes_passwords: bool) -> TokenAccess | None:
        """Return how access tokens are had, where they are wanted; None where a password is."""
        is_microsoft_s = server.host == MICROSOFT
        if self._given.client_id is None:
            if takes_passwords and not is_microsoft_s:
                return None
            wanted = init_lines.microsoft_wants() if is_microsoft_s else init_lines.tokens_alone(server.host)
            if not self._asker.asks:
                raise UsageError(
                    _("{wanted} Donnez-les par --client-id et --password-file.").format(wanted=wanted)
                )
            self._asker.say(wanted)
        ask = self._asker.answer
        client_id = ask(
            self._given.client_id, "--client-id", _("Identifiant de l'application (client_id) :"), read_text
        )
        usual = MICROSOFT_TOKENS.format(domain=domain) if is_microsoft_s else ""
        token_url = ask(
            self._given.token_url, "--token-url", _("Adresse des jetons (token_url) :"), read_token_url, usual
        )
        return TokenAccess(token_url, client_id, MICROSOFT_SCOPE if is_microsoft_s else "")

    def _typed(self, tokens: TokenAccess | None) -> str | None:
        """Return the password, or the secret, that a person types; None when the options say where it is."""
        if self._secret.ways:
            return None
        kept = self._folder / PASSWORD_FILE
        if kept.exists():
            raise UsageError(
                _("{path} existe déjà : s'il tient ce mot de passe, donnez --password-file {path}.").format(
                    path=kept
                )
            )
        question = (
            _("Mot de passe (il ne s'affiche pas) :")
            if tokens is None
            else _("Secret de l'application (il ne s'affiche pas) :")
        )
        return self._asker.answer(None, "--password-file", question, read_text, hidden=True)
