"""What is to be done of an action that somebody may ask for: all that can be checked before it is decided."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, Protocol, assert_never

from mailsla.core.alerts.asked_action import ActReason, sender_of
from mailsla.core.alerts.signed_action import MailAction, SignedAction, Signer
from mailsla.core.alerts.typed_day import typed_day
from mailsla.core.mail.action_words import Asked, asked, asked_of
from mailsla.core.mail.addresses import plain
from mailsla.core.mail.copies import Mail
from mailsla.core.mail.instants import received
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.decision import Action, Recorded
from mailsla.core.pairing.derivation import DerivedMessage
from mailsla.core.pairing.request import Request
from mailsla.usecases.decide import Answered, Assign, Choices, Doubts, Exclude, OfMail, Wanted


class Known(Protocol):
    """What is derived of the mails."""

    def requests_named(self, prefix: str) -> Sequence[Request]:
        """Return the requests whose key begins with `prefix`."""

    def messages_named(self, prefix: str) -> Sequence[DerivedMessage]:
        """Return the messages whose key begins with `prefix`."""


@dataclass(frozen=True)
class ActionTerms:
    """All that actions go by.

    Attributes:
        signer: Knows the site's signature.
        office: Who we are.
        choices: What a decision may name; the site's zone.
        referents: Addresses of whoever checks the figures.
        heads: Returns the addresses of those who are told of a request now.
        next_working_day: Returns the first working day after a date.
        doubts: Returns what a person must look at about a request, or about no request.
        recorded: Returns what the machine notes of an action by a mail.
    """

    signer: Signer
    office: Office
    choices: Choices
    referents: Collection[str]
    heads: Callable[[Request], Collection[str]]
    next_working_day: Callable[[date], date]
    doubts: Callable[[Request | None], Doubts]
    recorded: Callable[[Mail], Recorded]

    def is_referent(self, address: str) -> bool:
        """Tell whether an address is that of whoever checks the figures."""
        return _is_among(address, self.referents)


def _is_among(address: str, people: Collection[str]) -> bool:
    """Tell whether an address is one of some people's: a tag in either changes nothing, as for a token."""
    return plain(address) in map(plain, people)


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail as far as it asks for something.

    Attributes:
        asked: Its tokens, and what was typed.
        sender: The one address of the office that it is from; empty when it is from another.
        at: When it was received.
        on: On which day of the site.
    """

    asked: Asked
    sender: str
    at: datetime
    on: date


def sent_by(mail: Mail, terms: ActionTerms) -> Sent:
    """Return what a mail asks for; of one whose body could not be read, by its subject alone."""
    kept, at = mail.header.asks, received(mail).at
    typed = asked_of(kept) if kept else asked(mail.header.subject, "")
    on = at.astimezone(terms.choices.zone).date()
    return Sent(typed, sender_of(mail, terms.office) or "", at, on)


@dataclass(frozen=True, slots=True)
class Decide:
    """A decision about a request, or a mail beside it."""

    request: Request
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class DecideMail:
    """Whether a mail is a citizen's."""

    message: DerivedMessage
    action: Literal[Action.COUNT, Action.LEAVE_OUT]


@dataclass(frozen=True, slots=True)
class Remind:
    """No alert about a request before a day."""

    request: Request
    until: date


Todo = Decide | DecideMail | Remind
"""What is to be done, once all that can be checked beforehand was."""


def target_of(todo: Todo) -> str:
    """Return the key of the request, or of the mail, that something is about."""
    match todo:
        case DecideMail(message=message) | Decide(wanted=OfMail(message=message)):
            return message.key
        case Decide(request=request) | Remind(request=request):
            return request.key
    assert_never(todo)


def todo_of(
    known: Known, terms: ActionTerms, signed: SignedAction, sent: Sent, *, is_referent: bool
) -> Todo | ActReason:
    """Return what is to be done of what a mail asks for, or why it is not.

    Args:
        known: What is derived.
        terms: What actions go by.
        signed: What is asked for; not about a proposal.
        sent: What was typed, and when.
        is_referent: Whether whoever checks the figures answers for it: what keeps a head from it does not.
    """
    match signed.action:
        case MailAction.COUNT:
            return _of_mail(known, signed, Action.COUNT)
        case MailAction.LEAVE_OUT:
            return _of_mail(known, signed, Action.LEAVE_OUT)
        case MailAction.JOIN:
            return _beside(known, signed, Action.JOIN)
        case MailAction.DISMISS:
            return _beside(known, signed, Action.DISMISS)
    request = _request(known, signed.target)
    if request is None:
        return ActReason.GONE
    refused = None if is_referent else _not_for_head(request, sent, terms)
    return refused or _about(request, signed.action, sent, terms)


def _of_mail(
    known: Known, signed: SignedAction, action: Literal[Action.COUNT, Action.LEAVE_OUT]
) -> Todo | ActReason:
    message = _message(known, signed.target)
    return ActReason.GONE if message is None else DecideMail(message, action)


def _beside(
    known: Known, signed: SignedAction, action: Literal[Action.JOIN, Action.DISMISS]
) -> Todo | ActReason:
    message = _message(known, signed.target)
    request = None if signed.other is None else _request(known, signed.other)
    if message is None or request is None:
        return ActReason.GONE
    return Decide(request, OfMail(action, message))


def _not_for_head(request: Request, sent: Sent, terms: ActionTerms) -> ActReason | None:
    """Return why a head may not act on a request: it is another's now, or needs nothing any more."""
    if not _is_among(sent.sender, terms.heads(request)):
        return ActReason.NOT_THEIRS
    is_settled = request.answered is not None or request.excluded is not None
    return ActReason.SETTLED if is_settled else None


def _about(request: Request, action: MailAction, sent: Sent, terms: ActionTerms) -> Todo | ActReason:
    """Return what is to be done of a request."""
    match action:
        case MailAction.ANSWERED:
            at = _answered_at(request, sent, terms)
            return at if isinstance(at, ActReason) else Decide(request, Answered(at, sent.asked.channel))
        case MailAction.REMIND:
            return Remind(request, terms.next_working_day(sent.on))
        case MailAction.ASSIGN:
            return Decide(request, Assign(sent.asked.service))
        case MailAction.EXCLUDE if not sent.asked.reason:
            return ActReason.NO_REASON
    return Decide(request, Exclude())


def _answered_at(request: Request, sent: Sent, terms: ActionTerms) -> datetime | ActReason:
    """Return when a request was answered: at the end of the day that was typed, when the mail came at the latest."""
    zone = terms.choices.zone
    if not sent.asked.on:
        return sent.at
    day = typed_day(sent.asked.on, sent.on)
    if day is None:
        return ActReason.BAD_DAY
    if day > sent.on:
        return ActReason.DAY_TO_COME
    if day < request.received.at.astimezone(zone).date():
        return ActReason.DAY_BEFORE
    return min(datetime.combine(day, time.max, zone), sent.at)


def _request(known: Known, prefix: str) -> Request | None:
    found = known.requests_named(prefix)
    return found[0] if len(found) == 1 else None


def _message(known: Known, prefix: str) -> DerivedMessage | None:
    found = known.messages_named(prefix)
    return found[0] if len(found) == 1 else None
