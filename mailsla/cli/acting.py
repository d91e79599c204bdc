"""`mailsla actions`: what was asked for by mail, and what became of it."""

from __future__ import annotations

from typing import Annotated

import typer

from mailsla.bootstrap import actions as acting
from mailsla.cli import session
from mailsla.cli.session import TextOrJson
from mailsla.language import gettext as _
from mailsla.presentation.documents import values
from mailsla.presentation.documents.actions import actions_document
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.actions_page import actions_page


def actions(
    context: typer.Context,
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Print what was asked for by mail, the newest first, with what became of it."""
    with session.up_to_date(context) as app:
        found = [(item.act, item.mail, item.waits) for item in acting.noted(app)]
        zone = app.site.zone
    if format_ is TextOrJson.JSON:
        session.write_out(values.text(actions_document(found, zone)), None)
    else:
        terminal.show(actions_page(found, zone), session.console())
