"""Looking things up: the requests behind a figure, one of them by its reference, and all that is known of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Protocol, TypeVar

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.verdict import Verdict
from mailsla.core.clock.working_days import Day
from mailsla.core.errors import UsageError
from mailsla.core.mail.identity import REFERENCE_MARK, key_beginning, reference
from mailsla.core.mail.printable import printable
from mailsla.core.pairing.decision import Decision
from mailsla.core.pairing.derivation import DerivedMessage
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Request
from mailsla.core.rate.assessed import assess
from mailsla.core.rate.case import Case, case_of
from mailsla.core.rate.disputes import disputes
from mailsla.core.rate.promises import Promise
from mailsla.core.rate.standard import Judged, Standard, Variant
from mailsla.language import gettext as _
from mailsla.usecases.selection import Look, Selection, State

_Item = TypeVar("_Item")

SHORTEST_PREFIX = 4
"""Digits of a reference below which nothing is looked for."""


class ListedRequests(Protocol):
    """What a list of requests is read from."""

    def cases(self) -> Sequence[Case]:
        """Return the requests and follow-ups, by receipt."""

    def doubts(self) -> Sequence[Doubt]:
        """Return what a person must look at."""


class Decisions(Protocol):
    """What people decided."""

    def decided(self) -> frozenset[str]:
        """Return the keys of the requests and mails about which a decision is in force."""

    def taken(self, target: str | None = None) -> Sequence[Decision]:
        """Return every decision, or those about one message, by number."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Some requests.

    Attributes:
        items: With their verdicts, by receipt; a sample of them, when one was asked for.
        found: How many there are.
        doubts: What a person must look at about them.
        decided: Keys of whatever a decision in force is about, among these or not.
    """

    items: tuple[Judged, ...]
    found: int
    doubts: tuple[Doubt, ...]
    decided: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sample:
    """How many to draw at random, and the seed: the same one draws the same ones."""

    size: int
    seed: int = 0


def listed(
    derivations: ListedRequests,
    decisions: Decisions,
    selection: Selection,
    standard: Standard,
    now: datetime,
    sample: Sample | None = None,
    *,
    promise: Promise | None = None,
    count_follow_ups: bool = False,
) -> Listed:
    """Return the requests of a selection, or a sample of them, with their verdicts at `now`.

    With a promise, those that it is about, with their verdicts by it.
    """
    cases = derivations.cases()
    known = (doubt for doubt in derivations.doubts() if doubt.at <= now)
    doubts = sorted((*known, *disputes(cases, standard, now)), key=lambda doubt: doubt.at)
    if selection.variant is not None:
        standard = standard.varied(selection.variant)
    if selection.variant is Variant.MAIL_ALONE:
        cases = [case.by_mail_alone for case in cases]
    is_about_closures = selection.state is State.CLOSURE_CHANGED
    look = Look(
        standard,
        now,
        doubts=_by_candidate(doubts),
        closure_changed=_changed_by_closures(cases, standard, now) if is_about_closures else (),
        count_follow_ups=count_follow_ups,
    )
    judged: Sequence[Judged] = standard.judge(cases, now)
    if promise is not None:
        judged = promise.held(judged, standard, now, count_follow_ups=count_follow_ups)
    selected = selection.of(judged, look)
    items = sampled(selected, sample)
    keys = {item.case.key for item in items}
    about = tuple(
        doubt
        for doubt in doubts
        if keys.intersection(doubt.candidates)
        or (not doubt.candidates and selection.has_mail(doubt.at, standard.clock.calendar))
    )
    return Listed(items, len(selected), about, decisions.decided())


def _by_candidate(doubts: Iterable[Doubt]) -> Mapping[str, Collection[DoubtCode]]:
    """Return why each request that depends on some doubts is to be looked at."""
    found: dict[str, set[DoubtCode]] = defaultdict(set)
    for doubt in doubts:
        for key in doubt.candidates:
            found[key].add(doubt.code)
    return found


def _changed_by_closures(cases: Iterable[Case], standard: Standard, now: datetime) -> frozenset[str]:
    return frozenset(item.case.key for item in assess(cases, standard, now) if item.is_changed_by_closures)


def sampled(items: Sequence[_Item], sample: Sample | None) -> tuple[_Item, ...]:
    """Return some items, or so many of them drawn at random, in their order."""
    if sample is None or sample.size >= len(items):
        return tuple(items)
    draw = Random(sample.seed)  # noqa: S311 (whoever has the seed must draw the same lines)
    chosen = sorted(draw.sample(range(len(items)), sample.size))
    return tuple(items[number] for number in chosen)


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
