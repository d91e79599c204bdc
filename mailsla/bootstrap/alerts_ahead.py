"""What this site's people will be told on a day to come."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailsla.bootstrap import alerts
from mailsla.bootstrap.application import Application
from mailsla.core.alerts.digests import Digest
from mailsla.core.alerts.outgoing import DIGEST
from mailsla.core.alerts.recipients import Because
from mailsla.core.alerts.terms import AlertTerms
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _
from mailsla.usecases import notify
from mailsla.usecases.alerts_ahead import alerts_ahead

FARTHEST = timedelta(days=62)
"""Requests that are received by now are due, or told of every week, well before."""


def ahead(app: Application, at: datetime) -> tuple[Digest, ...]:
    """Return the digests due at an instant to come, unless something is received, answered or decided until then.

    Raises:
        UsageError: When it is farther away than anybody can say.
    """
    now = app.now()
    if at - now > FARTHEST:
        raise UsageError(
            _("--at : au plus {n} jours à l'avance ; au-delà, d'autres demandes auront été reçues.").format(
                n=FARTHEST.days
            )
        )
    standard = app.site.standard(app.site.clock(app.earliest(), at))
    read = notify.account_reads(app.intervals, app.store.runs.read_of)
    terms = AlertTerms(standard, app.site.alert_rule, read)
    return alerts_ahead(
        alerts.sources(app), terms, lambda day: app.store.outbox.recipients(DIGEST, day), now, at
    )


def why(app: Application, digest: Digest) -> tuple[Because, ...]:
    """Return, of each request of a digest, why its recipient is told of it."""
    rule = app.site.alert_rule
    return tuple(
        rule.because(notice.request.service, digest.on, digest.recipient) for notice in digest.notices
    )
