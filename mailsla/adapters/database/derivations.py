"""Derivations in the database: written by one worker at a time, read by every report."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, literal, select, true, update

from mailsla.adapters.database.added import NOTHING_ADDED, Added
from mailsla.adapters.database.bulk import among
from mailsla.adapters.database.column_values import is_key
from mailsla.adapters.database.counted_requests import counted_requests, unanswered_requests
from mailsla.adapters.database.derivation_work import PORTION, DerivationWork
from mailsla.adapters.database.derived_requests import (
    BY_RECEIPT,
    CASES,
    REQUESTS,
    case_of,
    doubts_in,
    requests_in,
)
from mailsla.adapters.database.engine import reading, snapshot, writing
from mailsla.adapters.database.facts_digests import facts_digests
from mailsla.adapters.database.keys import key_begins, numbers_of
from mailsla.adapters.database.request_lists import RequestLists
from mailsla.adapters.database.set_aside import MessageSetAside
from mailsla.adapters.database.tables import (
    ACCOUNT,
    DERIVATION,
    DERIVED_MESSAGE,
    DERIVED_REQUEST,
    LOCATION,
    MAILBOX,
    MESSAGE,
    PENDING,
)
from mailsla.adapters.database.taken_back import taken_back
from mailsla.adapters.machine.second_process import SecondProcess
from mailsla.core.collection.to_store import UNFORESEEN
from mailsla.core.mail.kinds import MailKind
from mailsla.core.office.sides import Side
from mailsla.core.pairing.configured import Configured, RuleNames
from mailsla.core.pairing.derivation import DerivedMessage
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.rate.case import Case
from mailsla.core.rate.effect import TakenBack
from mailsla.core.rate.publication import SourceDigest
from mailsla.core.rate.reading import Reading


class Derivations(RequestLists):
    """What follows from the facts. Satisfies `mailsla.usecases.derive.DerivationStore`.

    Args:
        engine: The store.
        portion: Messages derived at once.
        shared: The second process of whoever collects meanwhile; one of its own while it derives, when there is none.
    """

    def __init__(self, engine: Engine, portion: int = PORTION, shared: SecondProcess | None = None) -> None:
        super().__init__(engine)
        self._portion = portion
        self._shared = shared

    def beside(self, second: SecondProcess) -> Derivations:
        """Return the same for whoever collects meanwhile, with that second process: nobody is waited for."""
        return Derivations(self._engine, self._portion, second)

    @contextmanager
    def deriving(self, added: Added | None = None) -> Iterator[DerivationWork]:
        """Open the transaction in which one worker at a time derives, knowing what was just added.

        A second one waits for its end. Beside a collection it fails at once while another one derives, where the
        database can tell (PostgreSQL).
        """
        shared, is_beside = self._shared, self._shared is not None
        with (
            # Beside, what is found, by what it waits and what it says are of one moment, and there is much of it.
            writing(self._engine, repeatable=True, is_bulk=is_beside, is_snapshot=is_beside) as connection,
            SecondProcess() if shared is None else nullcontext(shared) as second,
        ):
            yield DerivationWork(
                connection, second, self._portion, waits=not is_beside, added=added or NOTHING_ADDED
            )

    def requests(self, received_from: datetime | None = None) -> tuple[Request, ...]:
        """Return the requests and follow-ups received from an instant on, by receipt."""
        query = REQUESTS.order_by(*BY_RECEIPT)
        if received_from is not None:
            query = query.where(DERIVED_REQUEST.c.received_at >= received_from)
        with reading(self._engine) as connection:
            return tuple(requests_in(connection, query))

    def cases(self, first: datetime | None = None, before: datetime | None = None) -> tuple[Case, ...]:
        """Return the requests and follow-ups received from an instant on, before another, by receipt; or all."""
        query = CASES
        if first is not None:
            query = query.where(DERIVED_REQUEST.c.received_at >= first)
        if before is not None:
            query = query.where(DERIVED_REQUEST.c.received_at < before)
        with reading(self._engine) as connection:
            return tuple(case_of(row) for row in connection.execute(query.order_by(*BY_RECEIPT)))

    def counted(self, wanted: Reading) -> tuple[Case, ...]:
        """Return what a report must read of the requests: alone, or each with those that no figure tells from it."""
        with snapshot(self._engine) as connection:
            return tuple(counted_requests(connection, wanted))

    def unanswered_cases(self, since: datetime, most: int | None, service: str | None) -> tuple[Case, ...]:
        """Return the requests and follow-ups that nothing answered, by receipt; of many, those that fall due first.

        Args:
            since: All those received from this instant on are among them.
            most: How many of each category at least, of those received before it, beside those with an announced date;
                None for all.
            service: The only service; None for any.
        """
        with reading(self._engine) as connection:
            return tuple(map(case_of, connection.execute(unanswered_requests(since, most, service))))

    def taken_back(self, rules: PairingRules, numbers: Collection[int]) -> Iterator[TakenBack]:
        """Yield, for some decisions, the requests around each and what they would be without it."""
        return taken_back(self._engine, rules, numbers)

    def facts_digests(self, stretches: Sequence[tuple[datetime, datetime]]) -> list[SourceDigest]:
        """Return, for each of some stretches of time, the digests of its messages.

        Both ends belong to a stretch. All is read once, however many stretches there are.
        """
        with reading(self._engine) as connection:
            return facts_digests(connection, stretches)

    def requests_named(self, prefix: str) -> tuple[Request, ...]:
        """Return the requests whose key begins with `prefix`."""
        query = REQUESTS.where(key_begins(prefix)).order_by(MESSAGE.c.key)
        with reading(self._engine) as connection:
            return tuple(requests_in(connection, query))

    def requests_around(self, keys: Collection[str]) -> tuple[Request, ...]:
        """Return the requests of the conversations that some messages belong to, by receipt."""
        with reading(self._engine) as connection:
            numbers = numbers_of(connection, keys).values()
            named = select(DERIVED_MESSAGE.c.conversation).where(
                among(DERIVED_MESSAGE.c.message_id, numbers, connection)
            )
            query = REQUESTS.where(DERIVED_REQUEST.c.conversation.in_(named)).order_by(*BY_RECEIPT)
            return tuple(requests_in(connection, query))

    def doubts(self) -> tuple[Doubt, ...]:
        """Return what a person must look at, by date."""
        with reading(self._engine) as connection:
            return tuple(doubts_in(connection, true()))

    def earliest_receipt(self) -> datetime | None:
        """Return when the oldest request was received."""
        with reading(self._engine) as connection:
            earliest: datetime | None = connection.execute(
                select(func.min(DERIVED_REQUEST.c.received_at))
            ).scalar_one()
        return earliest

    def request_count(self) -> int:
        """Count the requests and follow-ups."""
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(DERIVED_REQUEST)).scalar_one()

    def underived(self) -> tuple[MessageSetAside, ...]:
        """Return every message that could not be derived, each at the first copy that is still there."""
        other = LOCATION.alias()
        first = select(func.min(other.c.id)).where(
            other.c.message_id == MESSAGE.c.id, other.c.gone_at.is_(None)
        )
        query = (
            select(DERIVED_MESSAGE.c.reason, DERIVED_MESSAGE.c.at, LOCATION.c.uid)
            .add_columns(MAILBOX.c.name.label("mailbox"), ACCOUNT.c.name.label("account"))
            .join(MESSAGE, MESSAGE.c.id == DERIVED_MESSAGE.c.message_id)
            .join(LOCATION, LOCATION.c.id == first.scalar_subquery())
            .join(MAILBOX, MAILBOX.c.id == LOCATION.c.mailbox_id)
            .join(ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id)
            # Written out: a partial index serves a value that is known when the query is planned.
            .where(DERIVED_MESSAGE.c.kind == literal(MailKind.UNDERIVED.value, literal_execute=True))
            .order_by(LOCATION.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(
                MessageSetAside(row.account, row.mailbox, row.uid, f"{UNFORESEEN}{row.reason[0]}", row.at)
                for row in connection.execute(query)
            )

    def made_by(self) -> tuple[RuleNames, Configured]:
        """Return the rules that made the derivations, and what is kept of their configuration."""
        columns = (DERIVATION.c[name] for name in (*RuleNames._fields, "saved_at", "settings"))
        with reading(self._engine) as connection:
            found = connection.execute(select(*columns).where(DERIVATION.c.id == 1)).one_or_none()
        if found is None:
            return RuleNames("", "", ""), Configured()
        return RuleNames(found.rules, found.ties, found.days), Configured(
            found.saved_at, found.settings or {}
        )

    def is_pending(self) -> bool:
        """Tell whether a message waits to be derived."""
        with reading(self._engine) as connection:
            return connection.execute(select(PENDING.c.id).limit(1)).first() is not None

    def note_outdated(self, at: datetime) -> None:
        """Note that a process which has an older configuration works on this store at an instant."""
        with writing(self._engine) as connection:
            connection.execute(update(DERIVATION).where(DERIVATION.c.id == 1).values(outdated_at=at))

    def outdated_at(self) -> datetime | None:
        """Return when a process which has an older configuration last worked on this store."""
        with reading(self._engine) as connection:
            query = select(DERIVATION.c.outdated_at).where(DERIVATION.c.id == 1)
            return connection.execute(query).scalar_one_or_none()

    def waiting_since(self) -> datetime | None:
        """Return since when the oldest message waits to be derived; None when none does, or nobody knows."""
        oldest = func.min(PENDING.c.since, type_=PENDING.c.since.type)
        with reading(self._engine) as connection:
            since: datetime | None = connection.execute(select(oldest)).scalar_one()
        return since

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
        with reading(self._engine) as connection:
            numbers = numbers_of(connection, [name])
        return self._messages(DERIVED_MESSAGE.c.conversation == numbers[name]) if numbers else ()

    def conversations_of(self, names: Collection[str]) -> dict[str, list[DerivedMessage]]:
        """Return the messages of some conversations by its name, each by time."""
        found: dict[str, list[DerivedMessage]] = {}
        with reading(self._engine) as connection:
            numbers = numbers_of(connection, names).values()
            for message in self._messages(among(DERIVED_MESSAGE.c.conversation, numbers, connection)):
                found.setdefault(message.conversation, []).append(message)
        return found

    def messages_named(self, prefix: str) -> tuple[DerivedMessage, ...]:
        """Return the messages whose key begins with `prefix`."""
        return self._messages(key_begins(prefix))

    def message(self, key: str) -> DerivedMessage | None:
        """Return what was derived of one message."""
        return next(iter(self._messages(key_begins(key))), None) if is_key(key) else None

    def messages(self) -> tuple[DerivedMessage, ...]:
        """Return what was derived of every message, by time."""
        return self._messages(true())

    def _messages(self, which: Any) -> tuple[DerivedMessage, ...]:
        naming, tied = MESSAGE.alias(), MESSAGE.alias()
        columns = ("evidence", "side", "kind", "reason", "at", "basis", "mail_class")
        derived = [DERIVED_MESSAGE.c[name] for name in columns]
        query = (
            select(MESSAGE.c.key, MESSAGE.c.message_id, MESSAGE.c.subject, *derived)
            .add_columns(naming.c.key.label("conversation"), tied.c.key.label("tied_to"))
            .select_from(DERIVED_MESSAGE)
            .join(MESSAGE, MESSAGE.c.id == DERIVED_MESSAGE.c.message_id)
            .join(naming, naming.c.id == DERIVED_MESSAGE.c.conversation)
            .outerjoin(tied, tied.c.id == DERIVED_MESSAGE.c.tied_to)
            .where(which)
            .order_by(DERIVED_MESSAGE.c.at, MESSAGE.c.key)
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
                    mail_class=row.mail_class,
                )
                for row in connection.execute(query)
            )
