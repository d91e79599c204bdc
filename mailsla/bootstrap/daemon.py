"""The daemon: a site's rounds, run until it is asked to stop."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial

from mailsla.adapters.machine.scheduling import Job, run_jobs
from mailsla.bootstrap import alerts
from mailsla.bootstrap.application import Application
from mailsla.usecases.notify import Delivery
from mailsla.usecases.rounds import Rounds, Watched
from mailsla.usecases.watch import Heard


@dataclass(frozen=True)
class SiteWork:
    """What is done for a site in rounds. Satisfies `mailsla.usecases.rounds.Work`."""

    app: Application

    def derive(self) -> int:
        """Bring requests up to date."""
        return self.app.derive()

    def half_read(self) -> AbstractSet[str]:
        """Return the accounts of which something was read, and which never were to their end."""
        return self.app.store.runs.half_read()

    def sound_alarms(self) -> int:
        """Write the alarms about collection that are due."""
        return alerts.sound_alarms(self.app)

    def prepare_alerts(self) -> int:
        """Write the alerts that are due."""
        return alerts.prepare(self.app)

    def deliver_alerts(self) -> Delivery:
        """Hand over the mails that wait."""
        return alerts.deliver(self.app)


def rounds(app: Application, heard: Heard, delivered: Callable[[Delivery], object]) -> Rounds:
    """Return a site's rounds.

    Args:
        app: The site.
        heard: Told how each collection ended.
        delivered: Told of each delivery that did something.
    """
    accounts = [
        Watched(account.name, account.every_seconds, partial(app.watch, account)) for account in app.accounts
    ]
    return Rounds(accounts, SiteWork(app), app.stop.is_set, heard, delivered)


def run_daemon(app: Application, heard: Heard, delivered: Callable[[Delivery], object]) -> None:
    """Do the rounds until SIGTERM or SIGINT; as `rounds`."""
    jobs = [Job(item.name, item.seconds, item.act) for item in rounds(app, heard, delivered).all()]
    run_jobs(jobs, app.stop, app.interrupt)
