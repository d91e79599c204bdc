"""One site's rules: the configuration as values of the core. No store and no server is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from mailsla.adapters.french_holidays import FIRST_YEAR, LAST_YEAR, public_holidays
from mailsla.config import Settings
from mailsla.config.promises import CalendarSection, CommitmentSection
from mailsla.core.alerts.digests import AlertRule
from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.opening_hours import OpeningHours
from mailsla.core.clock.territory import METROPOLE, Territory, territory_of
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


@dataclass(frozen=True)
class ClockRules:
    """What the clock goes by, and the one way to build it: whoever asks, the same instants have the same delay.

    Attributes:
        territory: Whose legal holidays and whose zone; alone, the law without any site's own rules.
        good_friday: Whether Good Friday is a holiday, in Alsace-Moselle.
        declared: The days that the site adds; those of one date that come last win.
        half_days_count: Whether a half-day counts as a whole working day, or not at all.
        receipt: From which day a received mail's clock runs.
        opening: When the office is open.
    """

    territory: Territory
    good_friday: bool = True
    declared: tuple[SpecialDay, ...] = ()
    half_days_count: bool = True
    receipt: ReceiptRule = field(default_factory=ReceiptRule)
    opening: OpeningHours = field(default_factory=OpeningHours)

    @property
    def zone(self) -> ZoneInfo:
        """The territory's zone."""
        return ZoneInfo(self.territory.zone)

    def elsewhere(self, territory: Territory) -> ClockRules:
        """Return the rules in another territory: the site's own days do not apply there."""
        if territory == self.territory:
            return self
        return replace(self, territory=territory, declared=(), opening=OpeningHours(self.opening.week))

    def calendar(self, first_year: int, last_year: int) -> WorkingCalendar:
        """Return the working days of whole years.

        Raises:
            UsageError: When the law of one of them is not known.
        """
        legal = [
            SpecialDay(item.on, DayKind.HOLIDAY, item.name, item.source, item.computed)
            for year in range(first_year, last_year + 1)
            for item in public_holidays(self.territory, year, good_friday=self.good_friday)
        ]
        return WorkingCalendar(
            zone=self.zone,
            first_year=first_year,
            last_year=last_year,
            special_days=[*legal, *self.declared],
            half_days_count=self.half_days_count,
        )

    def clock(self, first: datetime, last: datetime) -> Clock:
        """Return the clock over the years of two instants, and two more for due dates, as far as the law is known.

        The longest promise in hours lasts well over a year: 2,000 hours are 334 days of six hours.
        """
        first_year = max(first.astimezone(self.zone).year, FIRST_YEAR)
        last_year = min(last.astimezone(self.zone).year + 2, LAST_YEAR)
        days = self.calendar(first_year, max(first_year, last_year))
        return Clock(days, self.receipt, self.opening)


def clock_rules(settings: Settings | None) -> ClockRules:
    """Return a site's rules; without a configuration, those of the Métropole."""
    if settings is None:
        return ClockRules(METROPOLE)
    receipt, half_days = settings.receipt, settings.calendar.half_days
    return ClockRules(
        territory=settings.site.territory,
        good_friday=settings.site.good_friday,
        declared=tuple(_declared_days(settings.calendar)),
        half_days_count=settings.calendar.half_days_count,
        receipt=ReceiptRule(receipt.cutoff, receipt.closed_day_receipt),
        opening=OpeningHours(settings.opening.week, {item.on: item.open for item in half_days}),
    )


def main_commitment(settings: Settings | None) -> Commitment:
    """Return the promise that a site's report speaks of, the first one; without a configuration, the usual one."""
    section = CommitmentSection() if settings is None else settings.commitments[0]
    return section.commitment


def _declared_days(section: CalendarSection) -> Iterator[SpecialDay]:
    """Yield the days that the configuration declares, those that win last."""
    for items, kind, source in (
        (section.local_holidays, DayKind.HOLIDAY, "calendar.local_holidays"),
        (section.half_days, DayKind.HALF_DAY, "calendar.half_days"),
        (section.worked_holidays, DayKind.WORKED_HOLIDAY, "calendar.worked_holidays"),
        (section.closures, DayKind.CLOSURE, "calendar.closures"),
    ):
        for item in items:
            yield SpecialDay(item.on, kind, item.reason, source)


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
    def zone(self) -> ZoneInfo:
        """The site's zone."""
        return self._clock_rules.zone

    @cached_property
    def _clock_rules(self) -> ClockRules:
        return clock_rules(self.settings)

    def clock(self, first: datetime, last: datetime) -> Clock:
        """Return the site's clock from one instant to another (`ClockRules.clock`)."""
        return self._clock_rules.clock(first, last)

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
