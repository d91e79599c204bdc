"""`mailsla import`: back-fill from archives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from mailsla.adapters.archives import files_of, read_archive
from mailsla.bootstrap import commands
from mailsla.bootstrap.application import Application
from mailsla.cli import session
from mailsla.core.errors import PermanentError
from mailsla.language import gettext as _
from mailsla.usecases.import_archives import Imported


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("import", help=_("Reprend d'anciens courriels (mbox, .gz, Maildir, .eml), sans alerte."))(
        import_
    )


def import_(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar=_("CHEMIN…"), help=_("Fichiers ou dossiers."))],
) -> None:
    """Import archives, then bring requests up to date."""
    files = files_of(paths)
    total = Imported()
    failed = 0
    errors = session.error_console()
    with session.application(context) as app, _progress() as progress:
        task = progress.add_task(_("Fichiers"), total=len(files))
        for path in files:

            def read(count: int) -> None:
                total.messages += count
                progress.update(task, description=_("Courriels lus : {n}").format(n=total.messages))

            try:
                _add(total, _import_file(app, path, read))
            except PermanentError as error:
                errors.print(str(error))
                failed += 1
            progress.advance(task)
        app.derive()
    session.console().print(
        _("{messages} courriels lus, {new} nouveaux, {unreadable} illisibles.").format(
            messages=total.messages, new=total.new, unreadable=total.unreadable
        )
    )
    if failed:
        raise typer.Exit(1)


def _import_file(app: Application, path: Path, read: Callable[[int], None]) -> Imported:
    # A folder of single files is one archive.
    name = path.parent.name if path.suffix == ".eml" or path.parent.name in {"cur", "new"} else path.name
    return commands.import_archive(app, read_archive(path), name, read)


def _add(total: Imported, part: Imported) -> None:
    total.new += part.new
    total.unreadable += part.unreadable


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=session.error_console()
    )
