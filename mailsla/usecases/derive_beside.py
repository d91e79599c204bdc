"""Derivation beside a collection: what no tie joins to a mail derived before, while the server sends on.

It is done for time alone. Whatever is not derived here waits, and the derivation after the collection brings it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from mailsla.core.clock.local_days import LocalDays
from mailsla.core.pairing.configured import Configured, RuleNames, rule_names
from mailsla.core.pairing.rules import PairingRules
from mailsla.usecases.derive import DerivationWork


class WorkBeside(DerivationWork, Protocol):
    """The derivations, locked for whoever derives, in one transaction."""

    def is_untouched(self) -> bool:
        """Tell whether nothing is derived, and every message waits."""

    def first_derived(self, numbers: Collection[int]) -> Collection[int]:
        """Return, of these messages and of all that is tied to them, what is tied to none that is derived."""

    def take(self, numbers: Collection[int]) -> None:
        """Note that these messages wait no more."""

    def derive_first(self, numbers: Collection[int], rules: PairingRules, days: LocalDays) -> int:
        """Derive messages to which no other is tied, and of which nothing is derived; return how many."""


class StoreBeside(Protocol):
    """Where derivations are kept."""

    def deriving(self) -> AbstractContextManager[WorkBeside]:
        """Open the transaction in which one worker at a time derives; fails at once while another one does."""


class Beside:
    """Derives messages that were just stored, each once; what is to be derived again waits for the end.

    A mail tied to one that is derived already would have that one derived again, and with many such mails everything
    time and again. Nothing is derived when other rules made what is there: the derivation that follows says so. Nor
    is anything any more once it fails here: that derivation tells of it, and collection goes on.
    """

    def __init__(self, store: StoreBeside, rules: PairingRules, configured: Configured) -> None:
        self._store = store
        self._rules = rules
        self._configured = configured
        self._has_failed = False

    def __call__(self, numbers: Sequence[int]) -> None:
        """Derive what can be of some messages."""
        if self._has_failed:
            return
        try:
            self._derive(numbers)
        except Exception:  # noqa: BLE001 (no fact is lost to a derivation; that after the collection meets the same)
            self._has_failed = True

    def _derive(self, numbers: Sequence[int]) -> None:
        ours = rule_names(self._rules, self._configured)
        with self._store.deriving() as work:
            made_by = RuleNames(work.rules, work.ties, work.days)
            if made_by != ours:
                if made_by != RuleNames("", ours.ties, "") or not work.is_untouched():
                    return
                work.finish(ours)
                work.keep(self._configured)
            work.tie_untied(numbers, self._rules.office)
            found = work.first_derived(numbers)
            work.take(found)
            work.derive_first(found, self._rules, self._configured.days)
