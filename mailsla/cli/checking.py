"""`mailsla check`: each part of the installation, ok, to watch, or to mend."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from mailsla.bootstrap import commands
from mailsla.bootstrap.site_rules import Site
from mailsla.cli import session
from mailsla.cli.session import TextOrJson
from mailsla.core.alerts.findings import Broken, ConfigurationRead, Finding, Health, Part
from mailsla.core.errors import MailslaError
from mailsla.language import gettext as _
from mailsla.presentation import check_lines
from mailsla.presentation.check_lines import Line
from mailsla.presentation.documents.check import check_document
from mailsla.presentation.documents.values import text

STYLES = {Health.OK: "green", Health.WARNING: "yellow", Health.FAILURE: "red"}


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(help=_("Vérifie l'installation : comptes, dossiers, envoi, base, calendrier, horloge."))(
        check
    )


def check(
    context: typer.Context,
    quick: Annotated[
        bool, typer.Option("--quick", help=_("Sans connexion : la base s'ouvre et la relève est récente."))
    ] = False,
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Look at every part of the installation; exit 1 when one fails."""
    settings = session.settings(context)
    found: list[Finding] = [ConfigurationRead(str(session.chosen(context).path()))]
    try:
        with session.application(context, settings) as app:
            found += commands.check(app, quick=quick)
    except MailslaError as error:
        found.append(Broken(Part.STORE, str(error)))
    lines = check_lines.lines(found, Site(settings).zone)
    if format_ is TextOrJson.JSON:
        session.write_out(text(check_document(settings.site.name, lines)), None)
    else:
        _print(lines)
    if any(finding.health is Health.FAILURE for finding in found):
        raise typer.Exit(1)


def _print(lines: list[Line]) -> None:
    console = session.console()
    for line in lines:
        console.print(Text(f"{check_lines.health(line.health):<11}", style=STYLES[line.health]), end="")
        console.print(_("{subject} : {sentence}").format(subject=line.subject, sentence=line.sentence))
