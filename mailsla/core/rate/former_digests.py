"""The digests of the first scheme, made until 26 November 2026: only for publications that were made with them.

They left out whether half-days count. Nothing new is named so: see `mailsla.core.pairing.fingerprint`.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from mailsla.core.office.forms import Form
from mailsla.core.pairing.rules import RULES_VERSION, PairingRules
from mailsla.core.rate.period import Period
from mailsla.core.rate.publication import Source
from mailsla.core.rate.report_rules import ReportRules

_THANKS = ("merci", "merci beaucoup", "remerciements", "je vous remercie")
"""The thanks that the rules of that scheme named."""


def former_digests(rules: ReportRules, period: Period, at: datetime) -> dict[Source, str]:
    """Return what the first scheme says of the rules, and of the calendar from `period`'s first day to `at`."""
    clock = rules.standard.clock
    last = clock.calendar.local_date(at)
    deciding = (
        _sha256(_pairing(rules.pairing)),
        rules.count_follow_ups,
        sorted(rules.standard.commitments.items()),
        clock.receipt,
        clock.opening.week,
        sorted(clock.opening.days.items()),
    )
    days = [(day.on, day.kind) for day in clock.calendar.special_days if period.first <= day.on <= last]
    return {Source.RULES: _sha256(deciding)[:16], Source.CALENDAR: _sha256(days)[:16]}


def _pairing(rules: PairingRules) -> tuple[object, ...]:
    office = rules.office
    return (
        RULES_VERSION,
        office.domains,
        sorted(office.addresses),
        [(item.name, item.addresses, item.mailboxes, item.keywords) for item in office.services],
        [_form(form) for form in office.forms],
        rules.default_category,
        rules.categories,
        rules.replies,
        rules.closings,
        rules.holding_stops,
        _THANKS,
        rules.new_question_after,
        rules.pairing_window,
    )


def _form(form: Form) -> tuple[object, ...]:
    patterns = (form.subject_pattern, form.body_pattern)
    flags = [(pattern.pattern, pattern.flags) if pattern else None for pattern in patterns]
    return (sorted(form.senders), form.citizen, flags)


def _sha256(said: object) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()
