"""Derivation: facts become requests, only where something changed; everything, when a rule changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from mailsla.core.decision import Decision, in_force
from mailsla.core.derivation import Derivation, derive, ties
from mailsla.core.mail import Mail
from mailsla.core.pairing_rules import RULES_VERSION, PairingRules
from mailsla.usecases.collector import collector_paused

FULL_FROM = 2_000
"""With more new messages than this, deriving everything is quicker than looking for what they touch."""


class DerivationWork(Protocol):
    """The derivations, locked for whoever derives, in one transaction."""

    @property
    def rules(self) -> str:
        """The digest of the rules that made what is there."""

    def pending(self) -> Sequence[int]:
        """Return the numbers of messages not derived since they changed."""

    def all(self) -> Mapping[int, Mail]:
        """Return every message by its number."""

    def mails(self, numbers: Iterable[int]) -> Mapping[int, Mail]:
        """Return some messages by their numbers."""

    def decisions(self, keys: Iterable[str] | None = None) -> Sequence[Decision]:
        """Return every decision, or those about some messages."""

    def save_ties(self, ties: Mapping[int, frozenset[str]]) -> None:
        """Replace the ties of some messages."""

    def tied(self, numbers: Iterable[int]) -> set[int]:
        """Return every message tied to these, directly or through others, these included."""

    def clear(self) -> None:
        """Drop every derivation and tie."""

    def replace(self, derivation: Derivation) -> None:
        """Put `derivation` in the place of whatever was derived of its messages."""

    def finish(self, numbers: Iterable[int], rules: str) -> None:
        """Note which messages are derived, and by which rules."""


class DerivationStore(Protocol):
    """Where derivations are kept."""

    def deriving(self) -> AbstractContextManager[DerivationWork]:
        """Open the transaction in which one worker at a time derives."""


def derive_pending(store: DerivationStore, rules: PairingRules) -> int:
    """Bring derivations up to date and return how many messages were read for it.

    A new message re-derives only the messages it is tied to; the result is what deriving everything would give.
    """
    digest = rules_digest(rules)
    with store.deriving() as work:
        pending = work.pending()
        if work.rules != digest or len(pending) > FULL_FROM:
            return _derive_all(work, rules, digest)
        if not pending:
            return 0
        fresh = work.mails(pending)
        decided = in_force(work.decisions())
        work.save_ties({number: ties(mail, rules.office, decided) for number, mail in fresh.items()})
        touched = list(work.mails(work.tied(pending)).values())
        work.replace(derive(touched, rules, work.decisions([mail.key for mail in touched])))
        work.finish(pending, digest)
        return len(touched)


def _derive_all(work: DerivationWork, rules: PairingRules, digest: str) -> int:
    with collector_paused():
        mails = work.all()
        work.clear()
        decisions = work.decisions()
        derivation = derive(list(mails.values()), rules, decisions)
        decided, readings = in_force(decisions), derivation.readings
        work.save_ties(
            {number: ties(mail, rules.office, decided, readings[mail.key]) for number, mail in mails.items()}
        )
        work.replace(derivation)
        work.finish(mails, digest)
    return len(mails)


def rules_digest(rules: PairingRules) -> str:
    """Return the name of the rules and of the code that applies them; equal rules have equal names."""
    office = rules.office
    said = (
        RULES_VERSION,
        office.domains,
        sorted(office.addresses),
        [(item.name, item.addresses, item.mailboxes, item.keywords) for item in office.services],
        [
            (sorted(form.senders), form.citizen, form.subject_pattern, form.body_pattern)
            for form in office.forms
        ],
        rules.default_category,
        rules.categories,
        rules.replies,
        rules.closings,
        rules.holding_stops,
        rules.thanks_subjects,
        rules.new_question_after,
        rules.pairing_window,
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()
