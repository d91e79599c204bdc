"""Who does not get the mails of a site, and who is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailsla.adapters.database.returned import ReturnedMails
from mailsla.bootstrap.access import mail_domain
from mailsla.bootstrap.application import Application
from mailsla.core.alerts.alert_findings import MailsUndelivered
from mailsla.core.alerts.outgoing import Letter
from mailsla.core.alerts.undelivered import Reader, Undelivered, readers
from mailsla.core.office.authorship import is_believed
from mailsla.presentation.formats import alert_text
from mailsla.presentation.pages.undelivered_page import came_back, undelivered_page
from mailsla.usecases.tell_undelivered import UndeliveredMail


def named(app: Application) -> Mapping[str, tuple[Reader, ...]]:
    """Return as what each address gets mails."""
    settings = app.site.settings
    of_reports = [address for report in settings.reports for address in report.to]
    return readers(app.site.alert_rule, settings.alerts.operator, of_reports)


def found(app: Application) -> tuple[MailsUndelivered, ...]:
    """Return whom mails do not reach."""
    readers_of = named(app)
    return tuple(
        MailsUndelivered(item, readers_of[item.recipient])
        for item in app.store.outbox.undelivered(readers_of.keys(), app.now())
    )


def note_returns(app: Application, returned: ReturnedMails) -> int:
    """Note which mails of ours came back since the last look; return how many."""
    noted = 0
    for item, report in returned.new():
        if item.has_failed:
            # An id of ours follows from a day and an address: whoever knows both may write a report about it.
            said = came_back(item.status, is_believed=is_believed(report, app.site.office))
            noted += app.store.outbox.note_return(item.message_id, app.now(), said)
    return noted


def mail(app: Application) -> UndeliveredMail:
    """Return how the operator and the referent are told."""
    alerts = app.site.settings.alerts
    told = dict.fromkeys(address for address in (alerts.operator, alerts.referent) if address is not None)

    def compose(found: Sequence[Undelivered]) -> Letter:
        page = undelivered_page(found, named(app), site=app.site.settings.site.name, zone=app.site.zone)
        return Letter(*alert_text.write(page))

    return UndeliveredMail(
        app.store.outbox, named(app).keys(), [*told], mail_domain(app.site.settings.smtp), compose
    )
