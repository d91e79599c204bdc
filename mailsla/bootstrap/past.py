"""A site as it was known at a past instant: the facts, decisions and publications of then, by today's rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from mailsla.adapters.database.as_of import Told, copy_as_of
from mailsla.adapters.database.engine import open_engine
from mailsla.bootstrap.application import Application
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _
from mailsla.presentation import words


@contextmanager
def as_known_at(
    app: Application, at: datetime, told: Told, deriving: Callable[[], None]
) -> Iterator[Application]:
    """Give the site as it was known at an instant, which is its present; all of it is forgotten at the end.

    Args:
        app: The site today.
        at: The instant.
        told: Is told how many messages were copied, and how many there are.
        deriving: Is called once they are all copied.

    Raises:
        UsageError: When that instant is still to come, or personal data ended since.
    """
    if at > app.now():
        raise UsageError(_("L'instant de --at n'est pas encore passé : rien n'en est connu."))
    sealed_at = app.store.purges.last_sealed_at()
    if sealed_at is not None and at < sealed_at:
        raise UsageError(
            _(
                "Des données personnelles ont été effacées le {when} : ce qui était connu avant ne l'est plus. "
                "Les chiffres publiés, eux, restent : « mailsla publications »."
            ).format(when=words.instant(sealed_at, app.site.zone))
        )
    # It holds what the store holds, and is for its user alone as the folder is.
    with TemporaryDirectory(prefix="mailsla-") as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'then.sqlite3'}")
        try:
            copy_as_of(app.engine, engine, at, told)
            then = Application(app.site, engine, lambda: at)
            deriving()
            then.derive()
            yield then
        finally:
            engine.dispose()
