"""`mailsla pages`: the static site, written as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TextColumn

from mailsla.cli import session
from mailsla.cli.unwritable import reason
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _
from mailsla.presentation import words


def pages(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar=_("DOSSIER"), help=_("Où mettre le site."))],
) -> None:
    """Write the site beside the former one, then put it in its place."""
    from mailsla.adapters.machine.replaced_folder import replaced  # noqa: PLC0415 (loaded for this command alone)
    from mailsla.bootstrap.site_pages import site_pages  # noqa: PLC0415 (its libraries take a second to load: not for `clock`)

    count = 0
    with session.up_to_date(context) as app, _progress() as progress:
        task = progress.add_task("", total=None)
        try:
            with replaced(folder) as new:
                for name, content in site_pages(app, subjects=app.site.settings.pages.subjects):
                    new.add(name, content.encode())
                    count += 1
                    progress.update(task, description=_said(count))
        except OSError as error:
            raise UsageError(
                _(
                    "Le site {folder} ne peut pas être écrit ({reason}) ; s'il existait, il n'a pas changé."
                ).format(folder=folder, reason=reason(error))
            ) from error
    session.error_console().print(_said(count))


def _said(count: int) -> str:
    return _("Pages écrites : {n}").format(n=words.number(count))


def _progress() -> Progress:
    console = session.error_console()
    return Progress(
        TextColumn("{task.description}"), console=console, transient=True, disable=not console.is_terminal
    )
