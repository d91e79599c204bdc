"""Whose rules derivations are: the configuration that made them, and which of two is the newer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from mailsla.core.clock.local_days import LocalDays
from mailsla.core.pairing.derivation import rules_digest
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.pairing.ties import ties_digest


class RuleNames(NamedTuple):
    """The names of what makes derivations, ties, and the days of requests; empty before any was made."""

    rules: str
    ties: str
    days: str


@dataclass(frozen=True)
class Configured:
    """What a configuration says of itself to the store.

    Attributes:
        saved_at: When its file was saved; None when nobody knows: it is then held for no older than any.
        kept: What the store keeps of it for whoever only reads: rules, calendar, promises; never a secret.
        days: By which local days requests are counted.
    """

    saved_at: datetime | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)
    days: LocalDays = field(default=LocalDays(ZoneInfo("UTC")), compare=False)

    def is_older_than(self, saved_at: datetime | None) -> bool:
        """Tell whether another configuration was saved later.

        >>> Configured(datetime(2026, 11, 13)).is_older_than(datetime(2026, 11, 14))
        True
        >>> Configured().is_older_than(datetime(2026, 11, 14))
        False
        """
        return self.saved_at is not None and saved_at is not None and self.saved_at < saved_at


def rule_names(rules: PairingRules, configured: Configured) -> RuleNames:
    """Return the names of the rules of a configuration, and of its days."""
    return RuleNames(rules_digest(rules), ties_digest(rules.office), configured.days.name)
