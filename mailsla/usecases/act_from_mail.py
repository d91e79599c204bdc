"""Actions asked for by mail: each mail is looked at once, and what it asks for is decided, proposed or refused.

A decision passes the checks of `mailsla.usecases.decide`, as the command line's do, and is added together with what
became of its mail: no stop, wherever it comes, makes a second one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, assert_never

from mailsla.core.alerts.asked_action import (
    SETTLING,
    Act,
    ActOutcome,
    ActReason,
    is_surely_from,
    opened,
    token_name,
)
from mailsla.core.alerts.signed_action import OF_HEADS, MailAction, SignedAction, claimed
from mailsla.core.errors import UsageError
from mailsla.core.mail.copies import Mail
from mailsla.core.mail.instants import received
from mailsla.language import gettext as _
from mailsla.usecases.action_todo import (
    ActionTerms,
    Decide,
    DecideMail,
    Known,
    Remind,
    Sent,
    Todo,
    sent_by,
    target_of,
    todo_of,
)
from mailsla.usecases.decide import Decisions, Signature, decide, decide_mail


class Acts(Protocol):
    """The mails that ask for actions, and what became of each."""

    def unread(self) -> Sequence[Mail]:
        """Return mails of which nothing is noted yet."""

    def proposal(self, prefix: str) -> tuple[Act, Mail] | None:
        """Return the proposal that waits whose mail's key begins so, and that mail; None unless there is one."""

    def is_used(self, token: str) -> bool:
        """Tell whether a token, by its name, was used up."""

    def note(self, act: Act) -> None:
        """Note what became of a mail, unless that is noted already."""

    def deciding(self, act: Act) -> Decisions:
        """Return where a decision is added together with what became of its mail, or neither is."""


def act_on_mails(
    acts: Acts, known: Known, terms: ActionTerms, now: Callable[[], datetime], derive: Callable[[], object]
) -> int:
    """Do what mails ask for that were not looked at yet, as they were received; return how many there were.

    Requests are brought up to date after each: the next mail is about what they are then.
    """
    found = sorted(acts.unread(), key=lambda mail: (received(mail).at, mail.key))
    for mail in found:
        _Acting(acts, known, terms, mail, now()).act()
        derive()
    return len(found)


@dataclass(frozen=True)
class _Acting:
    """One mail that asks for something, looked at."""

    acts: Acts
    known: Known
    terms: ActionTerms
    mail: Mail
    now: datetime

    def act(self) -> None:
        """Do what the mail asks for, propose it, or refuse it; and note which."""
        sent = sent_by(self.mail, self.terms)
        found = self._opened(sent)
        if isinstance(found, ActReason):
            # What it claims is told as such: its signature may be nobody's.
            said = next((item for item in map(claimed, sent.asked.tokens) if item is not None), None)
            draft = self._refused(said)
            return self.acts.note(replace(draft, reason=found))
        token, signed = found
        if signed.action in SETTLING:
            return self._settle(signed, sent, token)
        draft = self._refused(signed)
        is_referent = self.terms.is_referent(sent.sender)
        todo = todo_of(self.known, self.terms, signed, sent, is_referent=is_referent)
        if isinstance(todo, ActReason):
            return self.acts.note(replace(draft, reason=todo))
        draft = replace(draft, target=target_of(todo))
        waits = ActOutcome.WAITING
        if not is_surely_from(self.mail, self.terms.office):
            # Whoever it is really from may have had the token from anybody: it is not used up.
            return self.acts.note(replace(draft, outcome=waits, reason=ActReason.NOT_BELIEVED))
        draft = replace(draft, token=token_name(token))
        if signed.action in {MailAction.NOT_OURS, MailAction.NO_ANSWER} and not is_referent:
            return self.acts.note(replace(draft, outcome=waits, reason=ActReason.PROPOSED))
        return self._do(todo, draft, sent.sender, _reason(_chosen(signed.action), sent.asked.reason))

    def _refused(self, signed: SignedAction | None) -> Act:
        """Return what is noted of a mail unless something better comes of it, with what its token says."""
        action, target = (None, None) if signed is None else (signed.action, signed.target)
        return Act(self.mail.key, self.now, ActOutcome.REFUSED, action=action, target=target)

    def _opened(self, sent: Sent) -> tuple[str, SignedAction] | ActReason:
        """Return what is asked for, by a token that was not used yet, by somebody who may ask for it."""
        found = opened(sent.asked.tokens, sent.sender, self.terms.signer, sent.on)
        if isinstance(found, ActReason):
            return found
        token, signed = found
        if self.acts.is_used(token_name(token)):
            return ActReason.USED
        if signed.action not in OF_HEADS and not self.terms.is_referent(sent.sender):
            return ActReason.NOT_REFERENT
        return found

    def _settle(self, signed: SignedAction, sent: Sent, token: str) -> None:
        """Do what somebody proposed, or note that it is not to be done."""
        draft = self._refused(signed)
        found = self.acts.proposal(signed.target)
        if found is None:
            return self.acts.note(replace(draft, reason=ActReason.GONE))
        proposal, mail = found
        if not is_surely_from(self.mail, self.terms.office):
            return self.acts.note(replace(draft, reason=ActReason.NOT_BELIEVED))
        draft = replace(draft, target=proposal.mail, token=token_name(token))
        if signed.action is MailAction.DECLINE:
            return self.acts.note(replace(draft, outcome=ActOutcome.DONE))
        proposed = sent_by(mail, self.terms)
        opened_again = opened(proposed.asked.tokens, proposed.sender, self.terms.signer, proposed.on)
        todo = (
            opened_again
            if isinstance(opened_again, ActReason)
            else todo_of(self.known, self.terms, opened_again[1], proposed, is_referent=True)
        )
        if isinstance(todo, ActReason):
            return self.acts.note(replace(draft, token=None, reason=todo))
        typed = " ; ".join(part for part in (proposed.asked.reason, sent.asked.reason) if part)
        chosen = _("{reason}, proposé par {person}").format(
            reason=_chosen(proposal.action) or _("Décision"), person=proposed.sender
        )
        return self._do(todo, draft, sent.sender, _reason(chosen, typed))

    def _do(self, todo: Todo, draft: Act, person: str, reason: str) -> None:
        done = replace(draft, outcome=ActOutcome.DONE)
        if isinstance(todo, Remind):
            return self.acts.note(replace(done, until=todo.until))
        try:
            self._decide(todo, Signature(reason, person, self.now, self.terms.recorded(self.mail)), done)
        except UsageError as error:
            refused = replace(draft, token=None, reason=ActReason.CHECKED, detail=str(error))
            self.acts.note(refused)
        return None

    def _decide(self, todo: Decide | DecideMail, signature: Signature, done: Act) -> None:
        decisions, terms = self.acts.deciding(done), self.terms
        match todo:
            case Decide(request, wanted):
                decide(decisions, terms.doubts(request), request, wanted, signature, terms.choices)
            case DecideMail(message, action):
                decide_mail(decisions, terms.doubts(None), message, action, signature)
            case _:
                assert_never(todo)


def _reason(chosen: str, typed: str) -> str:
    """Return why something is decided: what was chosen, and what was typed."""
    return f"{chosen} : {typed}" if chosen and typed else chosen or typed


def _chosen(action: MailAction | None) -> str:
    """Return the reason that an action stands for; none where the reason is to be typed."""
    reasons = {
        MailAction.ANSWERED: _("Répondu autrement"),
        MailAction.NOT_OURS: _("Pas pour nous"),
        MailAction.NO_ANSWER: _("Sans suite"),
        MailAction.JOIN: _("Ce courriel répond à cette demande"),
        MailAction.DISMISS: _("Vérifié, rien à changer"),
        MailAction.COUNT: _("C'est le courriel d'un usager"),
        MailAction.LEAVE_OUT: _("Ce n'est pas une demande"),
        MailAction.ASSIGN: _("Attribuée par courriel"),
    }
    return "" if action is None else reasons.get(action, "")
