"""How many mails show what `mailsla check` tells of: kept as they are derived (`kept_counts`).

The counts follow from the derived messages alone: what is derived again is taken off as it was, and counted as it is.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, select

from mailsla.adapters.database.bulk import STREAMED, among
from mailsla.adapters.database.rows import Counts
from mailsla.adapters.database.shown_clues import Counted, Shown, clue_counts, host_of
from mailsla.adapters.database.tables import DERIVED_CLUE, DERIVED_MESSAGE, MESSAGE
from mailsla.core.office.sides import UNPROVEN


def clues_of(connection: Connection, numbers: Collection[int]) -> Counts:
    """Return what is counted of some messages, as they are derived now."""
    return clues_where(connection, among(DERIVED_MESSAGE.c.message_id, numbers, connection))


def clues_where(connection: Connection, which: ColumnElement[bool]) -> Counts:
    """Return what is counted of the derived messages of which a condition holds."""
    answered = DERIVED_MESSAGE.alias()
    message = DERIVED_MESSAGE.c
    query = (
        select(message.side, message.kind, message.evidence, answered.c.side.label("answered_side"))
        .add_columns(message.reason, MESSAGE.c.message_id)
        .join(MESSAGE, MESSAGE.c.id == message.message_id)
        .outerjoin(answered, answered.c.message_id == message.tied_to)
        .where(which)
    )
    found = connection.execute(query, execution_options=STREAMED)
    return clue_counts(
        Shown(side, kind, evidence, of, reason is not None and reason[0] == UNPROVEN, host_of(message_id))
        for side, kind, evidence, of, reason, message_id in found
    )


def counted(connection: Connection, what: Counted) -> int:
    """Return how many there are; not of Message-IDs."""
    query = select(DERIVED_CLUE.c.messages).where(DERIVED_CLUE.c.counted == what.value)
    return connection.execute(query.where(DERIVED_CLUE.c.host == "")).scalar_one_or_none() or 0


def hosts_of_ours(connection: Connection, at_least: int) -> list[tuple[str, int]]:
    """Return the hosts of which so many Message-IDs are on our mails, and none on others', the most first."""
    theirs, ours = DERIVED_CLUE.alias(), DERIVED_CLUE.c
    is_theirs = (
        select(theirs.c.host)
        .where(theirs.c.counted == Counted.THEIR_IDS.value, theirs.c.host == ours.host)
        .exists()
    )
    query = select(ours.host, ours.messages).where(ours.counted == Counted.OUR_IDS.value)
    found = connection.execute(query.where(ours.messages >= at_least, ~is_theirs))
    return sorted(((row.host, row.messages) for row in found), key=lambda item: (-item[1], item[0]))
