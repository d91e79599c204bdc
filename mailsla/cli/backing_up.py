"""`mailsla backup` and `mailsla restore`: a copy of the store, whole, while mailsla runs; and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from mailsla.adapters.database.backup import copy_whole
from mailsla.adapters.database.restoring import Restored
from mailsla.adapters.database.restoring import restore as put_back
from mailsla.adapters.machine.present import system_now
from mailsla.bootstrap.site_rules import Site
from mailsla.cli import session
from mailsla.cli.unwritable import unwritable
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words


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


def restore(
    context: typer.Context,
    copy: Annotated[Path, typer.Argument(help=_("La copie à remettre."), metavar=_("FICHIER"))],
    replace: Annotated[
        bool, typer.Option("--replace", help=_("Remplace la base qui est là ; elle est gardée à côté."))
    ] = False,
) -> None:
    """Put a copy of the store in its place."""
    settings = session.settings(context)
    if not copy.is_file():
        raise UsageError(_("Il n'y a pas de fichier {path}.").format(path=copy))
    mode = 0o640 if settings.store.readable_by_group else 0o600
    try:
        done = put_back(
            copy,
            settings.store.url,
            system_now(),
            replaces=replace,
            mode=mode,
            told=session.conversion_told(),
        )
    except FileExistsError as error:
        raise UsageError(
            _(
                "Il y a déjà une base dans {path} : pour la remplacer, ajoutez --replace ; elle sera gardée à côté."
            ).format(path=error.args[0])
        ) from error
    except OSError as error:
        raise unwritable(Path(error.filename or copy), error) from error
    for line in _told(done, Site(settings).zone):
        session.console().print(line, soft_wrap=True)


def _told(done: Restored, zone: ZoneInfo) -> Iterator[str]:
    """Say what was put back, by what its owner recognises it, and what became of the former store."""
    held = done.held
    counts = (
        ngettext("{n} courriel", "{n} courriels", held.messages).format(n=words.number(held.messages)),
        ngettext("{n} décision", "{n} décisions", held.decisions).format(n=held.decisions),
        ngettext("{n} chiffre publié", "{n} chiffres publiés", held.publications).format(n=held.publications),
    )
    yield _("Base remise : {counts}.").format(counts=", ".join(counts))
    if held.collected_at is not None:
        yield _("Sa dernière relève est du {instant} ; les décisions prises depuis n'y sont pas.").format(
            instant=words.instant(held.collected_at, zone)
        )
    if done.former is not None:
        yield _("L'ancienne est gardée : {path} ; effacez-la quand elle ne sert plus.").format(
            path=done.former
        )
