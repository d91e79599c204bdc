"""Derivations in the database: written by one worker at a time, read by every report."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from mailsla.adapters.database import rows
from mailsla.adapters.database.bulk import STREAMED, among
from mailsla.adapters.database.copies import derive_again
from mailsla.adapters.database.derivation_work import DerivationWork, tie_joined
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.targets import (
    DECISION,
    DERIVED_DOUBT,
    DERIVED_MESSAGE,
    DERIVED_REQUEST,
    MESSAGE,
    PUBLICATION,
)
from mailsla.adapters.machine.second_process import SecondProcess
from mailsla.core.office.sides import Side
from mailsla.core.pairing.decision import Decision, in_force
from mailsla.core.pairing.derivation import DerivedMessage
from mailsla.core.pairing.recipient_matching import Doubt
from mailsla.core.pairing.request import Request
from mailsla.core.rate.case import Case
from mailsla.core.rate.publication import Publication

CASE_COLUMNS = (
    "key",
    "received_at",
    "answered_at",
    "service",
    "assigned_at",
    "category",
    "follow_up",
    "imported",
    "announced_at",
    "answer_by",
    "first_response_at",
    "acknowledged_at",
    "excluded",
    "subject",
)


class Derivations:
    """What follows from the facts. Satisfies `mailsla.usecases.derive.DerivationStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def deriving(self) -> Iterator[DerivationWork]:
        """Open the transaction in which one worker at a time derives: a second one waits for its end."""
        with writing(self._engine) as connection, SecondProcess() as second:
            yield DerivationWork(connection, second)

    def requests(self, received_from: datetime | None = None) -> tuple[Request, ...]:
        """Return the requests and follow-ups received from an instant on, by receipt."""
        query = select(DERIVED_REQUEST).order_by(DERIVED_REQUEST.c.received_at, DERIVED_REQUEST.c.key)
        if received_from is not None:
            query = query.where(DERIVED_REQUEST.c.received_at >= received_from)
        with reading(self._engine) as connection:
            return tuple(rows.request_of(row) for row in connection.execute(query))

    def cases(self) -> tuple[Case, ...]:
        """Return every request and follow-up as the figures count them, by receipt."""
        columns = [DERIVED_REQUEST.c[name] for name in CASE_COLUMNS]
        query = select(*columns).order_by(DERIVED_REQUEST.c.received_at, DERIVED_REQUEST.c.key)
        with reading(self._engine) as connection:
            return tuple(rows.case_of(row) for row in connection.execute(query))

    def facts_digest(self, since: datetime, until: datetime) -> str:
        """Return a digest of the identities and instants of the messages of [since, until]."""
        query = (
            select(DERIVED_MESSAGE.c.key, DERIVED_MESSAGE.c.at)
            .where(DERIVED_MESSAGE.c.at >= since, DERIVED_MESSAGE.c.at <= until)
            .order_by(DERIVED_MESSAGE.c.key)
        )
        digest = hashlib.sha256()
        with reading(self._engine) as connection:
            for key, at in connection.execute(query):
                digest.update(f"{key} {at.isoformat()}\n".encode())
        return digest.hexdigest()[:16]

    def decisions_digest(self) -> str:
        """Return a digest of every decision taken."""
        digest = hashlib.sha256()
        with reading(self._engine) as connection:
            for row in connection.execute(select(DECISION).order_by(DECISION.c.id)):
                digest.update(repr(tuple(row)).encode())
        return digest.hexdigest()[:16]

    def decisions(self, target: str | None = None) -> tuple[Decision, ...]:
        """Return every decision, or those about one message, by number."""
        which = DECISION.c.id.is_not(None) if target is None else DECISION.c.target == target
        with reading(self._engine) as connection:
            return _decisions(connection, which)

    def decided(self) -> frozenset[str]:
        """Return the keys of the requests and mails about which a decision is in force."""
        found = in_force(self.decisions()).all
        return frozenset(key for item in found for key in (item.target, item.other) if key is not None)

    def decide(self, decision: Decision) -> int:
        """Add a decision and return its number; what it is about is derived again."""
        with writing(self._engine) as connection:
            values = rows.decision_row(decision)
            added = connection.execute(insert(DECISION).values(values).returning(DECISION.c.id))
            number = int(added.scalar_one())
            named = [key for key in (decision.target, decision.other) if key is not None]
            about = select(MESSAGE.c.id).where(MESSAGE.c.key.in_(named))
            derive_again(connection, connection.execute(about).scalars())
            tie_joined(connection, replace(decision, number=number))
        return number

    def publications(self) -> tuple[Publication, ...]:
        """Return what was published, oldest first."""
        with reading(self._engine) as connection:
            found = connection.execute(select(PUBLICATION).order_by(PUBLICATION.c.id))
            return tuple(rows.publication_of(row) for row in found)

    def publish(self, publication: Publication) -> None:
        """Add a publication."""
        with writing(self._engine) as connection:
            connection.execute(insert(PUBLICATION), [rows.publication_row(publication)])

    def unanswered(self) -> Iterator[Request]:
        """Yield the requests and follow-ups that nothing answered, by receipt; they are not held all at once."""
        query = (
            select(DERIVED_REQUEST)
            .where(DERIVED_REQUEST.c.answered_at.is_(None), DERIVED_REQUEST.c.excluded.is_(None))
            .order_by(DERIVED_REQUEST.c.received_at, DERIVED_REQUEST.c.key)
        )
        with reading(self._engine) as connection:
            yield from map(rows.request_of, connection.execute(query, execution_options=STREAMED))

    def requests_named(self, prefix: str) -> tuple[Request, ...]:
        """Return the requests whose key begins with `prefix`."""
        query = (
            select(DERIVED_REQUEST)
            .where(DERIVED_REQUEST.c.key.startswith(prefix, autoescape=True))
            .order_by(DERIVED_REQUEST.c.key)
        )
        with reading(self._engine) as connection:
            return tuple(rows.request_of(row) for row in connection.execute(query))

    def doubts(self) -> tuple[Doubt, ...]:
        """Return the possible replies that a person must look at, by date."""
        query = select(DERIVED_DOUBT).order_by(DERIVED_DOUBT.c.sent_at, DERIVED_DOUBT.c.reply)
        with reading(self._engine) as connection:
            return tuple(rows.doubt_of(row) for row in connection.execute(query))

    def earliest_receipt(self) -> datetime | None:
        """Return when the oldest request was received."""
        with reading(self._engine) as connection:
            earliest: datetime | None = connection.execute(
                select(func.min(DERIVED_REQUEST.c.received_at))
            ).scalar_one()
        return earliest

    def outbound_count(self) -> int:
        """Count the messages of the office to someone outside."""
        outbound = DERIVED_MESSAGE.c.side == Side.OUTBOUND.value
        query = select(func.count()).select_from(DERIVED_MESSAGE).where(outbound)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def not_requests(self, since: datetime, until: datetime) -> tuple[tuple[str, int], ...]:
        """Count the messages of [since, until[ that were nobody's letter, by kind."""
        query = (
            select(DERIVED_MESSAGE.c.kind, func.count())
            .where(DERIVED_MESSAGE.c.side == Side.ASIDE.value)
            .where(DERIVED_MESSAGE.c.at >= since, DERIVED_MESSAGE.c.at < until)
            .group_by(DERIVED_MESSAGE.c.kind)
            .order_by(DERIVED_MESSAGE.c.kind)
        )
        with reading(self._engine) as connection:
            return tuple((kind, count) for kind, count in connection.execute(query))

    def conversation(self, name: str) -> tuple[DerivedMessage, ...]:
        """Return the messages of one conversation, by time."""
        return self._messages(DERIVED_MESSAGE.c.conversation == name)

    def messages_named(self, prefix: str) -> tuple[DerivedMessage, ...]:
        """Return the messages whose key begins with `prefix`."""
        return self._messages(DERIVED_MESSAGE.c.key.startswith(prefix, autoescape=True))

    def message(self, key: str) -> DerivedMessage | None:
        """Return what was derived of one message."""
        return next(iter(self._messages(DERIVED_MESSAGE.c.key == key)), None)

    def message_ids(self, keys: Collection[str]) -> dict[str, str | None]:
        """Return the Message-IDs of any number of messages, by key, in one statement."""
        with reading(self._engine) as connection:
            query = select(MESSAGE.c.key, MESSAGE.c.message_id).where(among(MESSAGE.c.key, keys, connection))
            return {row.key: row.message_id for row in connection.execute(query)}

    def messages(self) -> tuple[DerivedMessage, ...]:
        """Return what was derived of every message, by time."""
        return self._messages(DERIVED_MESSAGE.c.key.is_not(None))

    def _messages(self, which: Any) -> tuple[DerivedMessage, ...]:
        query = (
            select(DERIVED_MESSAGE, MESSAGE.c.message_id, MESSAGE.c.subject)
            .join(MESSAGE, MESSAGE.c.key == DERIVED_MESSAGE.c.key)
            .where(which)
            .order_by(DERIVED_MESSAGE.c.at, DERIVED_MESSAGE.c.key)
        )
        with reading(self._engine) as connection:
            return tuple(
                DerivedMessage(
                    key=row.key,
                    message_id=row.message_id,
                    subject=row.subject,
                    conversation=row.conversation,
                    evidence=row.evidence,
                    tied_to=row.tied_to,
                    side=row.side,
                    kind=row.kind,
                    reason=tuple(row.reason or ()),
                    at=row.at,
                    basis=row.basis,
                )
                for row in connection.execute(query)
            )


def _decisions(connection: Connection, which: Any) -> tuple[Decision, ...]:
    found = connection.execute(select(DECISION).where(which).order_by(DECISION.c.id))
    return tuple(rows.decision_of(row) for row in found)
