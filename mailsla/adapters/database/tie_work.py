"""Ties made in a transaction that derives: all of them again, or those of what was stored without."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import ColumnElement, Connection, delete, select, true

from mailsla.adapters.database.added import Added
from mailsla.adapters.database.bulk import among, insert_rows
from mailsla.adapters.database.decisions import decisions_where, tie_joined
from mailsla.adapters.database.derivation_parts import rows_of_counted, tie_rows
from mailsla.adapters.database.keys import has_key
from mailsla.adapters.database.messages import TIE_COLUMNS
from mailsla.adapters.database.rows import Rows
from mailsla.adapters.database.tables import DECISION, MESSAGE, TIE
from mailsla.adapters.database.tied_messages import TiedMessages
from mailsla.adapters.machine.second_process import SecondProcess
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.decision import Action

_COUNTS = DECISION.c.action == Action.COUNT.value


class TieWork:
    """What makes ties.

    Args:
        connection: The transaction.
        second: What shares the work.
        read: Reads the messages.
        added: What was just added.
    """

    def __init__(
        self, connection: Connection, second: SecondProcess, read: TiedMessages, added: Added
    ) -> None:
        self._connection = connection
        self._second = second
        self._read = read
        self._added = added

    def tie_all(self, office: Office) -> None:
        """Make every tie again."""
        self._connection.execute(delete(TIE))
        self._tie(office, self._read.messages(true()))
        for decision in decisions_where(self._connection, true()):
            tie_joined(self._connection, decision)
        self._tie_counted(office, true())

    def tie_added(self, office: Office) -> None:
        """Make the ties of what was added that was stored without."""
        added = self._added
        if self._has_counted():
            # They may give more ties to what has some.
            self._added = added = Added(added.numbers)
        self.tie_untied(added.unknown(added.numbers), office)

    def tie_untied(self, numbers: Sequence[int] | None, office: Office) -> None:
        """Make the ties of those messages, or of any, that were stored without."""
        # "NOT IN" would have PostgreSQL read every tie for each part.
        is_tied = select(TIE.c.message_id).where(TIE.c.message_id == MESSAGE.c.id).exists()
        read = self._read
        self._tie(office, read.messages(~is_tied) if numbers is None else read.some_of(numbers, ~is_tied))
        self._tie_counted(
            office, true() if numbers is None else among(MESSAGE.c.id, numbers, self._connection)
        )

    def _tie_counted(self, office: Office, which: ColumnElement[bool]) -> None:
        """Tie the mails that a person said to be citizens' to the replies to them, even if it is undone later."""
        counted = self._connection.execute(select(DECISION.c.target).where(_COUNTS)).scalars().all()
        if not counted:
            return
        for found in self._read.messages(has_key(counted, self._connection) & which):
            insert_rows(self._connection, TIE, TIE_COLUMNS, rows_of_counted(office, found))

    def _has_counted(self) -> bool:
        """Tell whether a person ever said of a mail that it is a citizen's."""
        return self._connection.execute(select(DECISION.c.target).where(_COUNTS).limit(1)).first() is not None

    def _tie(self, office: Office, messages: Iterable[Rows]) -> None:
        for found in self._second.map(partial(tie_rows, replace(office)), messages):
            insert_rows(self._connection, TIE, TIE_COLUMNS, found)
