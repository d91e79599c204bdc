"""Derivation beside a collection: what no tie joins to a mail derived before, while the server sends on.

It is done for time alone. Whatever is not derived here waits, and the derivation after the collection brings it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

from mailsla.core.clock.local_days import LocalDays
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.configured import Configured, RuleNames, rule_names
from mailsla.core.pairing.rules import PairingRules
from mailsla.usecases.derive import DerivationWork


class WorkBeside(DerivationWork, Protocol):
    """The derivations, locked for whoever derives, in one transaction that knows what was just added."""

    def is_untouched(self) -> bool:
        """Tell whether nothing is derived, and every message waits."""

    def tie_added(self, office: Office) -> None:
        """Make the ties of what was added that was stored without."""

    def derive_added(self, rules: PairingRules, days: LocalDays) -> None:
        """Derive what was added, with all that is tied to it, but what is tied to what is derived."""


class StoreBeside(Protocol):
    """Where derivations are kept."""

    def deriving(self, added: Any = None) -> AbstractContextManager[WorkBeside]:
        """Open the transaction in which one worker at a time derives; fails at once while another one does.

        Args:
            added: What `mailsla.usecases.fact_store.Messages.add` returned last; None for nothing.
        """


class Beside:
    """Derives messages that were just stored, each once; what is to be derived again waits for the end.

    It is for a line that is waited for. Where the machine itself is the limit, all is derived at the end, at once: that
    takes less. What comes first decides it for the collection: what is half derived would be derived again.

    A mail tied to one that is derived already would have that one derived again, and with many such mails everything
    time and again. Nothing is derived when other rules made what is there: the derivation that follows says so. Nor
    is anything any more once it fails here: that derivation tells of it, and collection goes on.
    """

    def __init__(self, store: StoreBeside, rules: PairingRules, configured: Configured) -> None:
        self._store = store
        self._rules = rules
        self._configured = configured
        self._goes_on: bool | None = None

    def __call__(self, added: Any, /, *, awaited: bool) -> None:
        """Derive what can be of what was added, if the server was waited for at first."""
        if self._goes_on is None:
            self._goes_on = awaited
        if not self._goes_on:
            return
        try:
            self._derive(added)
        except Exception:  # noqa: BLE001 (no fact is lost to a derivation; that after the collection meets the same)
            self._goes_on = False

    def _derive(self, added: Any) -> None:
        ours = rule_names(self._rules, self._configured)
        with self._store.deriving(added) as work:
            made_by = RuleNames(work.rules, work.ties, work.days)
            if made_by != ours:
                if made_by != RuleNames("", ours.ties, "") or not work.is_untouched():
                    return
                work.finish(ours)
                work.keep(self._configured)
            work.tie_added(self._rules.office)
            work.derive_added(self._rules, self._configured.days)
