"""What became of each mail that asked for an action, and what it may ask for at all."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mailsla.core.alerts.signed_action import MailAction, SignedAction, Signer, Unsigned
from mailsla.core.mail.copies import Mail
from mailsla.core.office.authorship import is_believed
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.decision import Decision


class ActOutcome(StrEnum):
    """What became of a mail that asked for an action: it was done, it waits for the référent, or it was refused."""

    DONE = "done"
    WAITING = "waiting"
    REFUSED = "refused"


class ActReason(StrEnum):
    """Why an action waits, or was refused.

    It waits because nobody excludes what he is measured by (`PROPOSED`), or because nothing shows that whoever it is
    from sent it (`NOT_BELIEVED`).

    It is refused without a whole token (`NO_TOKEN`), with several that ask for different things (`SEVERAL`), with one
    that is not signed for its sender (`UNKNOWN`), came too late (`EXPIRED`) or was used already (`USED`); about another
    service's request (`NOT_THEIRS`), as the référent's without being him (`NOT_REFERENT`), about what is not there
    (`GONE`), about a request that is answered or left out already (`SETTLED`); without the reason that it needs
    (`NO_REASON`), with a day that cannot be read (`BAD_DAY`), is to come (`DAY_TO_COME`) or before the request
    (`DAY_BEFORE`); or because a decision like it would be refused to anybody (`CHECKED`).
    """

    PROPOSED = "proposed"
    NOT_BELIEVED = "sender-not-believed"
    NO_TOKEN = "no-token"  # noqa: S105 (why an action is refused: no password)
    SEVERAL = "several-actions"
    UNKNOWN = "not-signed-for-sender"
    EXPIRED = "expired"
    USED = "already-used"
    NOT_THEIRS = "other-service"
    NOT_REFERENT = "not-referent"
    GONE = "not-there"
    SETTLED = "already-settled"
    NO_REASON = "no-reason"
    BAD_DAY = "unreadable-day"
    DAY_TO_COME = "day-to-come"
    DAY_BEFORE = "day-before-request"
    CHECKED = "refused-as-decision"


@dataclass(frozen=True, slots=True)
class Act:
    """What became of one mail that asked for an action; noted once, and never changed.

    Attributes:
        mail: The mail's key.
        at: When it was looked at.
        outcome: What became of it.
        reason: Why it waits, or was refused; None when it was done.
        action: What it asked for; None when nobody knows.
        target: Key of the request, or of the mail, that it is about; of one that is not there, its beginning.
        token: Names the token that was used up; None while it may be used again.
        decision: Number of the decision that it made; None when it made none.
        until: On which day alerts about the request go on; None unless that was asked.
        detail: Why a decision was refused, in words; empty otherwise.
    """

    mail: str
    at: datetime
    outcome: ActOutcome
    reason: ActReason | None = None
    action: MailAction | None = None
    target: str | None = None
    token: str | None = None
    decision: int | None = None
    until: date | None = None
    detail: str = ""


def token_name(token: str) -> str:
    """Return the name of a token that was used, by which it is known again."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def sender_of(mail: Mail, office: Office) -> str | None:
    """Return the one address of the office that a mail is from; None when it is from another, or from several."""
    senders = mail.header.senders
    return senders[0] if len(senders) == 1 and office.wrote(mail.header) else None


def is_surely_from(mail: Mail, office: Office) -> bool:
    """Tell whether something shows that a mail is from whom it says, more than that nobody looked, or imported it.

    A reply collected before anybody looked is believed, as it was; an action never is.
    """
    shown = tuple(copy for copy in mail.copies if not copy.imported and copy.trace and copy.trace.is_whole)
    return bool(shown) and is_believed(mail._replace(copies=shown), office)


def opened(
    tokens: Iterable[str], sender: str, signer: Signer, received_on: date
) -> tuple[str, SignedAction] | ActReason:
    """Return the one thing that a mail's tokens ask for, with the token that does; or why they ask for nothing."""
    found = {token: signer.opened(token, sender, received_on) for token in tokens}
    asked = {token: action for token, action in found.items() if isinstance(action, SignedAction)}
    if len(asked) > 1:
        return ActReason.SEVERAL
    if asked:
        return next(iter(asked.items()))
    if Unsigned.EXPIRED in found.values():
        return ActReason.EXPIRED
    return ActReason.UNKNOWN if found else ActReason.NO_TOKEN


SETTLING = frozenset({MailAction.CONFIRM, MailAction.DECLINE})
"""What the référent asks for about a proposal."""


def still_waiting(acts: Collection[Act], decisions: Collection[Decision]) -> tuple[Act, ...]:
    """Return the proposals, as they came, that nobody confirmed, declined or made needless by deciding on the same."""
    settled = {act.target for act in acts if act.action in SETTLING and act.outcome is ActOutcome.DONE}
    latest: dict[str, datetime] = {}
    for decision in decisions:
        latest[decision.target] = max(decision.decided_at, latest.get(decision.target, decision.decided_at))
    return tuple(
        act
        for act in acts
        if act.outcome is ActOutcome.WAITING
        and act.mail not in settled
        and not (act.target in latest and latest[act.target] >= act.at)
    )
