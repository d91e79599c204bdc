"""Writes a first configuration, with comments, from what was found and answered: `mailsla.config.loading` reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailsla.core.collection.mail_servers import Candidate
from mailsla.core.mail.printable import quoted

SecretKey = tuple[str, str | Sequence[str]]
"""Where a password is: `password_file`, `password_command` or `password_env`, and its value; never itself."""


@dataclass(frozen=True, slots=True)
class TokenAccess:
    """How an application gets access tokens, its secret being where a password would be.

    Attributes:
        token_url: Where it asks for them.
        client_id: Its name there.
        scope: What it asks for; empty when nothing has to be said.
    """

    token_url: str
    client_id: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a first configuration says.

    Attributes:
        site: The office's name.
        departement: Its number.
        domains: Those of the office, the address's own first.
        server: Where the mail is read.
        user: The login.
        secret: Where the password is; with `tokens`, the application's secret.
        tokens: How access tokens are had; None with a password.
        ca_file: The site's own authority; None for the system's.
        only: The mailboxes to read, where others are there too; empty for all.
        sent: Sent mailboxes that nothing tells apart from others.
        form_senders: Declared web forms.
        authserv_id: Under which name our server says what it verified; empty for none.
        services: Each by its name and its address.
        relay: Where mails are handed over; None when none leaves.
        sender: The address that they leave from.
    """

    site: str
    departement: str
    domains: tuple[str, ...]
    server: Candidate
    user: str
    secret: SecretKey
    sender: str
    tokens: TokenAccess | None = None
    ca_file: Path | None = None
    only: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()
    form_senders: tuple[str, ...] = ()
    authserv_id: str = ""
    services: tuple[tuple[str, str], ...] = ()
    relay: Candidate | None = None


def written(plan: Plan) -> str:
    """Return the configuration that a plan makes, as TOML."""
    return "\n".join([*_office(plan), *_account(plan), *_services(plan), *_promise(), *_sending(plan)]) + "\n"


def _value(value: str | Sequence[str]) -> str:
    return quoted(value) if isinstance(value, str) else f"[{', '.join(map(quoted, value))}]"


def _office(plan: Plan) -> Iterator[str]:
    yield "# Configuration de mailsla. Chaque autre clé est dans l'exemple que « mailsla init --example » écrit."
    yield ""
    yield "[site]"
    yield f"name = {_value(plan.site)}"
    yield f"departement = {_value(plan.departement)}"
    yield ""
    yield "[office]"
    yield "# Qui est « nous » : nos domaines de messagerie, sous-domaines compris."
    yield f"domains = {_value(plan.domains)}"
    if plan.form_senders:
        yield "# Les formulaires en ligne : le demandeur est alors lu dans Reply-To."
        yield f"form_senders = {_value(plan.form_senders)}"
    if plan.authserv_id:
        yield "# Le nom sous lequel notre serveur dit ce qu'il a vérifié de chaque courriel reçu du dehors."
        yield f"trusted_authserv_id = {_value(plan.authserv_id)}"
    yield ""


def _account(plan: Plan) -> Iterator[str]:
    server = plan.server
    yield "[[accounts]]"
    yield 'name = "contact"'
    yield f"host = {_value(server.host)}"
    yield f"port = {server.port}"
    yield f"tls = {_value(server.tls)}"
    yield from _access(plan)
    if plan.only:
        yield "# Seule la boîte de la préfecture est lue ; les autres dossiers de ce compte sont à quelqu'un."
        yield f"only = {_value(plan.only)}"
    if plan.sent:
        yield f"sent = {_value(plan.sent)}"
    if plan.tokens is not None:
        yield from _tokens(plan.tokens, plan.secret)
    yield ""


def _tokens(tokens: TokenAccess, secret: SecretKey) -> Iterator[str]:
    yield "[accounts.oauth2]"
    yield f"token_url = {_value(tokens.token_url)}"
    yield f"client_id = {_value(tokens.client_id)}"
    key, value = secret
    yield f"{key.replace('password', 'client_secret')} = {_value(value)}"
    if tokens.scope:
        yield f"scope = {_value(tokens.scope)}"


def _access(plan: Plan) -> Iterator[str]:
    """Yield who logs in, and how; of the account as of the relay."""
    if plan.ca_file is not None:
        yield f"ca_file = {_value(str(plan.ca_file))}"
    yield f"user = {_value(plan.user)}"
    if plan.tokens is None:
        key, value = plan.secret
        yield f"{key} = {_value(value)}"


def _services(plan: Plan) -> Iterator[str]:
    yield "# Un bloc par service : ses adresses, ses dossiers, et qui prévenir avant l'échéance (head)."
    for name, address in plan.services:
        yield "[[services]]"
        yield f"name = {_value(name)}"
        yield f"addresses = [{_value(address)}]"
        yield '# mailboxes = ["INBOX/…"]'
        yield '# head = "chef@…"'
        yield ""
    if not plan.services:
        yield "# [[services]]"
        yield '# name = "Étrangers"'
        yield f'# addresses = ["pref-etrangers@{plan.domains[0]}"]'
        yield f'# head = "chef.etrangers@{plan.domains[0]}"'
        yield ""


def _promise() -> Iterator[str]:
    yield "[[commitments]]"
    yield "# « dans 80 % des cas, une réponse en moins de dix jours ouvrés », d'après un dossier de presse de 2012."
    yield "# Vérifié dans votre référentiel ? Ajoutez confirmed = true ; d'autres valeurs : days, comparison, target."
    yield 'category = "information"'
    yield 'preset = "qualipref"'
    yield ""


def _sending(plan: Plan) -> Iterator[str]:
    if plan.relay is None:
        yield "# Sans cette section, aucune alerte ne part."
        yield "# [smtp]"
        yield f'# host = "smtp.{plan.domains[0]}"'
        yield f"# sender = {_value(plan.sender)}"
        return
    yield "# Par où partent alertes et rapports."
    yield "[smtp]"
    yield f"host = {_value(plan.relay.host)}"
    yield f"port = {plan.relay.port}"
    yield f"tls = {_value(plan.relay.tls)}"
    yield f"sender = {_value(plan.sender)}"
    yield from _access(plan)
