"""The sections that say which servers are reached, and how."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from mailsla.config.fields import (
    Address,
    Command,
    Day,
    File,
    MailboxName,
    Name,
    Number,
    Section,
    ShortName,
    Variable,
)
from mailsla.config.secret import Secret
from mailsla.core.mail.mailbox_names import compared, is_among
from mailsla.language import gettext as _


def checked_token_url(written: str) -> str:
    """Return the address of an authorization server: one to which a secret may be sent, read by all programs alike.

    Raises:
        ValueError: With what to write instead.
    """
    host_alone = _(
        "indiquez l'adresse du serveur d'autorisation seule, comme « https://login.example.fr/token »."
    )
    over_tls = _("l'adresse du serveur d'autorisation doit commencer par https://.")
    return _safe_url(written, host_alone, over_tls)


def _checked_ping_url(written: object) -> object:
    """Check what is a secret from then on."""
    if not isinstance(written, str):
        return written
    host_alone = _("indiquez une adresse comme « https://sondes.example.fr/ping/… », sans nom d'utilisateur.")
    return _safe_url(written, host_alone, _("l'adresse à prévenir doit commencer par https://."))


def _safe_url(written: str, host_alone: str, over_tls: str) -> str:
    try:
        url = urlsplit(written)
        host, port = url.hostname or "", url.port
    except ValueError as error:
        raise ValueError(host_alone) from error
    bare = f"[{host}]" if ":" in host else host
    # Nothing but a host and its port: what stands before an @ looks like a host to whoever reads it.
    is_alone = url.netloc.lower() in {bare, f"{bare}:{port}"} and "\\" not in host
    is_plain = re.fullmatch(r"[!-~]{1,500}", written) and url.scheme in {"http", "https"}
    if not (host and is_alone and is_plain):
        raise ValueError(host_alone)
    if url.scheme != "https" and not is_loopback(host):
        raise ValueError(over_tls)
    return written


class Monitoring(Section):
    """`[monitoring]`: how whoever watches the site from outside is told how things are; nobody is, unless named.

    The address to ping opens nothing but that it can be pinged; it is not shown all the same.
    """

    metrics_file: File | None = None
    ping_url: Annotated[SecretStr, BeforeValidator(_checked_ping_url)] | None = None
    command: Command | None = None


class OAuth2Section(Section):
    """`[accounts.oauth2]`, `[smtp.oauth2]`: access tokens instead of a password.

    The client's own credentials are used unless a refresh token is given. `token_url` must be HTTPS, unless it
    is this machine's.
    """

    token_url: Annotated[str, AfterValidator(checked_token_url)]
    client_id: Name
    client_secret_file: File | None = None
    client_secret_command: Command | None = None
    client_secret_env: Variable | None = None
    refresh_token_file: File | None = None
    refresh_token_command: Command | None = None
    refresh_token_env: Variable | None = None
    scope: Annotated[str, Field(max_length=500)] = ""
    mechanism: Literal["xoauth2", "oauthbearer"] = "xoauth2"

    @property
    def client_secret(self) -> Secret:
        """The application's own secret."""
        return Secret(self.client_secret_file, self.client_secret_command, self.client_secret_env)

    @property
    def refresh_token(self) -> Secret:
        """A person's consent."""
        return Secret(self.refresh_token_file, self.refresh_token_command, self.refresh_token_env)

    @model_validator(mode="after")
    def _is_complete(self) -> OAuth2Section:
        given = (self.client_secret.ways, self.refresh_token.ways)
        if max(given) > 1 or not any(given):
            raise ValueError(
                _(
                    "indiquez client_secret_… ou refresh_token_… (file, command ou env), "
                    "chacun d'une seule façon."
                )
            )
        return self


class Account(Section):
    """`[[accounts]]`: one IMAP login, used for reading only.

    The password comes from exactly one of `password_file`, `password_command`, `password_env` or `password`;
    with `oauth2` there is none.
    `tls` is "implicit" (port 993), "starttls", or "none", which is refused outside loopback.
    """

    name: ShortName
    host: Name
    port: Annotated[Number, Field(ge=1, le=65535)] | None = None
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    ca_file: File | None = None
    user: Name
    password: SecretStr | None = None
    password_file: File | None = None
    password_command: Command | None = None
    password_env: Variable | None = None
    oauth2: OAuth2Section | None = None
    sent: tuple[MailboxName, ...] = ()
    ignore: tuple[MailboxName, ...] = ()
    only: tuple[MailboxName, ...] = ()
    since: Day | None = None
    every_seconds: Annotated[Number, Field(ge=5, le=86_400)] = 300
    idle: bool = True
    timeout_seconds: Annotated[Number, Field(ge=1, le=600)] = 60

    @property
    def secret(self) -> Secret:
        """The password."""
        return Secret(self.password_file, self.password_command, self.password_env, self.password)

    @model_validator(mode="after")
    def _one_password(self) -> Account:
        if self.secret.ways + (self.oauth2 is not None) != 1:
            raise ValueError(
                _(
                    "indiquez le mot de passe d'une seule façon : password_file, password_command, "
                    "password_env ou password."
                )
            )
        _refuse_plain(self.tls, self.host)
        return self

    @model_validator(mode="after")
    def _reads_what_it_names(self) -> Account:
        if {compared(name) for name in self.ignore} & {compared(name) for name in self.only}:
            raise ValueError(_("un dossier est à la fois dans only et dans ignore ; gardez-en un."))
        if any(
            is_among(name, self.ignore) or (self.only and not is_among(name, self.only)) for name in self.sent
        ):
            raise ValueError(
                _("un dossier de sent n'est pas lu : ajoutez-le à only, ou retirez-le d'ignore.")
            )
        return self


class Smtp(Section):
    """`[smtp]`: where alert mails are handed over; without it, none is sent.

    With `user` there is exactly one of the passwords, or `oauth2`.
    """

    host: Name
    port: Annotated[Number, Field(ge=1, le=65535)] = 587
    tls: Literal["implicit", "starttls", "none"] = "starttls"
    ca_file: File | None = None
    sender: Address
    user: Name | None = None
    password: SecretStr | None = None
    password_file: File | None = None
    password_command: Command | None = None
    password_env: Variable | None = None
    oauth2: OAuth2Section | None = None
    timeout_seconds: Annotated[Number, Field(ge=1, le=600)] = 30

    @property
    def secret(self) -> Secret:
        """The password."""
        return Secret(self.password_file, self.password_command, self.password_env, self.password)

    @model_validator(mode="after")
    def _one_password(self) -> Smtp:
        if self.secret.ways + (self.oauth2 is not None) != (0 if self.user is None else 1):
            raise ValueError(
                _(
                    "indiquez user et un seul mot de passe (password_file, …) ou oauth2, ou ni l'un ni l'autre."
                )
            )
        _refuse_plain(self.tls, self.host)
        return self


def _refuse_plain(tls: str, host: str) -> None:
    if tls == "none" and not is_loopback(host):
        raise ValueError(
            _('sans TLS, seul un serveur de cette machine est accepté ; mettez tls = "implicit".')
        )


def is_loopback(host: str) -> bool:
    """Tell whether `host` is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
