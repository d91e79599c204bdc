"""Seals messages: blanks what names people in every table, and leaves all that figures and their proof rest on.

Rows stay, with their keys, numbers and instants, the salted hashes of what went, and what was derived.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, bindparam, delete, func, null, or_, select, update

from mailsla.adapters.database.bulk import among
from mailsla.adapters.database.clue_counts import clues_of
from mailsla.adapters.database.decisions import decision_of
from mailsla.adapters.database.kept_counts import KeptCounts
from mailsla.adapters.database.keys import keys_of
from mailsla.adapters.database.request_days import RequestDays
from mailsla.adapters.database.request_details import without_citizens
from mailsla.adapters.database.rows import Counts
from mailsla.adapters.database.sealed_ids import SealedIds
from mailsla.adapters.database.tables import (
    ACT,
    ALERT,
    DECISION,
    DERIVED_CLUE,
    DERIVED_DAYS,
    DERIVED_MESSAGE,
    DERIVED_REQUEST,
    LOCATION,
    MESSAGE,
    PENDING,
    TIE,
)
from mailsla.core.clock.local_days import LocalDays
from mailsla.core.mail.erased import ERASED
from mailsla.core.pairing.decision import Action

SAYS_NOTHING: dict[str, Any] = {
    "message_id": null(),
    "thread_index": null(),
    "subject": ERASED,
    "ids": {},
    "people": {},
    "kept": [],
    "salt": null(),
}
"""A message without its values."""


class Sealing:
    """Seals messages in a transaction that holds the derivations, which are up to date.

    Args:
        connection: The transaction.
        at: The present instant.
        days: By which requests are counted.
    """

    def __init__(self, connection: Connection, at: datetime, days: LocalDays) -> None:
        self._connection = connection
        self._at = at
        self._days = days

    def seal(self, numbers: Collection[int]) -> int:
        """Seal whole conversations, by the numbers of all their messages; return how many requests they have."""
        self._keep_ids(numbers)
        clues = KeptCounts(self._connection, DERIVED_CLUE)
        clues.subtract(self._clues(numbers))
        self._blank_messages(numbers)
        clues.add(self._clues(numbers))
        clues.write()
        self._blank_reasons(numbers)
        requests = self._blank_requests(numbers)
        keys = list(keys_of(self._connection, numbers).values())
        self._blank_decisions(keys)
        # Nobody is told of them any more.
        told = among(ALERT.c.request, keys, self._connection)
        self._connection.execute(update(ALERT).where(told).values(recipient=ERASED))
        about = or_(*(among(ACT.c[name], keys, self._connection) for name in ("mail", "target")))
        self._connection.execute(update(ACT).where(about).values(detail=""))
        return requests

    def _clues(self, numbers: Collection[int]) -> Counts:
        return clues_of(self._connection, numbers)

    def _keep_ids(self, numbers: Collection[int]) -> None:
        """Keep the digests of their ids: whatever answers one later proves no mail that nobody saw."""
        query = select(MESSAGE.c.message_id).where(
            among(MESSAGE.c.id, numbers, self._connection), MESSAGE.c.message_id.is_not(None)
        )
        found = self._connection.execute(query).scalars().all()
        if found:
            SealedIds(self._connection).add(found)

    def _blank_messages(self, numbers: Collection[int]) -> None:
        run = self._connection.execute
        run(
            update(MESSAGE)
            .where(among(MESSAGE.c.id, numbers, self._connection))
            .values(**SAYS_NOTHING, sealed_at=self._at)
        )
        run(
            update(LOCATION)
            .where(among(LOCATION.c.message_id, numbers, self._connection))
            .values(trace=null())
        )
        for target in (TIE, PENDING):
            run(delete(target).where(among(target.c.message_id, numbers, self._connection)))

    def _blank_reasons(self, numbers: Collection[int]) -> None:
        """Blank the beginnings of headers' values; the rule and the header's name stay."""
        message = DERIVED_MESSAGE.c
        query = select(message.message_id, message.reason).where(
            among(message.message_id, numbers, self._connection), message.reason.is_not(None)
        )
        blank = [
            {"number": number, "said": [code, field, ""]}
            for number, (code, field, value) in self._connection.execute(query)
            if value
        ]
        if blank:
            this = update(DERIVED_MESSAGE).where(message.message_id == bindparam("number"))
            self._connection.execute(this.values(reason=bindparam("said")), blank)

    def _blank_requests(self, numbers: Collection[int]) -> int:
        """Blank what requests repeat of their mails, and why people left them out; return how many there are."""
        request = DERIVED_REQUEST.c
        these = among(request.message_id, numbers, self._connection)
        found = self._connection.execute(
            select(request.message_id, request.detail, request.excluded).where(these)
        ).all()
        blank = [
            {
                "number": row.message_id,
                "said": without_citizens(row.detail),
                "why": None if row.excluded is None else ERASED,
            }
            for row in found
        ]
        if blank:
            this = update(DERIVED_REQUEST).where(request.message_id == bindparam("number"))
            words = this.values(detail=bindparam("said"), excluded=bindparam("why"))
            self._connection.execute(words, blank)
        left_out = [row.message_id for row in found if row.excluded is not None]
        if left_out:
            # The figures know such a request by the words that left it out.
            self._connection.execute(
                delete(DERIVED_DAYS).where(among(DERIVED_DAYS.c.message_id, left_out, self._connection))
            )
            days = RequestDays(self._connection)
            days.count(among(request.message_id, left_out, self._connection), self._days)
            days.forget_unused_shapes()
        return len(found)

    def _blank_decisions(self, keys: Collection[str]) -> None:
        """Blank the free text of decisions about some mails, undone or not; its salted hashes stay."""
        other = func.json_extract(DECISION.c.value, "$.other", type_=String)
        if self._connection.dialect.name == "postgresql":
            other = func.json_extract_path_text(DECISION.c.value, "other", type_=String)
        about = among(DECISION.c.target, keys, self._connection) | among(other, keys, self._connection)
        for row in self._connection.execute(select(DECISION).where(about)).all():
            value = dict(row.value)
            if decision_of(row).action is Action.ANSWERED and value["text"]:
                value["text"] = ERASED
            self._connection.execute(
                update(DECISION)
                .where(DECISION.c.id == row.id)
                .values(reason=ERASED, value=value, salt=null())
            )
