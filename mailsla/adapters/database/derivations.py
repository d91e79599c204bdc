"""Derivations in the database: written by one worker at a time, read by every report."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, update

from mailsla.adapters.database import rows
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.facts import ACCOUNT, LOCATION, MAILBOX, MESSAGE, insert_new, parts, table
from mailsla.adapters.database.tables import (
    DecisionRow,
    DerivationRow,
    DerivedDoubtRow,
    DerivedMessageRow,
    DerivedRequestRow,
    KeywordRow,
    PublicationRow,
    TieRow,
)
from mailsla.core.case import Case
from mailsla.core.decision import Decision, in_force
from mailsla.core.derivation import Derivation, DerivedMessage
from mailsla.core.mail import Mail, Place
from mailsla.core.publication import Publication
from mailsla.core.reading import Side
from mailsla.core.recipient_matching import Doubt
from mailsla.core.request import Request

TIE, DERIVATION = table(TieRow), table(DerivationRow)
DERIVED_MESSAGE, DERIVED_REQUEST = table(DerivedMessageRow), table(DerivedRequestRow)
DERIVED_DOUBT = table(DerivedDoubtRow)
KEYWORD, DECISION, PUBLICATION = table(KeywordRow), table(DecisionRow), table(PublicationRow)
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
    def deriving(self) -> Iterator[_Work]:
        """Open the transaction in which one worker at a time derives: a second one waits for its end."""
        with writing(self._engine) as connection:
            insert_new(connection, DERIVATION, [{"id": 1, "rules": ""}])
            locked = select(DERIVATION.c.rules).where(DERIVATION.c.id == 1).with_for_update()
            yield _Work(connection, connection.execute(locked).scalar_one())

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
            connection.execute(update(MESSAGE).where(MESSAGE.c.key.in_(named)).values(pending=True))
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

    def unanswered(self) -> tuple[Request, ...]:
        """Return the requests and follow-ups that nothing answered, by receipt."""
        query = (
            select(DERIVED_REQUEST)
            .where(DERIVED_REQUEST.c.answered_at.is_(None), DERIVED_REQUEST.c.excluded.is_(None))
            .order_by(DERIVED_REQUEST.c.received_at, DERIVED_REQUEST.c.key)
        )
        with reading(self._engine) as connection:
            return tuple(rows.request_of(row) for row in connection.execute(query))

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


class _Work:
    """One transaction over the derivations. Satisfies `mailsla.usecases.derive.DerivationWork`."""

    def __init__(self, connection: Connection, rules: str) -> None:
        self._connection = connection
        self.rules = rules

    def pending(self) -> Sequence[int]:
        query = select(MESSAGE.c.id).where(MESSAGE.c.pending.is_(True)).order_by(MESSAGE.c.id)
        return list(self._connection.execute(query).scalars())

    def all(self) -> Mapping[int, Mail]:
        return self._load(select(MESSAGE), _places())

    def mails(self, numbers: Iterable[int]) -> Mapping[int, Mail]:
        found: dict[int, Mail] = {}
        for part in parts(sorted(set(numbers))):
            messages = select(MESSAGE).where(MESSAGE.c.id.in_(part))
            found.update(self._load(messages, _places().where(LOCATION.c.message_id.in_(part))))
        return found

    def _load(self, messages: Select[Any], places: Select[Any]) -> dict[int, Mail]:
        by_message: dict[int, list[Place]] = defaultdict(list)
        keywords = self._keywords(places)
        for row in self._connection.execute(places):
            by_message[row.message_id].append(rows.place_of(row, tuple(keywords.get(row.location_id, ()))))
        return {
            row.id: Mail(row.key, rows.header_of(row), row.first_seen_at, tuple(by_message[row.id]))
            for row in self._connection.execute(messages)
        }

    def _keywords(self, places: Select[Any]) -> dict[int, list[tuple[str, datetime]]]:
        """Return the keywords that are on some copies, by copy."""
        wanted = places.with_only_columns(LOCATION.c.id).order_by(None)
        query = (
            select(KEYWORD.c.location_id, KEYWORD.c.name, KEYWORD.c.first_seen_at)
            .where(KEYWORD.c.gone_at.is_(None), KEYWORD.c.location_id.in_(wanted))
            .order_by(KEYWORD.c.location_id, KEYWORD.c.first_seen_at, KEYWORD.c.name)
        )
        found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
        for location, name, first_seen_at in self._connection.execute(query):
            found[location].append((name, first_seen_at))
        return found

    def decisions(self, keys: Iterable[str] | None = None) -> tuple[Decision, ...]:
        if keys is None:
            return _decisions(self._connection, DECISION.c.id.is_not(None))
        return tuple(
            decision
            for part in parts(sorted(keys))
            for decision in _decisions(self._connection, DECISION.c.target.in_(part))
        )

    def save_ties(self, ties: Mapping[int, frozenset[str]]) -> None:
        for part in parts(ties):
            self._connection.execute(delete(TIE).where(TIE.c.message_id.in_(part)))
        named = [
            {"message_id": number, "name": name}
            for number, names in ties.items()
            for name in sorted({rows.tie_name(tie) for tie in names})
        ]
        if named:
            self._connection.execute(insert(TIE), named)

    def tied(self, numbers: Iterable[int]) -> set[int]:
        found = set(numbers)
        frontier = found
        while frontier:
            reached = {number for part in parts(sorted(frontier)) for number in self._neighbours(part)}
            frontier = reached - found
            found |= frontier
        return found

    def _neighbours(self, numbers: list[int]) -> Iterable[int]:
        other = TIE.alias()
        query = (
            select(other.c.message_id)
            .distinct()
            .join(TIE, TIE.c.name == other.c.name)
            .where(TIE.c.message_id.in_(numbers))
        )
        return self._connection.execute(query).scalars()

    def clear(self) -> None:
        for target in (TIE, DERIVED_MESSAGE, DERIVED_REQUEST, DERIVED_DOUBT):
            self._connection.execute(delete(target))

    def replace(self, derivation: Derivation) -> None:
        for part in parts(derivation.readings):
            self._connection.execute(delete(DERIVED_MESSAGE).where(DERIVED_MESSAGE.c.key.in_(part)))
            self._connection.execute(delete(DERIVED_REQUEST).where(DERIVED_REQUEST.c.key.in_(part)))
            self._connection.execute(delete(DERIVED_DOUBT).where(DERIVED_DOUBT.c.reply.in_(part)))
        messages = [
            rows.derived_message_row(derivation.readings[key], derivation.links[key], name)
            for name, members in derivation.conversations.items()
            for key in members
        ]
        for target, values in (
            (DERIVED_MESSAGE, messages),
            (DERIVED_REQUEST, [rows.request_row(request) for request in derivation.requests]),
            (DERIVED_DOUBT, [rows.doubt_row(doubt) for doubt in derivation.doubts]),
        ):
            if values:
                self._connection.execute(insert(target), values)

    def finish(self, numbers: Iterable[int], rules: str) -> None:
        for part in parts(numbers):
            self._connection.execute(update(MESSAGE).where(MESSAGE.c.id.in_(part)).values(pending=False))
        self._connection.execute(update(DERIVATION).where(DERIVATION.c.id == 1).values(rules=rules))


def _decisions(connection: Connection, which: Any) -> tuple[Decision, ...]:
    found = connection.execute(select(DECISION).where(which).order_by(DECISION.c.id))
    return tuple(rows.decision_of(row) for row in found)


def _places() -> Select[Any]:
    """Select every copy in an order that does not depend on when it was collected."""
    return (
        select(
            LOCATION.c.id.label("location_id"),
            LOCATION.c.message_id,
            LOCATION.c.first_seen_at,
            LOCATION.c.internal_at,
            LOCATION.c.hop_at,
            LOCATION.c.imported,
            LOCATION.c.gone_at,
            MAILBOX.c.role,
            MAILBOX.c.name.label("mailbox_name"),
            ACCOUNT.c.name.label("account_name"),
        )
        .join(MAILBOX, MAILBOX.c.id == LOCATION.c.mailbox_id)
        .join(ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id)
        .order_by(
            LOCATION.c.message_id, ACCOUNT.c.name, MAILBOX.c.name, LOCATION.c.uid_validity, LOCATION.c.uid
        )
    )
