"""`mailsla pages`: the static site, written as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TextColumn

from mailsla.cli import session
from mailsla.language import gettext as _
from mailsla.presentation import words


def pages(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar=_("DOSSIER"), help=_("Où mettre le site."))],
) -> None:
    """Write the site beside the former one, then put it in its place."""
    from mailsla.bootstrap.site_writing import write_site  # noqa: PLC0415 (its libraries take a second to load: not for `clock`)

    with session.up_to_date(context) as app, _progress() as progress:
        task = progress.add_task("", total=None)
        count = write_site(app, folder, lambda done: progress.update(task, description=_said(done)))
    session.error_console().print(_said(count))


def _said(count: int) -> str:
    return _("Pages écrites : {n}").format(n=words.number(count))


def _progress() -> Progress:
    console = session.error_console()
    return Progress(
        TextColumn("{task.description}"), console=console, transient=True, disable=not console.is_terminal
    )
