"""Agents reduced to the office, in messages of which pairing needs no more: nothing that is derived changes by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from mailsla.adapters.database import rows
from mailsla.adapters.database.bulk import among, insert_new
from mailsla.adapters.database.column_values import document_of
from mailsla.adapters.database.derivation_parts import Portion, RulesAtHand, derived_rows
from mailsla.adapters.database.derivation_work import PORTION
from mailsla.adapters.database.keys import keys_of
from mailsla.adapters.database.sealed_messages import UNSEALED
from mailsla.adapters.database.tables import ACT, MESSAGE, PRIVACY
from mailsla.adapters.database.tied_messages import TiedMessages
from mailsla.core.clock.local_days import LocalDays
from mailsla.core.office.agents import reduced
from mailsla.core.pairing.rules import PairingRules

MOST_TIED = 5_000
"""Of a crowd that is tied together agents stay as long as the rest: it would be derived again each time."""

_PEOPLE = rows.STORED_MESSAGE.index("people")


class Agents:
    """The agents that messages name, in a transaction.

    Args:
        connection: The transaction.
        rules: By which mails are paired.
        days: By which requests are counted.
    """

    def __init__(self, connection: Connection, rules: PairingRules, days: LocalDays) -> None:
        self._connection = connection
        self._rules = rules
        self._days = days

    def left(self, before: datetime) -> int:
        """Count the messages first seen before an instant whose agents were not looked at."""
        query = select(func.count()).select_from(MESSAGE).where(*self._left(before))
        return self._connection.execute(query).scalar_one()

    def reduce(self, before: datetime, most: int) -> int:
        """Reduce the agents of the next messages first seen before an instant; return of how many."""
        run, office = self._connection.execute, self._rules.office
        query = select(MESSAGE.c.id, MESSAGE.c.people).where(*self._left(before))
        looked_at = run(query.order_by(MESSAGE.c.id).limit(most)).all()
        if not looked_at:
            return 0
        naming = [number for number, people in looked_at if reduced(people, office) is not None]
        changed = self._reduced_among(naming, before) if naming else 0
        insert_new(self._connection, PRIVACY, [{"id": 1, "agents_through": 0}])
        run(update(PRIVACY).values(agents_through=looked_at[-1].id))
        return changed

    def _reduced_among(self, naming: Sequence[int], before: datetime) -> int:
        """Reduce the agents of some messages and of all that is tied to them; return of how many messages."""
        read = TiedMessages(self._connection, PORTION)
        ground = read.ground(self._rules)
        groups = [group for group in read.groups(read.tied(naming)) if len(group) <= MOST_TIED]
        at_once = self._reduce(ground, read.portion(sorted(chain(*groups))), before)
        if at_once is not None:
            return at_once
        # Something would change: in which group is looked for, and the others go.
        return sum(self._reduce(ground, read.portion(group), before) or 0 for group in groups)

    def _left(self, before: datetime) -> tuple[ColumnElement[bool], ...]:
        through = func.coalesce(select(PRIVACY.c.agents_through).scalar_subquery(), 0)
        return UNSEALED, MESSAGE.c.id > through, MESSAGE.c.first_seen_at < before

    def _reduce(self, ground: RulesAtHand, part: Portion, before: datetime) -> int | None:
        """Reduce the agents of a part that no tie leaves; None when what is derived of it would change."""
        lean = self._lean([row[0] for row in part.messages], part, before)
        if not lean:
            return 0
        values = ground.values
        without = [
            (*row[:_PEOPLE], values.document(lean[row[0]]), *row[_PEOPLE + 1 :]) if row[0] in lean else row
            for row in part.messages
        ]
        if derived_rows(ground, self._days, replace(part, messages=without)) != derived_rows(
            ground, self._days, part
        ):
            return None
        for number, people in lean.items():
            self._connection.execute(update(MESSAGE).where(MESSAGE.c.id == number).values(people=people))
        return len(lean)

    def _lean(self, numbers: Sequence[int], part: Portion, before: datetime) -> dict[int, dict[str, Any]]:
        """Return the people of the messages of a part that are old enough and name agents, by number."""
        run = self._connection.execute
        is_old = (among(MESSAGE.c.id, numbers, self._connection), MESSAGE.c.first_seen_at < before)
        old = set(run(select(MESSAGE.c.id).where(*is_old)).scalars())
        keys = keys_of(self._connection, old)
        # Who asked for an action decided something, and stays.
        acts = select(ACT.c.mail).where(among(ACT.c.mail, list(keys.values()), self._connection))
        asked = set(run(acts).scalars()) if keys else set()
        found = {
            row[0]: reduced(document_of(row[_PEOPLE]), self._rules.office)
            for row in part.messages
            if row[0] in keys and keys[row[0]] not in asked
        }
        return {number: people for number, people in found.items() if people is not None}
