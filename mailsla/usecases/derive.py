"""Derivation: facts become requests, only where something changed; everything, when a rule changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from mailsla.core.clock.local_days import LocalDays
from mailsla.core.errors import Superseded
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.configured import Configured, RuleNames, rule_names
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.pairing.ties import ties_digest
from mailsla.language import gettext as _

Progress = Callable[[int, int], object]
"""Told how many messages were derived so far, and of how many."""


def _silent(_done: int, _total: int) -> None:
    """Show no progress."""


class DerivationWork(Protocol):
    """The derivations, locked for whoever derives, in one transaction."""

    @property
    def rules(self) -> str:
        """The name of the rules that made what is there; empty before any did."""

    @property
    def ties(self) -> str:
        """The name of the rules that made the ties."""

    @property
    def days(self) -> str:
        """The name of the days by which requests are counted."""

    @property
    def saved_at(self) -> datetime | None:
        """When their configuration was saved; None when nobody knows."""

    def is_mostly_pending(self) -> bool:
        """Tell whether most messages are new or changed."""

    def take_pending(self) -> Sequence[int]:
        """Return the numbers of messages that are new or changed; they wait no more."""

    def forget_pending(self) -> None:
        """Note that no message waits any more: all are about to be derived."""

    def clear(self) -> None:
        """Drop every derivation."""

    def tie_all(self, office: Office) -> None:
        """Make every tie again."""

    def tie_untied(self, numbers: Sequence[int] | None, office: Office) -> None:
        """Make the ties of those messages, or of any, that were stored without."""

    def tied(self, numbers: Sequence[int]) -> Collection[int]:
        """Return every message tied to these, directly or through others, these included."""

    def derive(
        self, numbers: Collection[int] | None, rules: PairingRules, days: LocalDays, progress: Progress
    ) -> int:
        """Replace what was derived of messages to which no other is tied, or derive all; return how many."""

    def count_days(self, days: LocalDays, progress: Progress) -> None:
        """Count the days of every request again."""

    def finish(self, names: RuleNames) -> None:
        """Note by which rules everything is derived and tied, and by which days requests are counted."""

    def keep(self, configured: Configured) -> None:
        """Note whose rules they are."""


class DerivationStore(Protocol):
    """Where derivations are kept."""

    def deriving(self) -> AbstractContextManager[DerivationWork]:
        """Open the transaction in which one worker at a time derives."""


class Made(Protocol):
    """What says whose derivations the store holds."""

    def made_by(self) -> tuple[RuleNames, Configured]:
        """Return the rules that made them, empty before any was made, and what is kept of their configuration."""

    def is_pending(self) -> bool:
        """Tell whether a message waits to be derived."""


class Freshness(Enum):
    """How what is derived stands to the facts, and to the rules at hand."""

    CURRENT = auto()
    """Nothing is to be derived."""
    UNKEPT = auto()
    """Nothing is, but what the store keeps of the configuration is not what that says now."""
    PENDING = auto()
    """Some mails wait to be derived, by the same rules as the others."""
    UNCOUNTED = auto()
    """Requests were counted by other days, or by none: they are to be counted again before anything is said of them."""
    STALE = auto()
    """Other rules made it: all is to be derived again before anything is said of it."""
    SUPERSEDED = auto()
    """Other rules made it, and theirs is the newer configuration: nothing is said or derived by ours."""


def freshness(derivations: Made, rules: PairingRules, configured: Configured) -> Freshness:
    """Tell how what is derived stands to the facts, and to these rules of that configuration."""
    made_by, kept = derivations.made_by()
    is_older = configured.is_older_than(kept.saved_at)
    ours = rule_names(rules, configured)
    if any(made_by) and made_by != ours:
        if made_by.rules and is_older:
            return Freshness.SUPERSEDED
        return Freshness.UNCOUNTED if made_by == ours._replace(days=made_by.days) else Freshness.STALE
    if derivations.is_pending():
        return Freshness.PENDING
    is_kept = is_older or configured == kept or not made_by.rules
    return Freshness.CURRENT if is_kept else Freshness.UNKEPT


def derive_pending(
    store: DerivationStore,
    rules: PairingRules,
    configured: Configured = Configured(),  # noqa: B008 (a frozen value: of nobody, and of no date)
    progress: Progress = _silent,
) -> int:
    """Bring derivations up to date and return how many messages were read for it.

    A new message re-derives only the messages it is tied to; the result is what deriving everything would give.
    When most of the store is new, as after a first collection, everything is.

    Raises:
        Superseded: When other rules made what is there, and their configuration was saved after this one.
    """
    with store.deriving() as work:
        return bring_up_to_date(work, rules, configured, progress)


def bring_up_to_date(
    work: DerivationWork, rules: PairingRules, configured: Configured, progress: Progress = _silent
) -> int:
    """Do the same in a transaction that is open."""
    ours = rule_names(rules, configured)
    made_by = RuleNames(work.rules, work.ties, work.days)
    is_older = configured.is_older_than(work.saved_at)
    if made_by != ours and work.rules and is_older:
        raise superseded(work.saved_at)
    is_stale = made_by != ours._replace(days=made_by.days)
    whole = is_stale or work.is_mostly_pending()
    done = _derived(work, rules, configured.days, progress, whole=whole)
    if made_by.days != ours.days and not whole:
        work.count_days(configured.days, progress)
    if made_by != ours or done:
        work.finish(ours)
    if made_by != ours or not is_older:
        work.keep(configured)
    return done


def _derived(
    work: DerivationWork, rules: PairingRules, days: LocalDays, progress: Progress, *, whole: bool
) -> int:
    """Derive everything, or what waits and what is tied to it; return how many messages that is."""
    if not whole:
        pending = work.take_pending()
        if not pending:
            return 0
        work.tie_untied(pending, rules.office)
        return work.derive(work.tied(pending), rules, days, progress)
    work.forget_pending()
    if work.ties != ties_digest(rules.office):
        work.tie_all(rules.office)
    else:
        work.tie_untied(None, rules.office)
    work.clear()
    return work.derive(None, rules, days, progress)


def superseded(saved_at: datetime | None) -> Superseded:
    """Return the error of an older configuration, whose sentence says what to do."""
    return Superseded(
        _(
            "La base est tenue avec une configuration enregistrée après celle-ci, et leurs règles diffèrent : utilisez "
            "la plus récente. Si c'est celle-ci qui vaut, enregistrez-la de nouveau, puis relancez."
        ),
        saved_at,
    )
