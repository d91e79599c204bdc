"""Derivation: facts become requests, only where something changed; everything, when a rule changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.derivation import rules_digest
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.pairing.ties import ties_digest


class DerivationWork(Protocol):
    """The derivations, locked for whoever derives, in one transaction."""

    @property
    def rules(self) -> str:
        """The digest of the rules that made what is there."""

    @property
    def ties(self) -> str:
        """The digest of the rules that made the ties."""

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

    def derive(self, numbers: Collection[int] | None, rules: PairingRules) -> int:
        """Replace what was derived of messages to which no other is tied, or derive all; return how many."""

    def finish(self, rules: str, ties: str) -> None:
        """Note by which rules everything is derived and tied."""


class DerivationStore(Protocol):
    """Where derivations are kept."""

    def deriving(self) -> AbstractContextManager[DerivationWork]:
        """Open the transaction in which one worker at a time derives."""


class Made(Protocol):
    """What says by which rules derivations were made."""

    def made_by(self) -> tuple[str, str]:
        """Return the names of the rules that made the derivations, and the ties; empty before any was made."""


def are_stale(derivations: Made, rules: PairingRules) -> bool:
    """Tell whether what is derived was made by other rules than these: nothing is said of it then."""
    made_by = derivations.made_by()
    return any(made_by) and made_by != (rules_digest(rules), ties_digest(rules.office))


def derive_pending(store: DerivationStore, rules: PairingRules) -> int:
    """Bring derivations up to date and return how many messages were read for it.

    A new message re-derives only the messages it is tied to; the result is what deriving everything would give.
    When most of the store is new, as after a first collection, everything is.
    """
    digest, ties = rules_digest(rules), ties_digest(rules.office)
    with store.deriving() as work:
        stale = (work.rules, work.ties) != (digest, ties)
        if stale or work.is_mostly_pending():
            work.forget_pending()
            if work.ties != ties:
                work.tie_all(rules.office)
            else:
                work.tie_untied(None, rules.office)
            work.clear()
            done = work.derive(None, rules)
        else:
            pending = work.take_pending()
            if not pending:
                return 0
            work.tie_untied(pending, rules.office)
            done = work.derive(work.tied(pending), rules)
        work.finish(digest, ties)
    return done
