"""The static site, put in the place of the former one: by the command, and by the daemon at intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from mailsla.adapters.machine.refused_writes import reason
from mailsla.adapters.machine.replaced_folder import replaced
from mailsla.adapters.machine.signs_of_life import give_sign
from mailsla.bootstrap import keeping_up
from mailsla.bootstrap.application import Application
from mailsla.bootstrap.site_pages import site_pages
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _


class Stopped(Exception):  # noqa: N818 (no error: whoever writes was asked to end)
    """The site is not to be written to its end."""


def write_site(app: Application, folder: Path, told: Callable[[int], object]) -> int:
    """Write the site beside the former one, then put it in its place; return how many files it has.

    Args:
        app: The site's store and rules.
        folder: Where.
        told: Told of each file how many there are by then; what it raises leaves the former site as it is.

    Raises:
        UsageError: When it cannot be written there.
        TransientError: When another process is writing it.
        PermanentError: When a figure and its list say two things.
    """
    count = 0
    try:
        with replaced(folder) as new:
            for name, content in site_pages(app, subjects=app.site.settings.pages.subjects):
                new.add(name, content.encode())
                count += 1
                told(count)
    except OSError as error:
        raise UsageError(
            _(
                "Le site {folder} ne peut pas être écrit ({reason}) ; s'il existait, il n'a pas changé."
            ).format(folder=folder, reason=reason(error))
        ) from error
    return count


@dataclass
class SiteRenewal:
    """The site that the daemon keeps, where the configuration names its folder.

    Attributes:
        app: The site's store and rules.
    """

    app: Application
    _tried_at: datetime | None = field(default=None, init=False)

    def renew(self) -> int:
        """Write the site when it is time to; return how many files were written, 0 when it is not.

        What fails is tried again at the next time. Whoever is to end leaves the former site as it is.
        """
        pages, now = self.app.site.settings.pages, self.app.now()
        if pages.folder is None or not self._is_time(now, timedelta(hours=pages.every_hours)):
            return 0
        if not keeping_up.is_derived_here(self.app):
            return 0
        self._tried_at = now
        try:
            return write_site(self.app, pages.folder, self._go_on)
        except Stopped:
            return 0

    def _is_time(self, now: datetime, every: timedelta) -> bool:
        return self._tried_at is None or not self._tried_at <= now < self._tried_at + every

    def _go_on(self, _count: int) -> None:
        give_sign()
        if self.app.stop.is_set():
            raise Stopped
