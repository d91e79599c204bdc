"""`mailsla alerts`: what would be sent now, and what was sent."""

from __future__ import annotations

from typing import Annotated

import typer

from mailsla.bootstrap import alerts as alerting
from mailsla.cli import past, session
from mailsla.cli.options import AtOption
from mailsla.cli.session import TextOrJson
from mailsla.language import gettext as _
from mailsla.presentation.documents import values
from mailsla.presentation.documents.alerts import alerts_document
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.outbox_page import outbox_page


def alerts(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Montre sans rien envoyer (c'est toujours le cas)."))
    ] = False,
    at: AtOption = None,
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Print the alert mails that are due, and the last ones that were sent; nothing is sent from here."""
    del dry_run
    with past.known_at(context, at) as app:
        then = past.told_of_then(app, at)
        due = alerting.due(app)
        written = [(digest, alerting.written(app, digest)) for digest in due]
        history, zone = app.store.outbox.history(), app.site.zone
    if format_ is TextOrJson.JSON:
        subjects = [(digest, letter.subject) for digest, letter in written]
        session.write_out(values.text(alerts_document(subjects, history, zone)), None)
    else:
        mails = [(digest.recipient, letter.subject, letter.text) for digest, letter in written]
        terminal.show(then(outbox_page(mails, history, zone)), session.console())
