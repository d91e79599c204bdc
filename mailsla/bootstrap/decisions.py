"""Decisions of people: taken, then everything brought up to date, then what that changed is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from mailsla.bootstrap.application import Application
from mailsla.core.pairing.decision import Action
from mailsla.core.pairing.derivation import DerivedMessage
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.pairing.request import Request
from mailsla.core.rate.case import case_of
from mailsla.core.rate.changes import Change, changes
from mailsla.core.rate.disputes import disputes
from mailsla.core.rate.period import Period
from mailsla.usecases import decide as deciding
from mailsla.usecases import decide_on_collection as deciding_on_collection


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision taken, or taken back, and what it changed."""

    number: int
    changes: Sequence[Change]


def decide(
    app: Application, request: Request, wanted: deciding.Wanted, signed: deciding.Signature
) -> Decided:
    """Add a decision about a request, bring requests up to date, and return what it changed.

    Raises:
        UsageError: When it is refused.
    """
    store = app.store
    keys = [*request.keys, *((wanted.message.key,) if isinstance(wanted, deciding.OfMail) else ())]
    doubts = doubts_about(app, request)
    return _with_changes(
        app, keys, lambda: deciding.decide(store.decisions, doubts, request, wanted, signed, choices(app))
    )


def choices(app: Application) -> deciding.Choices:
    """Return what a decision may name on this site."""
    services = [item.name for item in app.site.settings.services]
    return deciding.Choices(services, list(app.site.commitments), app.site.zone)


def doubts_about(app: Application, request: Request | None) -> deciding.Doubts:
    """Return how to learn what a person must look at: every mail, and the instants of a request."""

    def doubts() -> Sequence[Doubt]:
        disputed = [] if request is None else disputes([case_of(request)], app.standard(), app.now())
        return [*app.store.derivations.doubts(), *disputed]

    return doubts


def decide_mail(
    app: Application,
    message: DerivedMessage,
    action: Literal[Action.COUNT, Action.LEAVE_OUT],
    signed: deciding.Signature,
) -> Decided:
    """Count a mail as a citizen's, or leave it out, and return what it changed.

    Raises:
        UsageError: When it is refused.
    """
    store = app.store
    return _with_changes(
        app,
        [message.key],
        lambda: deciding.decide_mail(store.decisions, store.derivations.doubts, message, action, signed),
    )


def close_hole(app: Application, account: str, on: date | None, signed: deciding.Signature) -> int:
    """Say that a hole of collection hides nothing; return the decision's number.

    Raises:
        UsageError: When there is no such hole, or it is refused.
    """
    hole = deciding_on_collection.hole_of(app.gaps(), account, on, app.site.zone)
    return deciding_on_collection.close_hole(app.store.decisions, hole, signed)


def declare_complete(app: Application, days: Period, signed: deciding.Signature) -> int:
    """Say that what was imported of some days is all there was; return the decision's number.

    Raises:
        UsageError: When it is refused.
    """
    return deciding_on_collection.declare_complete(app.store.decisions, days, signed)


def undo(app: Application, keys: Sequence[str], number: int, signed: deciding.Signature) -> Decided:
    """Take a decision back, and return what that changed.

    Raises:
        UsageError: When there is no such decision in force, or when it is about another request.
    """
    taken = (item for item in app.store.decisions.taken() if item.number == number)
    named = [key for item in taken for key in (item.target, item.other) if key is not None]
    return _with_changes(
        app, [*keys, *named], lambda: deciding.undo(app.store.decisions, keys, number, signed).number
    )


def _with_changes(app: Application, keys: Sequence[str], act: Callable[[], int]) -> Decided:
    """Decide, bring requests up to date, and tell what is no longer the same around some mails."""
    app.derive()
    before = app.store.derivations.requests_around(keys)
    number = act()
    app.derive()
    return Decided(number, changes_since(app, before, keys))


def changes_since(
    app: Application, before: Sequence[Request], keys: Collection[str] = ()
) -> Sequence[Change]:
    """Return what is no longer the same of some requests, and around some mails."""
    known = {key for request in before for key in request.keys}
    after = app.store.derivations.requests_around({*keys, *known})
    return changes(before, after, app.standard(), app.now())
