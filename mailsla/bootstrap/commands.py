"""What people ask of a site: each is one use case, given this site's store, rules and clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from mailsla.adapters.machine import garbage_collector
from mailsla.bootstrap.application import Application
from mailsla.core.collection.archived import Found
from mailsla.core.mail.kinds import MailKind
from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.derivation import DerivedMessage, ListedMail, Tied
from mailsla.core.pairing.mail_list import MailList
from mailsla.core.pairing.request import Request
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.period import Grain, Period
from mailsla.core.rate.promises import Promise
from mailsla.core.rate.publication import Publication, Published
from mailsla.core.rate.report import Report
from mailsla.core.rate.report_rules import ReportRules
from mailsla.core.rate.selection import Selection
from mailsla.usecases import conversations as tying
from mailsla.usecases import look_at_mails, look_up, registers
from mailsla.usecases import report as reporting
from mailsla.usecases.import_archives import ACCOUNT as ARCHIVES
from mailsla.usecases.import_archives import Imported, import_mails
from mailsla.usecases.listing import Asked, Listing, Sample
from mailsla.usecases.registers import RegisteredDecision, RegisteredPublication


def report(
    app: Application,
    periods: Sequence[Period] = (),
    *,
    service: str | None = None,
    grain: Grain = Grain.MONTH,
    by: Belonging | None = None,
    most_overdue: int | None = None,
    is_pictured: bool = False,
) -> Report:
    """Return the report of `periods` now; by default the last full week beside the year.

    Of the overdue requests it lists so many at least, the first that fell due, or all; it counts them all. With
    pictures, it counts their weeks and days too.
    """
    now = app.now()
    today = now.astimezone(app.site.zone).date()
    wanted = periods or reporting.usual_periods(today)
    with garbage_collector.paused():
        return reporting.build(
            app.store,
            _report_rules(app, wanted if service else [*wanted, *app.store.publications.periods()], by),
            periods=wanted,
            now=now,
            service=service,
            grain=grain,
            balance=app.store.mails.balance(),
            watched=app.watched(),
            untold=app.site.alert_rule.untold(today),
            sealed=app.store.purges.sealed(service),
            most_overdue=most_overdue,
            is_usual=not periods,
            is_pictured=is_pictured,
        )


def publish(
    app: Application, built: Report, signed: Published, by: Belonging | None = None
) -> list[Publication]:
    """Write down the figures of a report as they stand now, and return what was written."""
    periods = {section.period: section.finality.is_definitive for section in built.sections}
    return reporting.publish(app.store, _report_rules(app, [*periods], by), periods, app.now(), signed)


def drafted(app: Application, built: Report) -> Publication:
    """Return what would be published of the first figure of a report, as it stands now; nothing is written."""
    period = built.sections[0].period
    [draft] = reporting.drafts(app.store, _report_rules(app, [period], None), [period], app.now())
    return draft


def registered_decisions(app: Application, period: Period | None = None) -> Sequence[RegisteredDecision]:
    """Return every decision, or those taken in a period, with what each makes of the rate now."""
    store = app.store
    return registers.registered_decisions(
        store.decisions, store.derivations, _report_rules(app, (), None), app.now(), period
    )


def registered_publications(
    app: Application, period: Period | None = None
) -> Sequence[RegisteredPublication]:
    """Return everything published, or what was of periods within one, with what it would be today."""
    rules = _report_rules(app, [*app.store.publications.periods()], None)
    return registers.registered_publications(app.store, rules, period)


def _report_rules(app: Application, periods: Sequence[Period], by: Belonging | None) -> ReportRules:
    """Return the rules, on a calendar that covers the store and `periods`; by the site's own cohort unless told."""
    first, last = reporting.years_needed(periods, app.earliest(), app.now(), app.site.zone)
    rules = app.site.report_rules(app.site.clock(first, last))
    return rules if by is None else replace(rules, by=by)


def requests(
    app: Application,
    selection: Selection,
    sample: Sample | None = None,
    promise: Promise | None = None,
    *,
    with_doubts: bool = True,
) -> Listing:
    """Return the requests of a selection, or a sample of them, with their verdicts now; or by a promise of the site."""
    count = app.site.settings.replies.count_follow_ups
    asked = Asked(selection, app.standard(), app.now(), sample, promise, count_follow_ups=count)
    return Listing(app.store.derivations, app.store.decisions, asked, with_doubts=with_doubts)


def show(app: Application, reference: str) -> look_up.Shown | look_at_mails.ShownMail:
    """Return all that is known of the request whose reference begins so, or of the mail that opens none.

    Raises:
        UsageError: When there is none, or several.
    """
    store = app.store
    request = look_up.request_if_named(store.derivations, reference)
    if request is not None:
        return look_up.shown(store.derivations, store.decisions, request, app.standard(), app.now())
    return look_at_mails.shown_mail(store.derivations, store.mails, store.decisions, reference)


def keys_about(app: Application, reference: str) -> tuple[str, ...]:
    """Return the keys of a request's mails, or that of a mail which opens none, by the beginning of its reference.

    An account, and archives, stand for themselves: decisions about collection name no mail.

    Raises:
        UsageError: When there is none, or several.
    """
    if reference in {*app.intervals, ARCHIVES}:
        return (reference,)
    request = look_up.request_if_named(app.store.derivations, reference)
    return (message_named(app, reference).key,) if request is None else request.keys


def conversations(app: Application) -> list[list[Tied]]:
    """Return how the messages of the store were tied."""
    return tying.of_store(app.store.derivations.messages())


def request_named(app: Application, reference: str) -> Request:
    """Return the one request whose reference begins so.

    Raises:
        UsageError: When there is none, or several.
    """
    return look_up.request_named(app.store.derivations, reference)


def message_named(app: Application, reference: str) -> DerivedMessage:
    """Return the one mail whose reference begins so.

    Raises:
        UsageError: When there is none, or several.
    """
    return look_up.message_named(app.store.derivations, reference)


def left_out(
    app: Application, period: Period | None, kind: MailKind | None, sample: Sample | None
) -> AbstractContextManager[look_at_mails.LeftOut]:
    """List the mails that are no request, or a sample of them."""
    return look_at_mails.left_out(app.store.mails, period, kind, app.site.zone, sample)


def mail_list(
    app: Application,
    wanted: MailClass | None,
    period: Period | None,
    kind: MailKind | None,
    sample: Sample | None,
    *,
    each_copy: bool,
) -> AbstractContextManager[MailList]:
    """List the mails that are in a class, or every message, or every copy of each; or a sample of them."""
    zone = app.site.zone
    return look_at_mails.mail_list(app.store.mails, wanted, period, kind, zone, sample, each_copy=each_copy)


def mails(app: Application, keys: Collection[str]) -> Mapping[str, ListedMail]:
    """Return some mails as lists show them, by key."""
    return app.store.mails.mails(keys)


def import_archives(app: Application, found: Iterable[Found], done: Callable[[int], None]) -> Imported:
    """Store the messages of archives; `done` is told how many were read so far."""
    return import_mails(found, app.store, now=app.now, office=app.site.office, done=done)
