"""`mailsla demo`: the whole way of a mail, on a sample préfecture."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Annotated

import typer

from mailsla.bootstrap import commands
from mailsla.bootstrap.application import Application, open_application
from mailsla.cli import session
from mailsla.cli.watching import collect_all
from mailsla.config import load
from mailsla.core.errors import UsageError
from mailsla.core.rate.selection import Selection, State
from mailsla.demo import office
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.formats import terminal
from mailsla.presentation.formats.printed import Printed
from mailsla.presentation.pages.report_page import report_page


def demo(
    context: typer.Context,
    remove: Annotated[
        bool, typer.Option("--remove", help=_("Efface ce que la démonstration a laissé."))
    ] = False,
) -> None:
    """Start a sample mailbox, collect it for real, print the weekly report, and say what to try next."""
    del context
    folder = office.folder()
    console = session.console()
    if remove:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            raise UsageError(
                _("{folder} ne peut pas être effacé ; effacez-le vous-même.").format(folder=folder)
            )
        console.print(_("{folder} est effacé.").format(folder=folder))
        return
    office.make_folder()
    started = time.monotonic()
    console.print(
        Printed(_("Préfecture inventée, à la date du {day}.").format(day=words.day_name(office.NOW.date())))
    )
    _collect(folder)
    with open_application(load(office.config_path()), now=office.clock()) as app:
        console.print()
        terminal.show(report_page(commands.report(app), app.site.zone), console)
        console.print()
        for line in _next_steps(app):
            console.print(Printed(line))
    console.print(
        Printed(_("Démonstration faite en {n} s.").format(n=round(time.monotonic() - started)), style="dim")
    )


def _collect(folder: Path) -> None:
    from mailsla.demo.server import EmbeddedServer  # noqa: PLC0415 (only with the extra demo)

    with EmbeddedServer(folder / "mailbox") as server:
        written = office.CONFIGURATION.format(
            host=server.host, port=server.port, user=server.user, password=server.password
        )
        office.config_path().write_text(written, encoding="utf-8")
        with open_application(load(office.config_path()), now=office.clock()) as app:
            collect_all(app)
    shutil.rmtree(folder / "mailbox", ignore_errors=True)


def _next_steps(app: Application) -> list[str]:
    unanswered = commands.requests(app, Selection(State.UNANSWERED))
    example = words.reference(next(iter(unanswered)).case.key)
    return [
        _("À essayer maintenant :"),
        _("  mailsla show {key} --demo            une demande, jour par jour").format(key=example),
        _("  mailsla requests --state overdue --demo   les demandes en retard"),
        _("  mailsla alerts --demo                     les alertes qui partiraient"),
        _("  mailsla clock 2026-10-30 2026-11-16       un délai, sans aucune boîte"),
        _("  mailsla demo --remove                     efface la démonstration"),
    ]
