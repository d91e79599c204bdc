"""The end of a site's personal data: what a purge goes by, the one that is asked for, and the daemon's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from mailsla.bootstrap.application import Application
from mailsla.core.retention.ended import Retention
from mailsla.core.retention.purged import Purged
from mailsla.usecases import purge as purging
from mailsla.usecases.person import the_address
from mailsla.usecases.purge import Ending

Told = Callable[[int, int], object]

LATELY = timedelta(days=31)
"""Within so long a contact box gets some mail: when none came, the clock may be wrong, and what goes is gone."""


def _silent(_done: int, _total: int) -> None:
    """Show no progress."""


def retention(app: Application) -> Retention:
    """Return how long the site keeps personal data."""
    return Retention(app.site.settings.privacy.retention_days)


def ending(app: Application) -> Ending:
    """Return what its personal data ends by, over every year that the store speaks of."""
    return Ending(retention(app), app.standard(), app.site.pairing, app.configured, app.now())


def would_purge(app: Application, told: Told = _silent) -> Purged:
    """Return what a purge would seal now; nothing is written."""
    return purging.would_purge(app.store.purges, ending(app), told)


def purge(app: Application, told: Told = _silent) -> Purged:
    """Seal what is over, and leave none of it in the database's free pages; return what was sealed.

    Raises:
        Superseded: When a newer configuration, with other rules, made what is derived.
        TransientError: When what was sealed may still stand in free pages: the next purge cleans them.
    """
    app.derive()
    purges = app.store.purges
    done = purging.purge(purges, ending(app), told)
    if not purges.is_clean():
        purges.clean(app.now())
    return done


def would_erase(app: Application, written: str) -> Purged:
    """Return what would be sealed of the conversations that name an address; nothing is written.

    Raises:
        UsageError: When it is none, or several.
    """
    return purging.would_erase(app.store.purges, ending(app), the_address(written))


def erase(app: Application, written: str) -> Purged:
    """Seal every conversation that names an address and is over, and leave none of it in free pages; raises as `purge`.

    Raises:
        UsageError: When it is none, or several.
    """
    app.derive()
    purges = app.store.purges
    done = purging.erase(purges, ending(app), the_address(written))
    if not purges.is_clean():
        purges.clean(app.now())
    return done


@dataclass
class DailyPurge:
    """The daemon's: once a day, while mail comes."""

    app: Application
    _done_on: date | None = field(default=None, init=False)

    def purge(self, told: Told = _silent) -> Purged | None:
        """Purge, unless that was done today, or no mail came lately; return what was sealed."""
        now = self.app.now()
        today = now.astimezone(self.app.site.zone).date()
        if today == self._done_on:
            return None
        latest = self.app.store.purges.latest_mail_at(now)
        if latest is None or now - latest > LATELY:
            return None
        done = purge(self.app, told)
        self._done_on = today
        return done
