"""`mailsla import`: back-fill from archives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from mailsla.adapters.archives.files import files_of
from mailsla.adapters.archives.reading import read_archive
from mailsla.adapters.machine.session_user import recorded_now, said_user
from mailsla.bootstrap import commands, decisions, keeping_up
from mailsla.cli import session
from mailsla.cli.periods import read_period
from mailsla.cli.session import TextOrJson
from mailsla.core.collection.archived import Found, Unread
from mailsla.core.errors import UsageError
from mailsla.core.rate.period import Period
from mailsla.language import gettext as _
from mailsla.presentation import imported_lines as lines
from mailsla.presentation.documents.imported import imported_document
from mailsla.presentation.documents.values import text
from mailsla.usecases.decide import Signature
from mailsla.usecases.import_archives import Imported


def import_(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar=_("CHEMIN…"), help=_("Fichiers ou dossiers."))],
    complete: Annotated[
        str | None,
        typer.Option(
            "--complete", help=_("A..B : jours dont cette archive a tout le courriel."), show_default=False
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", help=_("--complete : comment vous le savez ; reste avec la décision."))
    ] = "",
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Import archives, declare them whole if asked to, then bring requests up to date."""
    files = files_of(paths)
    days = _declared(context, complete, reason)
    with session.application(context) as app, _progress() as progress:
        keeping_up.refuse_older(app)
        task = progress.add_task(_("Fichiers"), total=len(files))

        def found() -> Iterator[Found]:
            for file in files:
                for item in read_archive(file):
                    if isinstance(item, Unread):
                        progress.console.print(lines.unread_line(item))
                    yield item
                progress.advance(task)

        def done(count: int) -> None:
            progress.update(task, description=_("Courriels lus : {n}").format(n=count))

        result = commands.import_archives(app, found(), done)
        if days is not None:
            signed = Signature(reason, said_user(), app.now(), recorded_now())
            number = decisions.declare_complete(app, days, signed)
            progress.console.print(_("Décision n° {number} consignée.").format(number=number))
        app.derive()
    if format_ is TextOrJson.JSON:
        count = len(result.set_aside)
        typer.echo(text(imported_document(result.read, result.new, result.skipped, result.unread, count)))
    else:
        _print(result)
    if result.unread:
        raise typer.Exit(1)


def _declared(context: typer.Context, complete: str | None, reason: str) -> Period | None:
    """Return the days that are declared whole: a decision, which is taken by the machine's own clock."""
    if complete is None:
        if reason:
            raise UsageError(_("--reason va avec --complete."))
        return None
    days = read_period(complete)
    if not reason.strip():
        raise UsageError(_("Donnez la raison avec --reason : elle restera avec la décision."))
    session.refuse_set_clock(context)
    return days


def _print(result: Imported) -> None:
    console = session.console()
    console.print(lines.read_line(result.read, result.new, result.known, len(result.set_aside)))
    for line in lines.set_aside_lines((item.path, item.reason) for item in result.set_aside):
        console.print(line)
    for line in lines.skipped_lines(result.skipped):
        console.print(line)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=session.error_console()
    )
