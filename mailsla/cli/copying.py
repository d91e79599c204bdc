"""`mailsla copy`: the store into another database, for whoever moves from SQLite to PostgreSQL, or back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url

from mailsla.adapters.database.copying import copy_into
from mailsla.bootstrap.application import Application
from mailsla.cli import session
from mailsla.cli.progress_bar import progress_bar
from mailsla.cli.store_url import store_url
from mailsla.cli.unwritable import unwritable
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _
from mailsla.presentation import words


def copy(
    context: typer.Context,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help=_("La base où copier, vide : postgresql://…, ou un fichier SQLite qui n'existe pas encore."),
            metavar=_("ADRESSE"),
        ),
    ],
) -> None:
    """Copy the store into an empty database."""
    url = store_url(to)
    with session.application(context) as app:
        rows = _copied(app, url)
        busy = app.store.leases.held(app.now())
    said = _("Copie faite et comparée : {n} lignes. La configuration n'a pas changé ; mettez-y :")
    console = session.console()
    console.print(said.format(n=words.number(rows)), soft_wrap=True)
    shown = make_url(url).render_as_string(hide_password=True)
    console.print(f'[store]\nurl = "{shown}"', soft_wrap=True, markup=False)
    if busy:
        warning = _(
            "mailsla travaille sur la base copiée : ce qu'il y écrit depuis n'est pas dans la copie. Arrêtez-le, puis "
            "copiez-la dans une autre."
        )
        console.print(warning, soft_wrap=True)


def _copied(app: Application, url: str) -> int:
    with progress_bar(session.error_console()) as progress:
        task = progress.add_task(_("Copie"), total=None)
        try:
            return copy_into(
                app.engine, url, lambda done, total: progress.update(task, completed=done, total=total)
            )
        except FileExistsError as error:
            raise UsageError(
                _("Le fichier {path} existe déjà : donnez-en un autre.").format(path=error.args[0])
            ) from error
        except OSError as error:
            raise unwritable(Path(error.filename or url), error) from error
