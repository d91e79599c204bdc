"""`mailsla copy`: the store into another database, for whoever moves from SQLite to PostgreSQL, or back."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import make_url

from mailsla.adapters.database.copying import copy_store
from mailsla.adapters.database.engine import open_engine
from mailsla.cli import session
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
    url = session.store_url(to)
    with session.application(context) as app:
        target = open_engine(url)
        try:
            with _progress() as progress:
                task = progress.add_task(_("Copie"), total=None)
                rows = copy_store(
                    app.engine,
                    target,
                    lambda done, total: progress.update(task, completed=done, total=total),
                )
        finally:
            target.dispose()
        busy = app.store.leases.held(app.now())
    said = _(
        "Copie faite et comparée : {n} lignes. La configuration n'a pas changé : mettez-y la nouvelle adresse."
    )
    console = session.console()
    console.print(said.format(n=words.number(rows)), soft_wrap=True)
    shown = make_url(url).render_as_string(hide_password=True)
    console.print(f"[store] url = {shown}", soft_wrap=True, markup=False)
    if busy:
        warning = _(
            "mailsla travaille sur la base copiée : ce qu'il y écrit depuis n'est pas dans la copie. Arrêtez-le, puis "
            "copiez-la dans une autre."
        )
        console.print(warning, soft_wrap=True)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=session.error_console(),
        transient=True,
    )
