"""The end of a site's personal data: what a purge goes by, the one that is asked for, and the daemon's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from mailsla.bootstrap.application import Application
from mailsla.core.alerts.privacy_findings import PrivacyFinding, PurgeAhead, RequestsSealed
from mailsla.core.retention.ended import Retention
from mailsla.core.retention.notice import NOTICE, Notice, standing
from mailsla.core.retention.purged import Purged
from mailsla.usecases import purge as purging
from mailsla.usecases.forget_office import BETWEEN, forget_office, would_forget_office
from mailsla.usecases.person import the_address
from mailsla.usecases.purge import Ending, Told, silent

LATELY = timedelta(days=31)
"""Within so long a contact box gets some mail: when none came, the clock may be wrong, and what goes is gone."""


def retention(app: Application) -> Retention:
    """Return how long the site keeps personal data."""
    return Retention(app.site.settings.privacy.retention_days)


def ending(app: Application) -> Ending:
    """Return what its personal data ends by, over every year that the store speaks of."""
    return Ending(retention(app), app.standard(), app.site.pairing, app.configured, app.now())


def would_purge(app: Application, told: Told = silent) -> Purged:
    """Return what a purge would seal now; nothing is written."""
    purges, end = app.store.purges, ending(app)
    found = purging.would_purge(purges, end, told)
    would_forget_office(purges, end, found)
    return found


def purge(app: Application, told: Told = silent) -> Purged:
    """Seal what is over, and leave none of it in the database's free pages; return what was sealed.

    Raises:
        Superseded: When a newer configuration, with other rules, made what is derived.
        TransientError: When what was sealed may still stand in free pages: the next purge cleans them.
    """
    app.derive()
    # Who asks for it knows: the daemon says nothing any more before it does the same.
    app.store.purges.give_notice(Notice(app.now() - NOTICE, retention(app)))
    return _purge(app, told, office=True)


def _purge(app: Application, told: Told, *, office: bool) -> Purged:
    """Seal what is over in what is derived; the office's own too, where that is said."""
    purges, end = app.store.purges, ending(app)
    done = purging.purge(purges, end, told)
    if office:
        forget_office(purges, end, done, told)
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


def ahead(app: Application) -> PurgeAhead | None:
    """Return what the daemon is about to erase for the first time by this retention; None when nothing waits for it."""
    end, purges = ending(app), app.store.purges
    begins_at = standing(purges.notice(), end.retention, end.now).ends_at
    if begins_at <= end.now:
        return None
    conversations = purges.older_at_most(end.before)
    # A purge looks once a day: the first after that instant.
    on = begins_at.astimezone(app.site.zone).date()
    return PurgeAhead(conversations, end.through, on) if conversations else None


def findings(app: Application) -> Iterator[PrivacyFinding]:
    """Yield what ended, and what is about to."""
    sealed, coming = app.store.purges.sealed(), ahead(app)
    if sealed is not None:
        yield RequestsSealed(sealed.requests, sealed.through)
    if coming is not None:
        yield coming


@dataclass
class DailyPurge:
    """The daemon's: once a day, while mail comes, and after a notice of what is new."""

    app: Application
    _done_on: date | None = field(default=None, init=False)

    def purge(self, told: Told = silent) -> Purged | PurgeAhead | None:
        """Purge, unless that was done today, or no mail came lately; return what was sealed, or is about to be.

        Raises as `purge`.
        """
        now = self.app.now()
        today = now.astimezone(self.app.site.zone).date()
        if today == self._done_on:
            return None
        latest = self.app.store.purges.latest_mail_at(now)
        if latest is None or now - latest > LATELY:
            return None
        done = self._noticed() or _purge(self.app, told, office=self._is_time_for_office(now))
        self._done_on = today
        return done

    def _is_time_for_office(self, now: datetime) -> bool:
        last = self.app.store.purges.office_at()
        return last is None or now - last >= BETWEEN

    def _noticed(self) -> PurgeAhead | None:
        """Say what is about to go for the first time by this retention, and since when that is said."""
        self.app.derive()
        purges = self.app.store.purges
        given = purges.notice()
        notice = standing(given, retention(self.app), self.app.now())
        if notice != given:
            purges.give_notice(notice)
        return ahead(self.app)
