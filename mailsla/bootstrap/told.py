"""Who is told of what the daemon does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailsla.bootstrap.application import Application
from mailsla.core.alerts.privacy_findings import PurgeAhead
from mailsla.core.errors import MailslaError, Superseded
from mailsla.core.retention.purged import Purged
from mailsla.usecases.hand_over import Delivery
from mailsla.usecases.watch import Heard


def _nobody(_told: object) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Told:
    """Who is told of what the daemon does.

    Attributes:
        heard: Told how each collection ended.
        delivered: Told of each delivery that did something.
        began: Told of the site, once its rounds are about to begin, and again with each new configuration.
        refused: Told why a new configuration cannot be used.
        outdated: Told, once, that the store is kept by another configuration, which is newer.
        not_acted: Told why what mails ask for cannot be done.
        not_told: Told why whoever watches from outside could not be told how things are.
        purged: Told what personal data ended.
        ahead: Told, once a day, what personal data is about to end for the first time.
    """

    heard: Heard = _nobody
    delivered: Callable[[Delivery], object] = _nobody
    began: Callable[[Application], object] = _nobody
    refused: Callable[[MailslaError], object] = _nobody
    outdated: Callable[[Superseded], object] = _nobody
    not_acted: Callable[[MailslaError], object] = _nobody
    not_told: Callable[[MailslaError], object] = _nobody
    purged: Callable[[Purged], object] = _nobody
    ahead: Callable[[PurgeAhead], object] = _nobody
