"""Decisions: checked against what is known, then added; nothing is ever changed or removed.

Whoever asks for a decision, from the command line or otherwise, passes the same checks here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal, Protocol, assert_never
from zoneinfo import ZoneInfo

from mailsla.core.errors import UsageError
from mailsla.core.mail.identity import reference
from mailsla.core.mail.printable import printable
from mailsla.core.office.sides import Side
from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.decision import Action, Decision, Recorded, in_force
from mailsla.core.pairing.derivation import DerivedMessage
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.pairing.request import Request
from mailsla.core.rate.declared import ABOUT_COLLECTION
from mailsla.language import gettext as _

LONGEST_SILENCE = timedelta(days=31)
"""For how long alerts about a request may be kept back at once: whoever wants more decides again, with a reason."""


@dataclass(frozen=True, slots=True)
class Exclude:
    """The request is left out of the figures."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The request was answered elsewhere: `at` an instant, of a date alone the end of that day; by some channel."""

    at: datetime
    channel: str


@dataclass(frozen=True, slots=True)
class Assign:
    """The request is some service's."""

    service: str


@dataclass(frozen=True, slots=True)
class Recategorise:
    """The request falls under another promise."""

    category: str


@dataclass(frozen=True, slots=True)
class OfMail:
    """A mail is joined to the request, split from its conversation, or dismissed as a reply to it."""

    action: Literal[Action.JOIN, Action.SPLIT, Action.DISMISS]
    message: DerivedMessage


@dataclass(frozen=True, slots=True)
class RemindOn:
    """Nobody is told of the request before a day, and whoever would be is told again on it."""

    on: date


Wanted = Exclude | Answered | Assign | Recategorise | RemindOn | OfMail
"""What somebody asks to be decided about a request; nothing of it is checked yet."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Why, by whom and when something is decided; `recorded` is the machine's own word on the last two."""

    reason: str
    decided_by: str
    decided_at: datetime
    recorded: Recorded | None = None

    def draft(self, target: str, action: Action) -> Decision:
        """Return the decision so signed, without what some actions need besides."""
        return Decision(
            0, target, action, self.reason, self.decided_by, self.decided_at, recorded=self.recorded
        )


@dataclass(frozen=True, slots=True)
class Choices:
    """What a decision may name: the services and the categories of the configuration; and the site's zone."""

    services: Collection[str]
    categories: Collection[str]
    zone: ZoneInfo


class Decisions(Protocol):
    """Where decisions are kept."""

    def taken(self, target: str | None = None) -> Sequence[Decision]:
        """Return every decision, or those about one message, by number."""

    def is_about_sealed(self, decision: Decision) -> bool:
        """Tell whether the values of a mail that a decision names are gone."""

    def add(self, decision: Decision) -> int:
        """Add a decision and return its number; what it is about is derived again."""


Doubts = Callable[[], Collection[Doubt]]
"""Returns what a person must look at; asked only where a decision depends on it."""


def decide(
    decisions: Decisions,
    doubts: Doubts,
    request: Request,
    wanted: Wanted,
    signed: Signature,
    choices: Choices,
) -> int:
    """Check a decision about a request, or about a mail beside it, add it, and return its number.

    Raises:
        UsageError: When it could change nothing, names what is not there, has no reason, or says again what is
            already decided.
    """
    draft = signed.draft(request.key, Action.EXCLUDE)
    return add_checked(decisions, _completed(draft, doubts, request, wanted, choices))


def decide_mail(
    decisions: Decisions,
    doubts: Doubts,
    message: DerivedMessage,
    action: Literal[Action.COUNT, Action.LEAVE_OUT],
    signed: Signature,
) -> int:
    """Count a mail as a citizen's that was left out or taken for thanks, or leave one out; return its number.

    Raises:
        UsageError: When it is so already, there is no reason, or the mail is the office's own.
    """
    is_citizen_s = message.side == Side.CITIZEN.value
    if action is Action.LEAVE_OUT and not (is_citizen_s or message.key in {doubt.mail for doubt in doubts()}):
        raise UsageError(_("Ce courriel n'est pas celui d'un usager : il ne compte déjà pas."))
    is_nothing = message.side in {Side.ASIDE, Side.INTERNAL} or message.mail_class == MailClass.THANKS
    if action is Action.COUNT and not is_nothing:
        raise UsageError(
            _("Ce courriel compte déjà.")
            if is_citizen_s
            else _("Ce courriel est écrit par la préfecture : il ne peut pas être une demande.")
        )
    return add_checked(decisions, signed.draft(message.key, action))


def undo(decisions: Decisions, keys: Sequence[str], number: int, signed: Signature) -> Decision:
    """Take decision `number` about a request, or about a mail, back, by one more; return the one taken back.

    Args:
        decisions: Where they are kept.
        keys: The request's mails, the opening one first; or the mail.
        number: The decision's.
        signed: Why, by whom and when.

    Raises:
        UsageError: When there is no such decision in force, or when it is about another request.
    """
    found = next((item for item in in_force(decisions.taken()).all if item.number == number), None)
    if found is None:
        raise UsageError(_("Aucune décision n° {number} en vigueur.").format(number=number))
    # A mail that was cut off, or answers nothing, belongs to no request that could name it.
    names_request = found.action not in {Action.SPLIT, Action.DISMISS, *ABOUT_COLLECTION}
    if names_request and {found.target, found.other}.isdisjoint(keys):
        raise UsageError(
            _("La décision n° {number} concerne {other}, et non {key}.").format(
                number=number, other=reference(found.target), key=reference(keys[0])
            )
        )
    add_checked(decisions, replace(signed.draft(found.target, Action.UNDO), undone=number))
    return found


def add_checked(decisions: Decisions, decision: Decision) -> int:
    """Add a decision and return its number.

    Raises:
        UsageError: When it has no reason, says again what is already decided, or nothing is left to judge by.
    """
    if not decision.reason.strip():
        raise UsageError(_("Donnez la raison avec --reason : elle restera avec la décision."))
    if decisions.is_about_sealed(decision):
        raise UsageError(
            _(
                "Les données personnelles de cet échange sont effacées : il compte comme il a été jugé, et plus aucune "
                "décision n'y change rien."
            )
        )
    decided = in_force(decisions.taken(decision.target))
    before = decided.last(decision.target, decision.action)
    is_overruled = decision.action in {Action.COUNT, Action.LEAVE_OUT} and decided.counts(
        decision.target
    ) != (decision.action is Action.COUNT)
    if before is not None and _says(before) == _says(decision) and not is_overruled:
        raise UsageError(_("C'est déjà décidé (décision n° {number}).").format(number=before.number))
    return decisions.add(decision)


def _says(decision: Decision) -> tuple[object, ...]:
    return (decision.action, decision.other, decision.at, decision.text, decision.undone)


def _completed(
    draft: Decision, doubts: Doubts, request: Request, wanted: Wanted, choices: Choices
) -> Decision:
    """Return the decision with all that its action needs, checked."""
    match wanted:
        case Exclude():
            return draft
        case Answered(at, channel):
            at = answered_at(at, request, draft.decided_at, choices.zone)
            return replace(draft, action=Action.ANSWERED, at=at, text=channel)
        case Assign(service):
            return replace(draft, action=Action.ASSIGN, text=_one_of(service, choices.services))
        case Recategorise(category):
            return replace(draft, action=Action.CATEGORY, text=_one_of(category, choices.categories))
        case RemindOn(on):
            check_reminder(on, request, draft.decided_at.astimezone(choices.zone).date())
            return replace(draft, action=Action.REMIND, at=datetime.combine(on, time(), choices.zone))
        case OfMail(action, message):
            check_mail(action, message, request, doubts())
            other = request.key if action is Action.JOIN else None
            return replace(draft, action=action, target=message.key, other=other)
    assert_never(wanted)


def answered_at(at: datetime, request: Request, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant that counts of an answer given elsewhere: not before its request, and not to come.

    Args:
        at: As said; the end of a day for a date alone.
        request: What was answered.
        now: The present instant.
        zone: The site's.

    Raises:
        UsageError: When it was on a day before the request's, or is on a day to come.
    """
    if at.astimezone(zone).date() < request.received.at.astimezone(zone).date():
        raise UsageError(_("La réponse précède la demande : vérifiez --on."))
    if at > datetime.combine(now.astimezone(zone).date(), time.max, zone):
        raise UsageError(_("La réponse est dans l'avenir : vérifiez --on."))
    return max(min(at, now), request.received.at)


def check_reminder(on: date, request: Request, today: date) -> None:
    """Refuse to keep alerts back that there are none of, until a day that has come, or for too long.

    Raises:
        UsageError: With what to do instead.
    """
    if request.answered is not None or request.excluded is not None:
        raise UsageError(_("Cette demande n'attend plus de réponse : aucune alerte n'en parle."))
    if not today < on <= today + LONGEST_SILENCE:
        said = _("Indiquez un jour à venir, dans {n} jours au plus : vérifiez --on.")
        raise UsageError(said.format(n=LONGEST_SILENCE.days))


def check_mail(action: Action, message: DerivedMessage, request: Request, doubts: Collection[Doubt]) -> None:
    """Refuse a decision about a mail that it could not change.

    Raises:
        UsageError: With what that mail is.
    """
    is_doubtful = message.key in {doubt.mail for doubt in doubts}
    is_either_s = message.side in {Side.OUTBOUND.value, Side.CITIZEN.value}
    if action is Action.JOIN and not (is_either_s or is_doubtful):
        raise UsageError(
            _("Ce courriel n'est ni d'un usager ni une réponse de la préfecture : rien à rattacher.")
        )
    if action is Action.JOIN and message.key == request.key:
        raise UsageError(_("Ce courriel ouvre cette demande : indiquez celle à laquelle le rattacher."))
    if action is Action.DISMISS and not is_doubtful:
        raise UsageError(_("Ce courriel n'est pas à vérifier : voir --state to-check."))
    if action is Action.SPLIT and message.conversation != request.conversation:
        raise UsageError(_("Ce courriel n'est pas de l'échange de cette demande."))


def _one_of(written: str, known: Collection[str]) -> str:
    if written not in known:
        raise UsageError(
            _("{written} n'est pas dans la configuration, qui nomme : {names}.").format(
                written=printable(written, 60), names=", ".join(known) or "–"
            )
        )
    return written
