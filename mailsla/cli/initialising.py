"""`mailsla init`: asks for an address and a password, finds the rest, and writes the configuration."""

from __future__ import annotations

import errno
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer

from mailsla.adapters.machine.written_files import write_new
from mailsla.cli import session
from mailsla.cli.asking import Asker
from mailsla.cli.first_answers import PASSWORD_FILE, Given
from mailsla.cli.first_dialogue import Answers, Dialogue
from mailsla.cli.unwritable import unwritable
from mailsla.config import parse
from mailsla.config.writing import written
from mailsla.core.errors import ConfigError, UsageError
from mailsla.language import gettext as _

EXAMPLE = Path("mailsla.example.toml")
"""Every key, with a comment: in the package, beside what reads it."""


def _named(help_: str) -> Any:
    """Return an option that nothing stands for."""
    return typer.Option(help=help_, show_default=False)


AddressOption = Annotated[str | None, _named(_("Adresse de la boîte de contact."))]
PasswordFileOption = Annotated[Path | None, _named(_("Fichier qui tient le mot de passe."))]
PasswordCommandOption = Annotated[str | None, _named(_("Commande qui écrit le mot de passe."))]
PasswordEnvOption = Annotated[str | None, _named(_("Variable d'environnement qui tient le mot de passe."))]
HostOption = Annotated[str | None, _named(_("Serveur IMAP ; sinon, il est cherché."))]
PortOption = Annotated[
    int | None, typer.Option(min=1, max=65535, help=_("Port du serveur IMAP."), show_default=False)
]
TlsOption = Annotated[str | None, _named(_("TLS : implicit ou starttls."))]
CaFileOption = Annotated[Path | None, _named(_("Autorité de certification propre au site."))]
ClientIdOption = Annotated[
    str | None,
    _named(
        _("Application dont les jetons ouvrent la boîte (OAuth2) ; --password-file tient alors son secret.")
    ),
]
TokenUrlOption = Annotated[str | None, _named(_("Adresse des jetons ; pour Microsoft 365, elle est connue."))]
UserOption = Annotated[str | None, _named(_("Identifiant, quand ce n'est pas l'adresse."))]
DepartementOption = Annotated[str | None, _named(_("Numéro du département."))]
SiteOption = Annotated[str | None, _named(_("Nom de la préfecture."))]
DomainOption = Annotated[
    str | None, _named(_("Domaine de messagerie, quand ce n'est pas celui de l'adresse."))
]
SmtpOption = Annotated[
    bool,
    typer.Option(
        "--smtp", help=_("Sans terminal : envoie les alertes par le même fournisseur, s'il répond.")
    ),
]
OfflineOption = Annotated[
    bool, typer.Option("--offline", help=_("N'ouvre aucune connexion : écrit ce que disent les options."))
]
ExampleOption = Annotated[
    bool,
    typer.Option("--example", help=_("Écrit mailsla.example.toml, où est chaque clé, et rien d'autre.")),
]


def init(
    context: typer.Context,
    address: AddressOption = None,
    password_file: PasswordFileOption = None,
    password_command: PasswordCommandOption = None,
    password_env: PasswordEnvOption = None,
    host: HostOption = None,
    port: PortOption = None,
    tls: TlsOption = None,
    ca_file: CaFileOption = None,
    client_id: ClientIdOption = None,
    token_url: TokenUrlOption = None,
    user: UserOption = None,
    departement: DepartementOption = None,
    site: SiteOption = None,
    domain: DomainOption = None,
    smtp: SmtpOption = False,
    offline: OfflineOption = False,
    example: ExampleOption = False,
) -> None:
    """Write a first configuration; an existing one is never overwritten."""
    if example:
        _write_example(session.chosen(context).config or EXAMPLE)
        return
    given = Given(
        address=address,
        host=host,
        port=port,
        tls=tls,
        user=user,
        site=site,
        departement=departement,
        domain=domain,
        password_file=password_file,
        password_command=password_command,
        password_env=password_env,
        ca_file=ca_file,
        client_id=client_id,
        token_url=token_url,
        sends=smtp,
        offline=offline,
    )
    _write_first(session.chosen(context).config or Path("mailsla.toml"), given)


def _write_first(path: Path, given: Given) -> None:
    """Have the questions answered, and write what comes of them."""
    if path.is_symlink() or path.exists():
        raise _is_there(path)
    if not path.parent.is_dir():
        raise unwritable(path, FileNotFoundError(errno.ENOENT, ""))
    if given.tls not in {None, "implicit", "starttls"}:
        raise UsageError(_("--tls : choisissez implicit ou starttls."))
    _write_configuration(path, Dialogue(Asker(), given, path.parent).answers())
    session.console().print(
        _(
            "{path} est écrit. Lancez « mailsla poll », puis « mailsla check », qui dit ce qui fausserait le "
            "premier chiffre."
        ).format(path=path)
    )


def _write_example(path: Path) -> None:
    _write(path, (files("mailsla.config") / EXAMPLE.name).read_text(encoding="utf-8"))
    session.console().print(_("{path} est écrit : chaque clé y est, commentée.").format(path=path))


def _write_configuration(path: Path, answers: Answers) -> None:
    """Write the configuration, which is read first as it will be, and the password that was typed, in its own file."""
    content = written(answers.plan)
    try:
        parse(tomllib.loads(content), folder=path.parent)
    except ConfigError as error:
        raise UsageError("\n".join(str(problem) for problem in error.problems)) from error
    if answers.password is not None:
        _write(path.parent / PASSWORD_FILE, f"{answers.password}\n")
    _write(path, content)


def _write(path: Path, content: str) -> None:
    try:
        write_new(path, content)
    except FileExistsError as error:
        raise _is_there(path) from error
    except OSError as error:
        raise unwritable(path, error) from error


def _is_there(path: Path) -> UsageError:
    return UsageError(
        _("{path} existe déjà ; retirez-le ou donnez un autre nom avec --config.").format(path=path)
    )
