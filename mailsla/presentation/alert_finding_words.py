"""What a look at the installation found of alerts, in a sentence each."""

from __future__ import annotations

from typing import assert_never
from zoneinfo import ZoneInfo

from mailsla.core.alerts.alert_findings import (
    AlertFinding,
    HeadsMissing,
    MailsUndelivered,
    RequestsUntold,
    SendingAnswers,
    SendingUnconfigured,
)
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words
from mailsla.presentation.names import server
from mailsla.presentation.pages import undelivered_page


def subject(finding: AlertFinding) -> str:
    """Name what was looked at."""
    if isinstance(finding, HeadsMissing | RequestsUntold | MailsUndelivered):
        return _("destinataires des alertes")
    return sending()


def sending() -> str:
    """Name the hand-over of our mails."""
    return _("envoi des alertes")


def sentence(finding: AlertFinding, zone: ZoneInfo) -> str:
    """Say what was found, and what to do unless all is well."""
    match finding:
        case SendingUnconfigured():
            return _("pas de section [smtp] : aucune alerte ne partira.")
        case SendingAnswers(host, port):
            return _("{server}, répond.").format(server=server(host, port))
        case HeadsMissing():
            return _heads_missing(finding)
        case RequestsUntold():
            return _untold(finding)
        case MailsUndelivered(found, as_what):
            return _("des courriels n'arrivent pas : {line}.").format(
                line=undelivered_page.undelivered_line(found, as_what, zone)
            )
    assert_never(finding)


def _heads_missing(finding: HeadsMissing) -> str:
    names = ", ".join(map(words.service_name, finding.services))
    if finding.stood_in_for:
        return ngettext(
            "sans chef à alerter aujourd'hui : {names} ; ses demandes vont au référent.",
            "sans chef à alerter aujourd'hui : {names} ; leurs demandes vont au référent.",
            len(finding.services),
        ).format(names=names)
    return _(
        "sans chef à alerter aujourd'hui : {names} ; nommez-le (head), ou un référent dans [alerts]."
    ).format(names=names)


def _untold(finding: RequestsUntold) -> str:
    return ngettext(
        "{n} demande en attente n'alerte personne avant d'être en retard ({whose}) : nommez un chef (head), ou un "
        "référent dans [alerts].",
        "{n} demandes en attente n'alertent personne avant d'être en retard ({whose}) : nommez un chef (head), ou un "
        "référent dans [alerts].",
        finding.count,
    ).format(n=words.number(finding.count), whose=words.by_service(finding.by_service))
