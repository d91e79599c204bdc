"""Decisions in the database: added, never changed; what one is about is derived again."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from os import urandom
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, insert, select, true

from mailsla.adapters.database.bulk import among, insert_rows
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.keys import has_key
from mailsla.adapters.database.messages import TIE_COLUMNS
from mailsla.adapters.database.pending import derive_again
from mailsla.adapters.database.sealed_messages import SEALED, UNSEALED
from mailsla.adapters.database.tables import DECISION, MESSAGE, TIE
from mailsla.core.mail.erased import ERASED
from mailsla.core.mail.salted_hashes import SALT_BYTES, salted_hashes
from mailsla.core.pairing.decision import Action, Decision, Recorded, in_force
from mailsla.core.pairing.ties import tie_of_decision
from mailsla.core.rate.publication import SALTED, Source, SourceDigest

NONE_TAKEN = hashlib.sha256().hexdigest()[:16]
"""The former digest of no decision at all."""


class Decisions:
    """What people decided. Satisfies `mailsla.usecases.decide.Decisions`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reminders(self, keys: Collection[str]) -> list[Decision]:
        """Return the decisions in force that keep alerts about some requests back."""
        with reading(self._engine) as connection:
            which = (DECISION.c.action == Action.REMIND.value) & among(DECISION.c.target, keys, connection)
            targets = connection.execute(select(DECISION.c.target).where(which)).scalars().all()
        found = (
            in_force(self.taken(target)).last(target, Action.REMIND) for target in dict.fromkeys(targets)
        )
        return [decision for decision in found if decision is not None]

    def taken(self, target: str | None = None) -> tuple[Decision, ...]:
        """Return every decision, or those about one message, by number."""
        which = true() if target is None else DECISION.c.target == target
        with reading(self._engine) as connection:
            return decisions_where(connection, which)

    def decided(self) -> frozenset[str]:
        """Return the keys of the requests and mails about which a decision is in force."""
        return frozenset(key for item in in_force(self.taken()).all for key in _named(item))

    def is_about_sealed(self, decision: Decision) -> bool:
        """Tell whether the values of a mail that a decision names are gone."""
        with reading(self._engine) as connection:
            return bool(_numbers(connection, _named(decision), SEALED))

    def digest(self) -> SourceDigest:
        """Return the digests of every decision taken: its free text goes some day, and its salted hashes stay."""
        digest, former = hashlib.sha256(), NONE_TAKEN
        with reading(self._engine) as connection:
            for row in connection.execute(select(DECISION).order_by(DECISION.c.id)):
                digest.update(_said(decision_of(row)).encode() + (row.hashes or b""))
                former = row.former or ""
        return SourceDigest(Source.DECISIONS, f"{SALTED}{digest.hexdigest()}", former)

    def add(self, decision: Decision) -> int:
        """Add a decision and return its number; what it is about is derived again."""
        with writing(self._engine) as connection:
            return add_decision(connection, decision)


def add_decision(connection: Connection, decision: Decision) -> int:
    """Add a decision in a transaction and return its number; what it is about is derived again."""
    salt = urandom(SALT_BYTES)
    row = {**decision_row(decision), "salt": salt, "hashes": salted_hashes(salt, free_text(decision))}
    added = connection.execute(insert(DECISION).values(row).returning(DECISION.c.id))
    number = int(added.scalar_one())
    derive_again(connection, _numbers(connection, _named(decision)), decision.decided_at)
    tie_joined(connection, replace(decision, number=number))
    return number


def free_text(decision: Decision) -> tuple[str, str]:
    """Return the words of a decision that go when personal data ends."""
    return decision.reason, decision.text


def _said(decision: Decision) -> str:
    """Return what stays of a decision for ever, as text."""
    recorded = decision.recorded
    return repr(
        (
            decision.number,
            decision.target,
            decision.action.value,
            decision.other,
            None if decision.at is None else decision.at.isoformat(),
            decision.undone,
            decision.decided_by,
            decision.decided_at.isoformat(),
            None if recorded is None else (recorded.by, recorded.at.isoformat()),
        )
    )


def decisions_where(connection: Connection, which: Any) -> tuple[Decision, ...]:
    """Return some decisions, by number."""
    found = connection.execute(select(DECISION).where(which).order_by(DECISION.c.id))
    return tuple(decision_of(row) for row in found)


def tie_joined(connection: Connection, decision: Decision) -> None:
    """Tie the mail and the request that a decision joins, even if it is undone later: a tie too many is harmless."""
    if decision.action is Action.JOIN:
        tie = tie_of_decision(decision.number)
        numbers = _numbers(connection, _named(decision), UNSEALED)
        insert_rows(connection, TIE, TIE_COLUMNS, [(tie, number) for number in numbers])


def _named(decision: Decision) -> tuple[str, ...]:
    """Return the keys of the messages that a decision is about."""
    return tuple(key for key in (decision.target, decision.other) if key is not None)


def _numbers(connection: Connection, keys: Iterable[str], *which: ColumnElement[bool]) -> list[int]:
    named = select(MESSAGE.c.id).where(has_key(keys, connection), *which)
    return list(connection.execute(named).scalars())


def decision_row(decision: Decision) -> dict[str, Any]:
    """Return the row of a decision; the store numbers it."""
    return {
        "target": decision.target,
        "action": decision.action.value,
        "value": {
            "other": decision.other,
            "at": None if decision.at is None else decision.at.isoformat(),
            "text": decision.text,
            "undone": decision.undone,
        },
        "reason": decision.reason,
        "decided_by": decision.decided_by,
        "decided_at": decision.decided_at,
        **recorded_values(decision.recorded),
    }


def recorded_values(recorded: Recorded | None) -> dict[str, Any]:
    """Return the columns of what the machine noted."""
    return {
        "recorded_by": None if recorded is None else recorded.by,
        "recorded_at": None if recorded is None else recorded.at,
    }


def recorded_of(row: Any) -> Recorded | None:
    """Return what the machine noted; None in a row of before it did."""
    return None if row.recorded_at is None else Recorded(row.recorded_by, row.recorded_at)


def decision_of(row: Any) -> Decision:
    """Return the decision that a row holds."""
    value = row.value
    return Decision(
        number=row.id,
        target=row.target,
        action=Action(row.action),
        reason=row.reason,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        other=value["other"],
        at=None if value["at"] is None else datetime.fromisoformat(value["at"]),
        text=value["text"],
        undone=value["undone"],
        recorded=recorded_of(row),
        erased=row.salt is None and row.reason == ERASED,
    )
