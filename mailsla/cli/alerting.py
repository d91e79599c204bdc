"""`mailsla alerts`: what would be sent now, and what was sent."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from mailsla.bootstrap import alerts as alerting
from mailsla.bootstrap.application import Application
from mailsla.cli import session
from mailsla.cli.session import TextOrJson
from mailsla.core.alerts.digests import Digest
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.documents import values


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(help=_("Montre les alertes à envoyer maintenant et celles qui sont parties."))(alerts)


def alerts(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Montre sans rien envoyer (c'est toujours le cas)."))
    ] = False,
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Print the alert mails that are due, and the last ones that were sent; nothing is sent from here."""
    del dry_run
    with session.application(context) as app:
        due = alerting.due(app)
        written = [(digest, *alerting.written(app, digest)) for digest in due]
        if format_ is TextOrJson.JSON:
            session.write_out(values.text(_document(app, written)), None)
            return
        console = session.console()
        for digest, subject, text in written:
            console.print(Text(_("À envoyer à {recipient}").format(recipient=digest.recipient), style="bold"))
            console.print(Text(_("Objet : {subject}").format(subject=subject)))
            console.print()
            console.print(Text(text))
        if not written:
            console.print(_("Aucune alerte à envoyer maintenant."))
        console.print()
        console.print(_history(app))


def _history(app: Application) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    for title in (_("Pour"), _("Jour"), _("Demandes"), _("État")):
        table.add_column(title)
    for state in app.store.outbox.history():
        if state.sent_at is not None:
            shown = _("envoyée le {instant}").format(instant=words.instant(state.sent_at, app.site.zone))
        elif state.refused is not None:
            shown = _("refusée : {reason}").format(reason=state.refused)
        else:
            shown = _("en attente d'envoi ({n} essais)").format(n=state.attempts)
        table.add_row(Text(state.recipient), words.short_day(state.day), str(state.announced), Text(shown))
    return table


def _document(app: Application, written: list[tuple[Digest, str, str]]) -> dict[str, object]:
    zone = app.site.zone
    return {
        "schema": "mailsla.alerts/1",
        "due": [
            {
                "recipient": digest.recipient,
                "subject": subject,
                "requests": [
                    {"request": notice.request.key[:8], "level": notice.level, "remaining": notice.remaining}
                    for notice in digest.notices
                ],
            }
            for digest, subject, _text in written
        ],
        "sent": [
            {
                "recipient": state.recipient,
                "day": state.day.isoformat(),
                "requests": state.announced,
                "sent_at": values.instant(state.sent_at, zone),
                "attempts": state.attempts,
                "refused": state.refused,
            }
            for state in app.store.outbox.history()
        ],
    }
