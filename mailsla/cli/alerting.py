"""`mailsla alerts`: what would be sent now, and what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from mailsla.bootstrap import alerts as alerting
from mailsla.bootstrap import alerts_ahead as ahead
from mailsla.bootstrap.application import Application
from mailsla.cli import past, session
from mailsla.cli.instants import read_instant
from mailsla.cli.options import AtOption, OutputOption
from mailsla.cli.session import TextOrJson
from mailsla.core.alerts.digests import Digest
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _
from mailsla.presentation.documents import values
from mailsla.presentation.documents.alerts import alerts_document
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.ahead_page import ahead_page
from mailsla.presentation.pages.outbox_page import journal_page, outbox_page


def alerts(
    context: typer.Context,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help=_("Sans rien envoyer ; avec --at à venir, ce qui partirait, et pourquoi.")
        ),
    ] = False,
    preview: Annotated[
        str | None,
        typer.Option("--preview", help=_("L'alerte d'un destinataire, en HTML."), show_default=False),
    ] = None,
    journal: Annotated[
        bool, typer.Option("--journal", help=_("Tout ce qui était à envoyer, et ce qu'il en est advenu."))
    ] = False,
    at: AtOption = None,
    output: OutputOption = None,
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Print the alert mails that are due, and the last ones that were sent; nothing is sent from here."""
    _check(preview, output, format_, journal=journal)
    if dry_run and at is not None and not journal:
        with session.up_to_date(context) as app:
            instant = _to_come(at, app)
            if instant is not None:
                _print_ahead(app, instant, preview, output, format_)
                return
    with past.known_at(context, at) as app:
        then, zone = past.told_of_then(app, at), app.site.zone
        if journal:
            terminal.show(then(journal_page(app.store.outbox.history(None), zone)), session.console())
            return
        due = alerting.due(app)
        if preview is not None:
            session.write_out(alerting.written(app, _of(preview, due)).html or "", output)
            return
        written = [(digest, alerting.written(app, digest)) for digest in due]
        history = app.store.outbox.history()
    if format_ is TextOrJson.JSON:
        subjects = [(digest, letter.subject) for digest, letter in written]
        session.write_out(values.text(alerts_document(subjects, history, zone)), None)
    else:
        mails = [(digest.recipient, letter.subject, letter.text) for digest, letter in written]
        terminal.show(then(outbox_page(mails, history, zone)), session.console())


def _to_come(at: str, app: Application) -> datetime | None:
    """Return an instant to come, the hour of sending of a day that is named alone; None when it is past."""
    first, last = (read_instant(at, app.site.zone, end_of_day=end) for end in (False, True))
    sending = datetime.combine(first.date(), app.site.alert_rule.send_at, app.site.zone)
    instant = first if first == last else max(first, sending)
    return instant if instant > app.now() else None


def _print_ahead(
    app: Application, at: datetime, preview: str | None, output: Path | None, format_: TextOrJson
) -> None:
    """Print what will be due at an instant to come, to whom, and why; or one of these mails as it will look."""
    due = ahead.ahead(app, at)
    if preview is not None:
        session.write_out(alerting.written(app, _of(preview, due)).html or "", output)
        return
    written = [(digest, alerting.written(app, digest)) for digest in due]
    if format_ is TextOrJson.JSON:
        subjects = [(digest, letter.subject) for digest, letter in written]
        session.write_out(values.text(alerts_document(subjects, (), app.site.zone)), None)
        return
    mails = [(digest, letter.subject, ahead.why(app, digest)) for digest, letter in written]
    terminal.show(ahead_page(mails, at, app.site.zone), session.console())


def _check(preview: str | None, output: Path | None, format_: TextOrJson, *, journal: bool) -> None:
    """Refuse options that do not go together."""
    if output is not None and preview is None:
        raise UsageError(_("--output va avec --preview : ajoutez-le, ou retirez --output."))
    if (preview is not None) + journal + (format_ is TextOrJson.JSON) > 1:
        raise UsageError(_("--preview, --journal et --format json ne vont pas ensemble : gardez-en un."))


def _of(recipient: str, due: Sequence[Digest]) -> Digest:
    """Return the digest of a recipient, or say that there is none."""
    found = next((digest for digest in due if digest.recipient == recipient.strip().lower()), None)
    if found is None:
        raise UsageError(
            _(
                "Aucune alerte n'est à envoyer à cette adresse ; « mailsla alerts » dit à qui, et --at à quel instant."
            )
        )
    return found
