"""`mailsla person`: what is held about one address, for the person who asks; and its end."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mailsla.bootstrap import privacy
from mailsla.bootstrap.held import held_about
from mailsla.cli import session
from mailsla.cli.options import OutputOption
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _
from mailsla.presentation.documents.person import person_document
from mailsla.presentation.documents.values import pieces
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.purge_page import purge_page


def person(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help=_("L'adresse de la personne."), metavar=_("ADRESSE"))],
    export: Annotated[
        bool, typer.Option("--export", help=_("Donne, en JSON, tout ce que la base tient sur elle."))
    ] = False,
    erase: Annotated[
        bool, typer.Option("--erase", help=_("Efface les échanges qui la nomment ; aucun chiffre ne change."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Avec --erase : sans demander confirmation."))] = False,
    output: OutputOption = None,
) -> None:
    """Write what is held about an address, or erase it."""
    if export == erase:
        raise UsageError(_("Dites ce qu'il faut faire de cette adresse : --export ou --erase."))
    if erase:
        _erase(context, address, yes=yes)
        return
    with session.up_to_date(context) as app:
        held = held_about(app, address)
        document = person_document(
            held.address, held.mails(), held.decisions(), held.words(), held.sent(), app.now(), app.site.zone
        )
        session.write_out(pieces(document), output)


def _erase(context: typer.Context, address: str, *, yes: bool) -> None:
    """Erase, once that is confirmed."""
    session.refuse_set_clock(context)
    console = session.console()
    with session.up_to_date(context, writes=True) as app:
        if not yes:
            would = privacy.would_erase(app, address)
            terminal.show(purge_page(would, is_done=False), console)
            if would.is_nothing:
                return
            if not sys.stdin.isatty():
                raise UsageError(_("Rien n'est effacé sans confirmation : ajoutez --yes."))
            typer.confirm(_("Effacer, sans retour possible ?"), abort=True)
        terminal.show(purge_page(privacy.erase(app, address), is_done=True), console)
