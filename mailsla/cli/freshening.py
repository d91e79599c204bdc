"""What a command does before it says what the store holds: derive it by today's rules, or say who must."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console

from mailsla.adapters.database import read_only
from mailsla.bootstrap import keeping_up
from mailsla.bootstrap.application import Application
from mailsla.cli.progress_bar import progress_bar
from mailsla.core.errors import PermanentError, TransientError
from mailsla.language import gettext as _
from mailsla.usecases.derive import Freshness

LATE = timedelta(hours=1)
"""Mails that wait for longer are not about to be derived: figures without them are not said to be today's."""


@contextmanager
def fresh(app: Application, errors: Console) -> Iterator[None]:
    """Bring what is derived up to date, then let the block read it.

    Raises:
        Superseded: When a newer configuration, with other rules, made it.
        PermanentError: When it is not up to date, and this user may only read.
        TransientError: When somebody wrote to it meanwhile, where SQLite could not keep readers and writers apart.
    """
    before = read_only.state(app.engine)
    freshen(app, errors)
    yield
    if read_only.state(app.engine) != before:
        raise TransientError(_("la base a été écrite pendant qu'elle était lue : relancez la commande."))


def freshen(app: Application, errors: Console) -> None:
    """Bring what is derived up to date; raises as `fresh`."""
    found = keeping_up.standing(app)
    if found is Freshness.SUPERSEDED:
        keeping_up.refuse_older(app)
    if app.reads_only:
        _leave_to_others(app, found, errors)
    elif found is not Freshness.CURRENT:
        _derive(app, found, errors)


def _leave_to_others(app: Application, found: Freshness, errors: Console) -> None:
    """Say, or refuse to read, what others must derive."""
    if found in {Freshness.STALE, Freshness.UNCOUNTED}:
        raise PermanentError(
            _(
                "ce que tient cette base a été établi par d'autres règles ; lancez « mailsla report » avec le compte "
                "qui la tient, ou attendez que le démon l'ait fait."
            )
        )
    if found is not Freshness.PENDING:
        return
    since = app.store.derivations.waiting_since()
    if since is not None and app.now() - since > LATE:
        raise PermanentError(
            _(
                "des courriels relevés attendent d'être rapprochés depuis plus d'une heure ; lancez « mailsla report » "
                "avec le compte qui tient la base, ou relancez le démon."
            )
        )
    _say_that_some_wait(errors)


def _derive(app: Application, found: Freshness, errors: Console) -> None:
    """Derive, with progress on a terminal; what changed is said."""
    if found is Freshness.STALE:
        sentence = _("Les règles ont changé depuis le dernier rapprochement : tous les courriels sont relus.")
        errors.print(sentence, soft_wrap=True)
    elif found is Freshness.UNCOUNTED:
        errors.print(_("Les jours des demandes sont comptés à nouveau."), soft_wrap=True)
    try:
        with progress_bar(errors) as bar:
            task = bar.add_task(_("Rapprochement"), total=None)
            app.derive(lambda done, total: bar.update(task, completed=done, total=total))
    except TransientError:
        if found in {Freshness.STALE, Freshness.UNCOUNTED}:
            raise
        # Whoever holds the store is about to derive what waits; what is there was made by the same rules.
        if found is Freshness.PENDING:
            _say_that_some_wait(errors)


def _say_that_some_wait(errors: Console) -> None:
    sentence = _("Les derniers courriels relevés ne sont pas encore rapprochés : ils ne sont pas comptés.")
    errors.print(sentence, soft_wrap=True)
