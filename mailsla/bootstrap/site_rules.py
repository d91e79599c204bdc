"""One site's rules: the configuration as values of the core. No store and no server is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from mailsla.bootstrap.alert_rules import alert_rule, outside
from mailsla.bootstrap.clock_rules import ClockRules, clock_rules
from mailsla.config import Settings
from mailsla.core.alerts.terms import AlertRule
from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.local_days import LocalDays
from mailsla.core.clock.verdict import Clock
from mailsla.core.mail.base_subject import base_subject
from mailsla.core.office.correspondents import Office, Service
from mailsla.core.office.forms import Form
from mailsla.core.pairing.rules import CategoryRule, ClosingEffect, ClosingRule, PairingRules, Part, ReplyRule
from mailsla.core.rate.promises import KeptBy, Promise, announced_dates
from mailsla.core.rate.report_rules import ReportRules
from mailsla.core.rate.standard import Standard


@dataclass(frozen=True)
class Site:
    """The rules of one site, as values of the core."""

    settings: Settings

    @cached_property
    def office(self) -> Office:
        """Who we are: domains, declared addresses, the accounts' own, those of alerts and actions, the services."""
        settings, ours = self.settings, self.settings.office
        logins = {account.user.lower() for account in settings.accounts if "@" in account.user}
        heads = {service.head for service in settings.services if service.head is not None}
        senders = set() if settings.smtp is None else {settings.smtp.sender}
        actions = settings.actions if settings.actions is not None and settings.actions.enabled else None
        if actions is not None and actions.address is not None:
            senders.add(actions.address)
        return Office(
            domains=ours.domains,
            addresses=frozenset(
                {*ours.addresses, *logins, *heads, *outside(self.alert_rule, ours.domains), *senders}
            ),
            services=tuple(
                Service(item.name, item.addresses, item.mailboxes, item.keywords, item.head)
                for item in settings.services
            ),
            forms=tuple(self._forms()),
            never_requests=frozenset(item if "@" in item else f"@{item}" for item in ours.never_requests),
            trusted_authserv_id=ours.trusted_authserv_id or "",
            networks=ours.networks,
            copies_are_trusted=ours.copies_are_trusted,
            message_id_hosts=ours.message_id_hosts,
            actions=None if actions is None else actions.address or "",
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
            reminder_words=self.settings.replies.reminder_words,
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
    def promises(self) -> tuple[Promise, ...]:
        """The promises beside the main one: of the other categories, of the law, and every announced date."""
        main, *others = (item.commitment for item in self.settings.commitments)
        law = (item.commitment for item in self.settings.acknowledgements)
        return (
            *(Promise(commitment) for commitment in others),
            *(Promise(commitment, KeptBy.FIRST_MAIL) for commitment in law),
            announced_dates(main),
        )

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone."""
        return self._clock_rules.zone

    @property
    def days(self) -> LocalDays:
        """By which local days requests are counted."""
        return LocalDays(self.zone, self._clock_rules.receipt.cutoff)

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
            by=settings.report.cohort,
            pairing=self.pairing,
            promises=self.promises,
        )

    @property
    def alert_rule(self) -> AlertRule:
        """When heads are warned."""
        return alert_rule(self.settings)


def _folded(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.casefold() for word in words)
