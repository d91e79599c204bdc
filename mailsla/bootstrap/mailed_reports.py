"""Reports that come by themselves: counted as they leave, as the command counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache

from mailsla.bootstrap import commands
from mailsla.bootstrap.application import Application
from mailsla.config import Settings
from mailsla.core.alerts.outgoing import Attachment, Letter, Outgoing
from mailsla.core.alerts.scheduled_reports import DueReport, Reader, ReportOrder
from mailsla.core.rate.period import Grain
from mailsla.core.rate.report import Report
from mailsla.usecases.hand_over import Write, Written
from mailsla.usecases.scheduled_reports import ReportWriter, Schedule

LIST_NAME = "rapports"
"""What the series is called that these mails belong to."""

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def orders(settings: Settings) -> tuple[ReportOrder, ...]:
    """Return the reports that a site asks for."""
    heads = tuple(Reader(item.head, item.name) for item in settings.services if item.head is not None)
    return tuple(
        ReportOrder(
            every=Grain(item.every),
            at=item.at,
            readers=(*map(Reader, item.to), *(heads if item.heads else ())),
            is_short=item.short,
            attached=item.attach,
        )
        for item in settings.reports
    )


def prepare(app: Application, domain: str) -> int:
    """Note which reports are due; return how many."""
    asked = orders(app.site.settings)
    return _schedule(app, asked).prepare(app.store.outbox, domain, app.now()) if asked else 0


def write(app: Application, may_report: Callable[[], bool]) -> Write:
    """Return what writes a report at hand-over, for one round: it is counted once, whoever and however many get it."""
    counted = cache(lambda due: letter(app, due))

    def compose(due: DueReport) -> Letter:
        # What it says is the same for all who get it of the same service.
        return counted(due._replace(reader=Reader("", due.reader.service)))

    def write_report(mail: Outgoing, now: datetime) -> Written:
        schedule = _schedule(app, orders(app.site.settings))
        return ReportWriter(schedule, compose, may_report).write(mail, now)

    return write_report


def _schedule(app: Application, asked: tuple[ReportOrder, ...]) -> Schedule:
    return Schedule(asked, app.standard().clock.calendar, app.watched().since)


def letter(app: Application, due: DueReport) -> Letter:
    """Return a report as it leaves now."""
    from mailsla.presentation.formats import mailed_page  # noqa: PLC0415 (loaded once a report leaves)
    from mailsla.presentation.pages import mailed_report  # noqa: PLC0415 (loaded once a report leaves)

    settings = app.site.settings
    # That of a week is the usual one: the last week beside the year.
    periods = () if due.order.every is Grain.WEEK else (due.period,)
    counted = commands.report(app, periods, service=due.reader.service, is_pictured=True)
    built = mailed_report.fit_for_mail(counted, show_subjects=settings.alerts.show_subject)
    referent = settings.alerts.referent
    page = mailed_report.mailed_report(
        built,
        app.site.zone,
        has_more=bool(due.order.attached) and not due.order.is_short,
        is_answered=referent is not None,
    )
    return Letter(
        subject=mailed_report.subject(due, built),
        text=mailed_page.text(page),
        html=mailed_page.html(page),
        attachments=tuple(_attached(app, due, built)),
        reply_to=referent,
        list_name=LIST_NAME,
    )


def _attached(app: Application, due: DueReport, built: Report) -> Iterator[Attachment]:
    for name in due.order.attached:
        content = _pdf(app, due, built) if name == "pdf" else _workbook(app, built)
        yield Attachment(f"rapport-{due.period.name}.{name}", MEDIA_TYPES[name], content)


def _pdf(app: Application, due: DueReport, built: Report) -> bytes:
    from mailsla.presentation.formats import pdf_page  # noqa: PLC0415 (loaded for this format alone)
    from mailsla.presentation.pages.illustrated_report import first_sheet, illustrated_report  # noqa: PLC0415 (loaded for this format alone)

    page = (first_sheet if due.order.is_short else illustrated_report)(built, app.site.zone)
    return pdf_page.write(page)


def _workbook(app: Application, built: Report) -> bytes:
    from mailsla.bootstrap.workbook import lists_of  # noqa: PLC0415 (loaded for this format alone)
    from mailsla.presentation.formats import workbook  # noqa: PLC0415 (loaded for this format alone)
    from mailsla.presentation.pages import mailed_report  # noqa: PLC0415 (loaded for this format alone)
    from mailsla.presentation.pages.report_workbook import report_workbook  # noqa: PLC0415 (loaded for this format alone)

    lists = lists_of(app, built, known_then=False)
    shown = app.site.settings.alerts.show_subject
    fit = replace(
        lists,
        requests=mailed_report.requests_fit_for_mail(lists.requests, show_subjects=shown),
        decisions=mailed_report.decisions_fit_for_mail(lists.decisions, show_subjects=shown),
    )
    return workbook.write(report_workbook(built, fit, app.site.zone, known_then=False))
