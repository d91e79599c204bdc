"""`mailsla person`: what is held about one address, for the person who asks."""

from __future__ import annotations

from typing import Annotated

import typer

from mailsla.bootstrap.held import held_about
from mailsla.cli import session
from mailsla.cli.options import OutputOption
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _
from mailsla.presentation.documents.person import person_document
from mailsla.presentation.documents.values import pieces


def person(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help=_("L'adresse de la personne."), metavar=_("ADRESSE"))],
    export: Annotated[
        bool, typer.Option("--export", help=_("Donne, en JSON, tout ce que la base tient sur elle."))
    ] = False,
    output: OutputOption = None,
) -> None:
    """Write what is held about an address."""
    if not export:
        raise UsageError(_("Dites ce qu'il faut faire de cette adresse : --export."))
    with session.up_to_date(context) as app:
        held = held_about(app, address)
        document = person_document(
            held.address, held.mails(), held.decisions(), held.words(), held.sent(), app.now(), app.site.zone
        )
        session.write_out(pieces(document), output)
