"""What whoever runs a site is told by mail: that collection stops, that mails are not understood or do not arrive."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta

from mailsla.bootstrap import undelivered
from mailsla.bootstrap.access import mail_domain
from mailsla.bootstrap.application import Application
from mailsla.core.collection.gap import Gap
from mailsla.core.errors import ConfigError, MailslaError, Superseded
from mailsla.presentation.formats import alert_text
from mailsla.presentation.pages.alarm_page import alarm_page, derivation_late_page, set_aside_page
from mailsla.presentation.pages.configuration_page import outdated_page, refused_page
from mailsla.presentation.pages.letter import LetterPage
from mailsla.usecases import alarm, configuration_alarm, mail_alarm


def sound_alarms(app: Application, tried: AbstractSet[str]) -> int:
    """Write the alarms about collection and about mails that are due to the outbox; return how many.

    Of an account that was not tried since the start nothing is said: a machine that was off is no fault.
    """
    now, zone = app.now(), app.site.zone
    site, today = app.site.settings.site.name, now.astimezone(zone).date()
    rule, store = _alarm_rule(app), app.store
    intervals = {name: interval for name, interval in app.intervals.items() if name in tried}

    def explain(told: Sequence[tuple[Gap, str | None]]) -> tuple[str, str]:
        return alert_text.write(alarm_page(told, site=site, zone=zone))

    said_of_mails = mail_alarm.MailWords(
        set_aside=lambda count: alert_text.write(set_aside_page(count, site=site)),
        late=lambda late: alert_text.write(derivation_late_page(late.since, site=site, zone=zone)),
    )
    return (
        alarm.look_and_sound(store.runs, store.outbox, intervals, rule, explain, now, today)
        + mail_alarm.sound_on_mails(
            store.not_understood, store.derivations, store.outbox, rule, said_of_mails, now, today
        )
        + undelivered.mail(app).prepare(now, today)
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
    return alarm.AlarmRule(alerts.operator, after, mail_domain(app.site.settings.smtp))
