"""Looking things up: the requests behind a figure, one of them by its reference, and all that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.verdict import Verdict
from mailsla.core.clock.working_days import Day
from mailsla.core.errors import UsageError
from mailsla.core.mail.identity import REFERENCE_MARK, key_beginning, reference
from mailsla.core.mail.printable import printable
from mailsla.core.pairing.decision import Decision
from mailsla.core.pairing.derivation import DerivedMessage
from mailsla.core.pairing.request import Request
from mailsla.core.rate.case import case_of
from mailsla.core.rate.standard import Standard
from mailsla.language import gettext as _

_Item = TypeVar("_Item")

SHORTEST_PREFIX = 4
"""Digits of a reference below which nothing is looked for."""


class Decisions(Protocol):
    """What people decided."""

    def decided(self) -> frozenset[str]:
        """Return the keys of the requests and mails about which a decision is in force."""

    def taken(self, target: str | None = None) -> Sequence[Decision]:
        """Return every decision, or those about one message, by number."""


class NamedRequests(Protocol):
    """Where requests are found by their references."""

    def requests_named(self, prefix: str) -> Sequence[Request]:
        """Return the requests whose key begins with `prefix`."""


def request_named(derivations: NamedRequests, written: str) -> Request:
    """Return the one request whose reference begins with `written`.

    Raises:
        UsageError: When there is none, or several.
    """
    found = request_if_named(derivations, written)
    if found is None:
        raise UsageError(
            _("Aucune demande {written} ; « mailsla requests » donne les références.").format(
                written=printable(written, 40)
            )
        )
    return found


def request_if_named(derivations: NamedRequests, written: str) -> Request | None:
    """Return the one request whose reference begins with `written`, None when there is none.

    Raises:
        UsageError: When there are several, or may be.
    """
    prefix = key_beginning(written)
    if len(prefix) < SHORTEST_PREFIX:
        raise UsageError(
            _(
                "Écrivez au moins les {n} premiers caractères de la référence, après la lettre {letter}."
            ).format(n=SHORTEST_PREFIX, letter=REFERENCE_MARK)
        )
    found = derivations.requests_named(prefix)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            _("Plusieurs demandes commencent par {prefix} ; écrivez-la en entier.").format(prefix=prefix)
        )
    return None


class NamedMessages(Protocol):
    """Where mails are found by their references."""

    def messages_named(self, prefix: str) -> Sequence[DerivedMessage]:
        """Return the messages whose key begins with `prefix`."""


def message_named(derivations: NamedMessages, written: str) -> DerivedMessage:
    """Return the one mail whose reference begins with `written`.

    Raises:
        UsageError: When there is none, or several.
    """
    prefix = key_beginning(written)
    found = derivations.messages_named(prefix) if len(prefix) >= SHORTEST_PREFIX else ()
    if len(found) != 1:
        raise UsageError(
            _(
                "Aucun courriel unique ne commence par {written} ; « mailsla requests » et"
                " « mailsla mails » donnent les références."
            ).format(written=printable(written, 40))
        )
    return found[0]


class RequestSource(Protocol):
    """What is known of one request."""

    def conversation(self, name: str) -> Sequence[DerivedMessage]:
        """Return the messages of one conversation, by time."""


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is known of one request.

    Attributes:
        request: The request.
        commitment: The promise it falls under.
        verdict: How it stands.
        messages: Those of its conversation, by time.
        counted: The days from its receipt to its answer, or to now.
        decisions: Those about its messages, in force or taken back.
    """

    request: Request
    commitment: Commitment
    verdict: Verdict
    messages: Sequence[DerivedMessage]
    counted: Sequence[Day]
    decisions: tuple[Decision, ...]


def shown(
    derivations: RequestSource, decisions: Decisions, request: Request, standard: Standard, now: datetime
) -> Shown:
    """Return all that is known of a request at `now`.

    Raises:
        UsageError: When it is received after that.
    """
    commitment = standard.commitment_of(request.category)
    if request.received.at > now:
        raise UsageError(
            _(
                "La demande {key} est reçue après l'instant présent : vérifiez l'heure de cette machine."
            ).format(key=reference(request.key))
        )
    verdict = standard.judge([case_of(request)], now)[0].verdict
    end = request.answered.at if verdict.answered_on and request.answered else now
    return Shown(
        request=request,
        commitment=commitment,
        verdict=verdict,
        messages=derivations.conversation(request.conversation),
        counted=standard.clock.days(request.received.at, end, commitment.unit),
        decisions=tuple(item for key in request.keys for item in decisions.taken(key)),
    )
