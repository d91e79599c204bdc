"""`mailsla init`: writes a commented configuration, asking what it must."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from mailsla.adapters.machine.written_files import write_new
from mailsla.bootstrap.clock_rules import territory
from mailsla.cli import session
from mailsla.cli.unwritable import unwritable
from mailsla.config import parse
from mailsla.core.errors import ConfigError, UsageError
from mailsla.language import gettext as _

EXAMPLE = Path("mailsla.example.toml")
"""Every key, with a comment: in the package, beside what reads it."""

TEMPLATE = """\
# Configuration de mailsla. Toutes les clés sont décrites dans mailsla.example.toml.

[site]
name = {site}
departement = {departement}

[office]
# Qui est « nous » : les domaines de la préfecture, sous-domaines compris.
domains = [{domain}]

[[accounts]]
name = "contact"
host = {host}
user = {user}
# Un compte en lecture seule suffit. Le mot de passe, seul sur la première ligne de ce fichier (chmod 600).
password_file = {password_file}

# Un bloc par service : ses adresses, ses dossiers, et qui prévenir avant l'échéance.
# [[services]]
# name = "Étrangers"
# addresses = ["pref-etrangers@{bare_domain}"]
# mailboxes = ["INBOX/Étrangers"]
# head = "chef.etrangers@{bare_domain}"

[[commitments]]
# « dans 80 % des cas, une réponse en moins de dix jours ouvrés », d'après le dossier de presse du 3 septembre 2012.
# Une fois vérifié dans votre référentiel, ajoutez confirmed = true ; d'autres valeurs : days, comparison, target.
category = "information"
preset = "qualipref"

# Agir depuis les alertes : où vont ces courriels, une adresse que le compte ci-dessus reçoit aussi.
# La clé est écrite à la première relève.
# [actions]
# address = "pref-contact+actions@{bare_domain}"
# key_file = "cle-actions"

# Sans cette section, aucune alerte ne part.
# [smtp]
# host = "smtp.{bare_domain}"
# sender = "qualite@{bare_domain}"
"""


def _path(context: typer.Context) -> Path:
    return session.chosen(context).config or Path("mailsla.toml")


def _not_there(context: typer.Context, site: str) -> str:
    """Refuse to overwrite a file, before the other questions are asked."""
    path = _path(context)
    if path.exists():
        raise _is_there(path)
    return site


def _is_there(path: Path) -> UsageError:
    return UsageError(
        _("{path} existe déjà ; retirez-le ou donnez un autre nom avec --config.").format(path=path)
    )


def _write(path: Path, content: str) -> None:
    try:
        write_new(path, content)
    except FileExistsError as error:
        raise _is_there(path) from error
    except OSError as error:
        raise unwritable(path, error) from error


def _example(context: typer.Context, is_asked: bool) -> bool:
    """Write the example, and nothing else, when that is asked."""
    if is_asked:
        path = session.chosen(context).config or EXAMPLE
        _write(path, (files("mailsla.config") / EXAMPLE.name).read_text(encoding="utf-8"))
        session.console().print(_("{path} est écrit : chaque clé y est, commentée.").format(path=path))
        raise typer.Exit
    return is_asked


def _known(departement: str) -> str:
    """Refuse a département that does not exist, before the other questions are asked."""
    territory(departement)
    return departement


def init(
    context: typer.Context,
    site: Annotated[str, typer.Option(prompt=_("Nom de la préfecture"), callback=_not_there)],
    departement: Annotated[str, typer.Option(prompt=_("Numéro du département"), callback=_known)],
    domain: Annotated[str, typer.Option(prompt=_("Domaine de messagerie (ex. cher.gouv.fr)"))],
    host: Annotated[str, typer.Option(prompt=_("Serveur IMAP"))],
    user: Annotated[str, typer.Option(prompt=_("Identifiant IMAP"))],
    password_file: Annotated[str, typer.Option(prompt=_("Fichier du mot de passe"))] = "mot-de-passe",  # noqa: S107 (a file's name)
    example: Annotated[  # noqa: ARG001 (the library acts on it before the others are asked)
        bool,
        typer.Option(
            "--example",
            is_eager=True,
            callback=_example,
            help=_("Écrit mailsla.example.toml, où est chaque clé, et rien d'autre."),
        ),
    ] = False,
) -> None:
    """Write the configuration file; an existing one is never overwritten."""
    path = _path(context)
    # JSON's strings are TOML basic strings, whatever they contain.
    quoted = {
        "site": json.dumps(site, ensure_ascii=False),
        "departement": json.dumps(departement),
        "domain": json.dumps(domain, ensure_ascii=False),
        "host": json.dumps(host),
        "user": json.dumps(user, ensure_ascii=False),
        "password_file": json.dumps(password_file, ensure_ascii=False),
    }
    content = TEMPLATE.format(bare_domain="".join(c for c in domain if c.isalnum() or c in ".-"), **quoted)
    try:
        parse(tomllib.loads(content), folder=path.parent)
    except ConfigError as error:
        raise UsageError("\n".join(str(problem) for problem in error.problems)) from error
    _write(path, content)
    session.console().print(
        _("{path} est écrit. Mettez-y les services, puis lancez « mailsla check ».").format(path=path)
    )
