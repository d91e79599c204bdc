"""One site's rules: the configuration as values of the core. No store and no server is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from mailsla.adapters.french_holidays import public_holidays
from mailsla.config import Settings
from mailsla.core.alerts.digests import AlertRule
from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.opening_hours import OpeningHours
from mailsla.core.clock.territory import Territory, territory_of
from mailsla.core.clock.verdict import Clock, ReceiptRule
from mailsla.core.clock.working_days import DayKind, SpecialDay, WorkingCalendar
from mailsla.core.errors import UsageError
from mailsla.core.mail.base_subject import base_subject
from mailsla.core.office.correspondents import Office, Service
from mailsla.core.office.forms import Form
from mailsla.core.pairing.rules import CategoryRule, ClosingEffect, ClosingRule, PairingRules, Part, ReplyRule
from mailsla.core.rate.report_rules import ReportRules
from mailsla.core.rate.standard import Standard
from mailsla.language import gettext as _


def calendar(
    territory: Territory,
    first_year: int,
    last_year: int,
    *,
    good_friday: bool = True,
    declared: Sequence[SpecialDay] = (),
    half_days_count: bool = True,
) -> WorkingCalendar:
    """Return the working days of a territory over whole years, with the days a site declares."""
    legal = [
        SpecialDay(item.on, DayKind.HOLIDAY, item.name, item.source, item.computed)
        for year in range(first_year, last_year + 1)
        for item in public_holidays(territory, year, good_friday=good_friday)
    ]
    return WorkingCalendar(
        zone=ZoneInfo(territory.zone),
        first_year=first_year,
        last_year=last_year,
        special_days=[*legal, *declared],
        half_days_count=half_days_count,
    )


def declared_days(settings: Settings) -> tuple[SpecialDay, ...]:
    """Return the days that the configuration declares, those that win last."""
    section = settings.calendar
    return (
        *(
            SpecialDay(item.on, DayKind.HOLIDAY, item.reason, "calendar.local_holidays")
            for item in section.local_holidays
        ),
        *(
            SpecialDay(item.on, DayKind.HALF_DAY, item.reason, "calendar.half_days")
            for item in section.half_days
        ),
        *(
            SpecialDay(item.on, DayKind.WORKED_HOLIDAY, item.reason, "calendar.worked_holidays")
            for item in section.worked_holidays
        ),
        *(
            SpecialDay(item.on, DayKind.CLOSURE, item.reason, "calendar.closures")
            for item in section.closures
        ),
    )


def territory(departement: str) -> Territory:
    """Return the territory of a département.

    Raises:
        UsageError: When there is none.
    """
    found = territory_of(departement)
    if found is None:
        raise UsageError(
            _("Département inconnu : {code} ; indiquez son numéro, comme 18, 2A, 67 ou 974.").format(
                code=departement
            )
        )
    return found


@dataclass(frozen=True)
class Site:
    """The rules of one site, as values of the core."""

    settings: Settings

    @cached_property
    def office(self) -> Office:
        """Who we are: domains, declared addresses, the accounts' own, the services."""
        settings = self.settings
        logins = {account.user.lower() for account in settings.accounts if "@" in account.user}
        heads = {service.head for service in settings.services if service.head is not None}
        return Office(
            domains=settings.office.domains,
            addresses=frozenset({*settings.office.addresses, *logins, *heads}),
            services=tuple(
                Service(item.name, item.addresses, item.mailboxes, item.keywords, item.head)
                for item in settings.services
            ),
            forms=tuple(self._forms()),
        )

    @property
    def keywords(self) -> frozenset[str]:
        """The IMAP keywords that mean something here."""
        settings = self.settings
        declared = [
            *(item.keywords for item in settings.services),
            *(item.keywords for item in settings.reply_kinds),
            *(item.keywords for item in settings.closings),
        ]
        return frozenset(word for words in declared for word in words)

    @property
    def pairing(self) -> PairingRules:
        """How messages are paired."""
        categories = tuple(
            CategoryRule(
                item.category,
                item.addresses,
                item.mailboxes,
                tuple(words.casefold() for words in item.subjects),
            )
            for item in self.settings.commitments
        )
        return PairingRules(
            office=self.office,
            default_category=categories[0].category,
            categories=categories,
            replies=tuple(self._reply_rules()),
            closings=tuple(
                ClosingRule(ClosingEffect(item.effect), item.reason, item.mailboxes, _folded(item.keywords))
                for item in self.settings.closings
            ),
            holding_stops=self.settings.replies.holding_stops,
        )

    def _forms(self) -> Iterator[Form]:
        if self.settings.office.form_senders:
            yield Form(frozenset(self.settings.office.form_senders))
        for item in self.settings.forms:
            yield Form(
                senders=frozenset(item.senders),
                citizen=item.citizen,
                subject_pattern=None if item.subject_pattern is None else re.compile(item.subject_pattern),
                body_pattern=None if item.body_pattern is None else re.compile(item.body_pattern),
            )

    def _reply_rules(self) -> Iterator[ReplyRule]:
        parts = {
            "acknowledgement": Part.ACKNOWLEDGEMENT,
            "holding": Part.HOLDING_REPLY,
            "redirection": Part.REDIRECTION,
            "survey": Part.SURVEY,
            "substantive": Part.REPLY,
        }
        for item in self.settings.reply_kinds:
            yield ReplyRule(
                part=parts[item.kind],
                subjects=tuple(base_subject(subject) for subject in item.subjects),
                senders=item.senders,
                mailboxes=item.mailboxes,
                keywords=_folded(item.keywords),
            )
        holding = tuple(base_subject(subject) for subject in self.settings.replies.holding_subjects)
        yield ReplyRule(Part.HOLDING_REPLY, subjects=holding)

    @property
    def commitments(self) -> dict[str, Commitment]:
        """The promises, by category."""
        return {item.category: item.commitment for item in self.settings.commitments}

    @property
    def commitment(self) -> Commitment:
        """The promise that the report speaks of: the first one."""
        return next(iter(self.commitments.values()))

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone."""
        return ZoneInfo(self.settings.site.territory.zone)

    def clock(self, first: datetime, last: datetime) -> Clock:
        """Return the site's clock over the years of two instants, and the year after for due dates."""
        section = self.settings.site
        days = calendar(
            section.territory,
            first.astimezone(self.zone).year,
            last.astimezone(self.zone).year + 1,
            good_friday=section.good_friday,
            declared=declared_days(self.settings),
            half_days_count=self.settings.calendar.half_days_count,
        )
        receipt = self.settings.receipt
        return Clock(days, ReceiptRule(receipt.cutoff, receipt.closed_day_receipt), self.opening)

    @property
    def opening(self) -> OpeningHours:
        """When the office is open."""
        half_days = {item.on: item.open for item in self.settings.calendar.half_days}
        return OpeningHours(self.settings.opening.week, half_days)

    def standard(self, clock: Clock) -> Standard:
        """Return what requests are held against."""
        return Standard(clock, self.commitments)

    def report_rules(self, clock: Clock) -> ReportRules:
        """Return what decides a report."""
        settings = self.settings
        return ReportRules(
            site=settings.site.name,
            standard=self.standard(clock),
            services=tuple(item.name for item in settings.services),
            minimum=settings.site.minimum,
            count_follow_ups=settings.replies.count_follow_ups,
            pairing=self.pairing,
        )

    @property
    def alert_rule(self) -> AlertRule:
        """When heads are warned."""
        alerts = self.settings.alerts
        return AlertRule(alerts.working_days_before, alerts.send_at, alerts.overdue_within, alerts.unassigned)


def _folded(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.casefold() for word in words)
