"""What a site's people are told by mail: alerts to heads, alarms to whoever runs it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

from mailsla.adapters.smtp import Mailer
from mailsla.bootstrap import action_words, actions, keeping_up, mailed_reports
from mailsla.bootstrap.access import smtp_server
from mailsla.bootstrap.application import Application
from mailsla.config import Settings
from mailsla.core.alerts.digests import Digest
from mailsla.core.alerts.outgoing import ACTIONS, DIGEST, Attachment, DropReason, Letter, Outgoing
from mailsla.core.alerts.scheduled_reports import REPORT
from mailsla.core.alerts.terms import AlertTerms
from mailsla.core.collection.gap import Gap
from mailsla.core.errors import ConfigError, MailslaError, Superseded
from mailsla.language import gettext as _
from mailsla.presentation.formats import alert_html, alert_text
from mailsla.presentation.pages.alarm_page import alarm_page, derivation_late_page, set_aside_page
from mailsla.presentation.pages.alert_page import AlertSite, Shown, alert_page
from mailsla.presentation.pages.configuration_page import outdated_page, refused_page
from mailsla.presentation.pages.letter import LetterPage
from mailsla.usecases import alarm, configuration_alarm, mail_alarm, notify
from mailsla.usecases.hand_over import Delivery, Dropped, HandOver, Postponed, Write, Written


def due(app: Application) -> tuple[Digest, ...]:
    """Return the digests that are due now, to whoever has none of today."""
    terms = _terms(app)
    taken = app.store.outbox.recipients(DIGEST, terms.calendar.local_date(app.now()))
    return notify.due_digests(_sources(app), terms, app.now(), taken)


def written(app: Application, digest: Digest) -> Letter:
    """Return an alert mail as it would leave now."""
    page = alert_page(digest, _said_of(app, digest), [gap for gap in app.gaps() if gap.until is None])
    further = [Attachment(_("courriels.txt"), "text/plain", alert_text.entries(page.further).encode())]
    referent = app.site.settings.alerts.referent
    return Letter(
        *alert_text.write(page),
        alert_html.write(page),
        tuple(further) if page.further else (),
        reply_to=None if referent == digest.recipient else referent,
        list_name="alertes",
    )


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
        _sources(app),
        app.store.outbox,
        _terms(app),
        _mail_domain(app),
        lambda: keeping_up.is_derived_here(app),
        rounds or notify.Rounds(),
    )
    told = 0
    if preparation.rounds.is_whole(app.now()) and keeping_up.is_derived_here(app):
        actions = action_words.referent_mail(app, _mail_domain(app))
        told = 0 if actions is None else actions.prepare(app.store.outbox, app.now())
    return preparation.prepare(app.now()) + told


def prepare_reports(app: Application) -> int:
    """Note which reports are due; return how many."""
    return mailed_reports.prepare(app, _mail_domain(app))


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
            _sources(app),
            _terms(app),
            lambda digest: written(app, digest),
            may_tell,
        )

    def write_actions(mail: Outgoing, now: datetime) -> Written:
        if not (may_alert() and keeping_up.is_derived_here(app)):
            return Postponed(now + notify.A_MINUTE)
        actions = action_words.referent_mail(app, _mail_domain(app))
        return Dropped(DropReason.NOTHING_LEFT) if actions is None else actions.write(mail, now)

    write_report = mailed_reports.write(app, may_tell)
    return {DIGEST: write_digest, ACTIONS: write_actions, REPORT: write_report}


def sound_alarms(app: Application) -> int:
    """Write the alarms about collection and about mails that are due to the outbox; return how many."""
    now, zone = app.now(), app.site.zone
    site, today = app.site.settings.site.name, now.astimezone(zone).date()
    rule, store = _alarm_rule(app), app.store

    def explain(gap: Gap, reason: str | None) -> tuple[str, str]:
        return alert_text.write(alarm_page(gap, reason=reason, site=site, zone=zone))

    said_of_mails = mail_alarm.MailWords(
        set_aside=lambda count: alert_text.write(set_aside_page(count, site=site)),
        late=lambda late: alert_text.write(derivation_late_page(late.since, site=site, zone=zone)),
    )
    return alarm.look_and_sound(
        store.runs, store.outbox, app.intervals, rule, explain, now, today
    ) + mail_alarm.sound_on_mails(
        store.not_understood, store.derivations, store.outbox, rule, said_of_mails, now, today
    )


def sound_outdated(app: Application, newer: Superseded) -> int:
    """Note that this process has an older configuration than the store's, and write the alarm; return how many."""
    app.store.derivations.note_outdated(app.now())
    page = outdated_page(newer, site=app.site.settings.site.name, zone=app.site.zone)
    of = "" if newer.saved_at is None else newer.saved_at.isoformat()
    return _sound_once(app, configuration_alarm.OUTDATED, of, page)


def sound_refused(app: Application, error: MailslaError) -> int:
    """Write the alarm about a configuration that cannot be used to the outbox; return how many."""
    reasons = [str(problem) for problem in error.problems] if isinstance(error, ConfigError) else [str(error)]
    # The same refusal on another day is told again.
    of = f"{app.now().date()} {hashlib.sha256(str(error).encode()).hexdigest()[:16]}"
    page = refused_page(reasons, site=app.site.settings.site.name)
    return _sound_once(app, configuration_alarm.REFUSED, of, page)


def _sound_once(app: Application, purpose: str, of: str, page: LetterPage) -> int:
    now = app.now()
    today = now.astimezone(app.site.zone).date()
    written = alert_text.write(page)
    return configuration_alarm.sound_once(
        app.store.outbox, _alarm_rule(app), purpose, of, written, now, today
    )


def _alarm_rule(app: Application) -> alarm.AlarmRule:
    alerts = app.site.settings.alerts
    after = timedelta(hours=alerts.collection_stopped_after_hours)
    return alarm.AlarmRule(alerts.operator, after, _mail_domain(app))


def _terms(app: Application) -> AlertTerms:
    """Return what decides alerts now."""
    read = notify.account_reads(app.intervals, app.store.runs.read_of)
    return AlertTerms(app.standard(), app.site.alert_rule, read)


def _sources(app: Application) -> notify.Sources:
    return notify.Sources(app.store.derivations, app.store.outbox, lambda keys: actions.recalls(app, keys))


def _mail_domain(app: Application) -> str:
    smtp = app.site.settings.smtp
    return (smtp.sender if smtp is not None else "mailsla@localhost").rpartition("@")[2]
