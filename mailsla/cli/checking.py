"""`mailsla check`: each part of the installation, ok, to watch, or to mend."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from mailsla.bootstrap import checks
from mailsla.bootstrap.application import Application
from mailsla.bootstrap.site_rules import Site
from mailsla.cli import freshening, session
from mailsla.cli.session import TextOrJson
from mailsla.config import Settings
from mailsla.core.alerts.findings import (
    Broken,
    ConfigurationKept,
    ConfigurationRead,
    Finding,
    Part,
    StoreSuperseded,
)
from mailsla.core.alerts.health import Health
from mailsla.core.errors import MailslaError, Superseded
from mailsla.language import gettext as _
from mailsla.presentation import check_lines
from mailsla.presentation.check_lines import Line
from mailsla.presentation.documents.check import check_document
from mailsla.presentation.documents.values import text

STYLES = {Health.OK: "green", Health.WARNING: "yellow", Health.FAILURE: "red"}


def check(
    context: typer.Context,
    quick: Annotated[
        bool,
        typer.Option("--quick", help=_("Sans connexion : relève, calcul et envois vont-ils ?")),
    ] = False,
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Look at every part of the installation; exit 1 when one fails."""
    if session.chosen(context).kept_in() is None:
        settings, found = _configured(context, quick=quick)
    else:
        with session.reading(context) as app:
            settings = app.site.settings
            found = [ConfigurationKept(), *checks.check(app, quick=True)]
    lines = check_lines.lines(found, Site(settings).zone)
    if format_ is TextOrJson.JSON:
        session.write_out(text(check_document(settings.site.name, lines)), None)
    else:
        _print(lines)
    if any(finding.health is Health.FAILURE for finding in found):
        raise typer.Exit(1)


def _configured(context: typer.Context, *, quick: bool) -> tuple[Settings, list[Finding]]:
    """Look at the installation that the configuration in use is of."""
    settings = session.settings(context)
    found: list[Finding] = [ConfigurationRead(str(session.chosen(context).path()))]
    path = session.chosen(context).path()
    try:
        apart = checks.schema_apart(settings, is_new=not quick)
        if apart is not None:
            beside = [] if quick else checks.check_beside_the_store(settings, session.clock(context)(), path)
            return settings, [*found, apart, *beside]
        with session.application(context, settings) as app:
            unfit = [] if quick else _unfit(app)
            found += [*unfit, *checks.check(app, quick=quick, is_derived=not unfit, config=path)]
    except MailslaError as error:
        found.append(Broken(Part.STORE, str(error)))
    return settings, found


def _unfit(app: Application) -> list[Finding]:
    """Bring what is derived up to date, and return why it is not; nothing when it is."""
    try:
        freshening.freshen(app, session.error_console())
    except Superseded as newer:
        return [StoreSuperseded(newer.saved_at)]
    except MailslaError as error:
        return [Broken(Part.STORE, str(error))]
    return []


def _print(lines: list[Line]) -> None:
    console = session.console()
    for line in lines:
        console.print(Text(f"{check_lines.health(line.health):<11}", style=STYLES[line.health]), end="")
        console.print(_("{subject} : {sentence}").format(subject=line.subject, sentence=line.sentence))
        if line.added is not None:
            # To be copied: on one line, however long.
            console.print(Text(f"{'':<11}{line.added.line}"), soft_wrap=True)
