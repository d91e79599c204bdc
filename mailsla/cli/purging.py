"""`mailsla purge`: the end of personal data, as the daemon does it every day, or what it would be."""

from __future__ import annotations

from typing import Annotated

import typer

from mailsla.bootstrap import privacy
from mailsla.cli import session
from mailsla.cli.progress_bar import progress_bar
from mailsla.language import gettext as _
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.purge_page import purge_page


def purge(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Dit ce qui serait effacé, et n'efface rien."))
    ] = False,
) -> None:
    """Seal what is kept no more, or say what would be sealed."""
    if not dry_run:
        session.refuse_set_clock(context)
    with session.up_to_date(context, writes=not dry_run) as app, progress_bar(session.error_console()) as bar:
        task = bar.add_task(_("Échanges examinés"), total=None)

        def told(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        done = privacy.would_purge(app, told) if dry_run else privacy.purge(app, told)
    terminal.show(purge_page(done, is_done=not dry_run), session.console())
