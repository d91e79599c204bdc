"""What became of the mails that asked for actions: only added, a decision together with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, literal, or_, select, true

from mailsla.adapters.database.bulk import among, insert_new
from mailsla.adapters.database.decisions import Decisions, add_decision
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.keys import key_begins, numbers_of
from mailsla.adapters.database.sealed_messages import UNSEALED
from mailsla.adapters.database.tables import ACT, DERIVED_MESSAGE, MESSAGE, OUTGOING
from mailsla.adapters.database.tied_messages import TiedMessages
from mailsla.core.alerts.asked_action import SETTLING, Act, ActOutcome, ActReason
from mailsla.core.alerts.signed_action import MailAction
from mailsla.core.mail.copies import Mail
from mailsla.core.mail.kinds import MailKind
from mailsla.core.office.sides import Side
from mailsla.core.pairing.decision import Decision

AT_ONCE = 100
"""Mails read in one go; the next round reads the next."""


class Acts:
    """Satisfies `mailsla.usecases.act_from_mail.Acts`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def unread(self) -> list[Mail]:
        """Return the mails of which nothing is noted yet, as they were stored; no more than `AT_ONCE`."""
        # Written out: a partial index serves a value that is known when the query is planned.
        asks = DERIVED_MESSAGE.c.kind == literal(MailKind.ACTION.value, literal_execute=True)
        query = (
            select(MESSAGE.c.id, MESSAGE.c.key)
            .join(DERIVED_MESSAGE, DERIVED_MESSAGE.c.message_id == MESSAGE.c.id)
            .where(asks, DERIVED_MESSAGE.c.side == Side.ASIDE.value, UNSEALED)
            .order_by(MESSAGE.c.id)
        )
        with reading(self._engine) as connection:
            found = {row.key: row.id for row in connection.execute(query)}
            noted = set(connection.execute(select(ACT.c.mail)).scalars()) if found else set()
            numbers = [number for key, number in found.items() if key not in noted]
            return TiedMessages(connection, AT_ONCE).mails(numbers[:AT_ONCE])

    def proposal(self, prefix: str) -> tuple[Act, Mail] | None:
        """Return the proposal that waits whose mail's key begins so, and that mail; None unless there is one."""
        with reading(self._engine) as connection:
            keys = connection.execute(select(MESSAGE.c.key).where(key_begins(prefix))).scalars().all()
            waiting = [act for act in _acts(connection, ACT.c.mail.in_(keys)) if _waits(act)]
            if len(waiting) != 1 or _is_settled(connection, waiting[0]):
                return None
            numbers = numbers_of(connection, [waiting[0].mail]).values()
            mails = TiedMessages(connection, AT_ONCE).mails(list(numbers))
            # What it said went with its personal data.
            return (waiting[0], mails[0]) if mails else None

    def is_used(self, token: str) -> bool:
        """Tell whether a token, by its name, was used up."""
        with reading(self._engine) as connection:
            return connection.execute(select(ACT.c.mail).where(ACT.c.token == token)).first() is not None

    def note(self, act: Act) -> None:
        """Note what became of a mail, unless that is noted already, or another one used its token up meanwhile."""
        with writing(self._engine) as connection:
            insert_new(connection, ACT, [_row(act)])

    def deciding(self, act: Act) -> DecisionByMail:
        """Return where a decision is added together with what became of its mail, or neither is."""
        return DecisionByMail(self._engine, act)

    def all(self, since: datetime | None = None) -> tuple[Act, ...]:
        """Return what became of every mail, or of those looked at from an instant on, as they were looked at."""
        with reading(self._engine) as connection:
            return _acts(connection, true() if since is None else ACT.c.at >= since)

    def last_told(self, recipient: str, purpose: str) -> datetime | None:
        """Return when somebody was last handed a mail of a purpose; None when never."""
        sent = OUTGOING.c.sent_at
        latest = select(func.max(sent, type_=sent.type))
        query = latest.where(OUTGOING.c.recipient == recipient, OUTGOING.c.purpose == purpose)
        with reading(self._engine) as connection:
            at: datetime | None = connection.execute(query).scalar_one()
        return at

    def reminders(self, keys: Collection[str]) -> tuple[Act, ...]:
        """Return by what people asked to be told again of some requests."""
        with reading(self._engine) as connection:
            return _acts(connection, ACT.c.until.is_not(None) & among(ACT.c.target, keys, connection))


@dataclass(frozen=True)
class DecisionByMail:
    """Decisions, to which one may be added together with what became of a mail.

    Satisfies `mailsla.usecases.decide.Decisions`.
    """

    engine: Engine
    act: Act

    def taken(self, target: str | None = None) -> Sequence[Decision]:
        """Return every decision, or those about one message, by number."""
        return Decisions(self.engine).taken(target)

    def is_about_sealed(self, decision: Decision) -> bool:
        """Tell whether the values of a mail that a decision names are gone."""
        return Decisions(self.engine).is_about_sealed(decision)

    def add(self, decision: Decision) -> int:
        """Add a decision with what became of its mail, and return its number; that of before, when there is one."""
        named = or_(ACT.c.mail == self.act.mail, ACT.c.token == self.act.token)
        with writing(self.engine) as connection:
            before = connection.execute(select(ACT.c.decision_id).where(named)).first()
            if before is not None:
                return before.decision_id or 0
            number = add_decision(connection, decision)
            connection.execute(insert(ACT).values(_row(replace(self.act, decision=number))))
        return number


def _waits(act: Act) -> bool:
    return act.outcome is ActOutcome.WAITING


def _is_settled(connection: Connection, proposal: Act) -> bool:
    settling = (
        (ACT.c.target == proposal.mail)
        & ACT.c.action.in_([action.value for action in SETTLING])
        & (ACT.c.outcome == ActOutcome.DONE.value)
    )
    return connection.execute(select(ACT.c.mail).where(settling)).first() is not None


def _acts(connection: Connection, which: ColumnElement[bool]) -> tuple[Act, ...]:
    return tuple(_found(connection, which))


def _found(connection: Connection, which: ColumnElement[bool]) -> Iterator[Act]:
    for row in connection.execute(select(ACT).where(which).order_by(ACT.c.at, ACT.c.mail)):
        yield Act(
            mail=row.mail,
            at=row.at,
            outcome=ActOutcome(row.outcome),
            reason=None if row.reason is None else ActReason(row.reason),
            action=None if row.action is None else MailAction(row.action),
            target=row.target,
            token=row.token,
            decision=row.decision_id,
            until=row.until,
            detail=row.detail,
        )


def _row(act: Act) -> dict[str, object]:
    return {
        "mail": act.mail,
        "at": act.at,
        "outcome": act.outcome.value,
        "reason": None if act.reason is None else act.reason.value,
        "action": None if act.action is None else act.action.value,
        "target": act.target,
        "token": act.token,
        "decision_id": act.decision,
        "until": act.until,
        "detail": act.detail,
    }
