"""`mailsla backup`: a copy of the store, whole, while mailsla runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailsla.adapters.database.backup import copy_whole
from mailsla.cli import session
from mailsla.cli.unwritable import unwritable
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _


def backup(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(help=_("Le fichier à faire."), metavar=_("FICHIER"))],
) -> None:
    """Copy the store into a file that is not there yet."""
    url = session.settings(context).store.url
    try:
        copy_whole(url, target)
    except FileExistsError as error:
        raise UsageError(
            _("Le fichier {path} existe déjà : donnez-en un autre, daté par exemple.").format(path=target)
        ) from error
    except OSError as error:
        raise unwritable(target, error) from error
    session.console().print(_("Sauvegarde faite : {path}.").format(path=target), soft_wrap=True)
