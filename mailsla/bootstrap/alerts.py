"""What a site's people are told by mail, and how it leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache

from mailsla.adapters.smtp import Mailer
from mailsla.bootstrap import action_words, actions, keeping_up, mailed_reports, undelivered
from mailsla.bootstrap.access import mail_domain, smtp_server
from mailsla.bootstrap.application import Application
from mailsla.config import Settings
from mailsla.core.alerts.digests import Digest
from mailsla.core.alerts.outgoing import ACTIONS, DIGEST, Attachment, DropReason, Letter, Outgoing
from mailsla.core.alerts.scheduled_reports import REPORT
from mailsla.core.alerts.terms import AlertTerms
from mailsla.core.alerts.undelivered import UNDELIVERED
from mailsla.language import gettext as _
from mailsla.presentation.formats import alert_html, alert_text, ics_file
from mailsla.presentation.pages.alert_page import AlertSite, Shown, alert_page
from mailsla.presentation.pages.due_dates import due_dates
from mailsla.presentation.pages.letter import LetterPage
from mailsla.usecases import notify
from mailsla.usecases.hand_over import Delivery, Dropped, HandOver, Postponed, Write, Written


def due(app: Application) -> tuple[Digest, ...]:
    """Return the digests that are due now, to whoever has none of today."""
    terms = _terms(app)
    taken = app.store.outbox.recipients(DIGEST, terms.calendar.local_date(app.now()))
    return notify.due_digests(sources(app), terms, app.now(), taken)


def written(app: Application, digest: Digest) -> Letter:
    """Return an alert mail as it would leave now."""
    page = alert_page(digest, _said_of(app, digest), [gap for gap in app.gaps() if gap.until is None])
    referent = app.site.settings.alerts.referent
    return Letter(
        *alert_text.write(page),
        alert_html.write(page),
        tuple(_attached(app, digest, page)),
        reply_to=None if referent == digest.recipient else referent,
        list_name="alertes",
    )


def _attached(app: Application, digest: Digest, page: LetterPage) -> Iterator[Attachment]:
    """Yield what goes with an alert: the requests that it has no room for, and its due dates where the site asks."""
    if page.further:
        yield Attachment(_("courriels.txt"), "text/plain", alert_text.entries(page.further).encode())
    days = due_dates(digest) if app.site.settings.alerts.calendar_file else ()
    if days:
        written = ics_file.write(days, mail_domain(app.site.settings.smtp), app.now())
        yield Attachment(_("echeances.ics"), ics_file.MEDIA_TYPE, written)


def _said_of(app: Application, digest: Digest) -> AlertSite:
    settings = app.site.settings
    return AlertSite(
        name=settings.site.name,
        zone=app.site.zone,
        commitments=app.site.commitments,
        addresses={account.name: account.user for account in settings.accounts if "@" in account.user},
        shown=Shown(settings.alerts.show_subject, settings.alerts.show_sender),
        referent=settings.alerts.referent,
        copied_to=_copied_to(settings, digest.recipient),
        links=action_words.links_for(app, digest.recipient, digest.on),
        news=action_words.news_for(app, digest.recipient),
    )


def _copied_to(settings: Settings, recipient: str) -> str | None:
    """Return what to put in copy of an answer: where its own mailbox is not read, and where a copy is believed."""
    is_believed = settings.office.copies_are_trusted or settings.office.trusted_authserv_id
    read = [account.user for account in settings.accounts if "@" in account.user]
    return read[0] if read and is_believed and recipient not in map(str.lower, read) else None


def prepare(app: Application, rounds: notify.Rounds | None = None) -> int:
    """Note who is to be told something today; return how many."""
    preparation = notify.Preparation(
        sources(app),
        app.store.outbox,
        _terms(app),
        mail_domain(app.site.settings.smtp),
        lambda: keeping_up.is_derived_here(app),
        rounds or notify.Rounds(),
    )
    told = 0
    if preparation.rounds.is_whole(app.now()) and keeping_up.is_derived_here(app):
        actions = action_words.referent_mail(app, mail_domain(app.site.settings.smtp))
        told = 0 if actions is None else actions.prepare(app.store.outbox, app.now())
    return preparation.prepare(app.now()) + told


def prepare_reports(app: Application) -> int:
    """Note which reports are due; return how many."""
    return mailed_reports.prepare(app, mail_domain(app.site.settings.smtp))


def deliver(app: Application, may_alert: Callable[[], bool] = lambda: True) -> Delivery:
    """Hand over the mails that wait; alerts, as they are decided then, and only while they may be given."""
    smtp = app.site.settings.smtp
    if smtp is None:
        return Delivery()
    mailer = Mailer(smtp_server(smtp), app.site.settings.site.name, app.now, app.site.zone)
    return HandOver(app.store.outbox, mailer, _kinds(app, may_alert), app.now).all(app.time.is_stopping)


def _kinds(app: Application, may_alert: Callable[[], bool]) -> dict[str, Write]:
    """Return who writes which kind of mail at hand-over."""

    def may_tell() -> bool:
        return may_alert() and keeping_up.is_derived_here(app)

    def write_digest(mail: Outgoing, now: datetime) -> Written:
        return writer().write(mail, now)

    @cache
    def writer() -> notify.DigestWriter:
        # Only once there is one to write: it needs the site's whole calendar.
        return notify.DigestWriter(
            sources(app),
            _terms(app),
            lambda digest: written(app, digest),
            may_tell,
        )

    def write_actions(mail: Outgoing, now: datetime) -> Written:
        if not (may_alert() and keeping_up.is_derived_here(app)):
            return Postponed(now + notify.A_MINUTE)
        actions = action_words.referent_mail(app, mail_domain(app.site.settings.smtp))
        return Dropped(DropReason.NOTHING_LEFT) if actions is None else actions.write(mail, now)

    write_report = mailed_reports.write(app, may_tell)
    return {
        DIGEST: write_digest,
        ACTIONS: write_actions,
        REPORT: write_report,
        UNDELIVERED: undelivered.mail(app).write,
    }


def _terms(app: Application) -> AlertTerms:
    """Return what decides alerts now."""
    read = notify.account_reads(app.intervals, app.store.runs.read_of)
    return AlertTerms(app.standard(), app.site.alert_rule, read)


def sources(app: Application) -> notify.Sources:
    """Return where alerts look."""
    return notify.Sources(app.store.derivations, app.store.outbox, lambda keys: actions.recalls(app, keys))
