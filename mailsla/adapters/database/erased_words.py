"""Erases an address from the words of people: why they decided or published, what they noted, asked for by mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, cast, null, select, update

from mailsla.adapters.database.keys import numbers_of
from mailsla.adapters.database.pending import derive_again
from mailsla.adapters.database.tables import ACT, DECISION, NOTE, OUTGOING, PUBLICATION
from mailsla.core.collection.held import names, without

WORDS = (NOTE.c.text, PUBLICATION.c.reason, ACT.c.detail, OUTGOING.c.subject, OUTGOING.c.text)
"""Where words of people, or about them, stand as they are."""


def erase_words(connection: Connection, address: str, at: datetime) -> int:
    """Erase an address wherever it stands in somebody's words; return in how many places it stood.

    The salted hashes of decisions stay, without the salt.
    """
    erased = 0
    for column in WORDS:
        [key] = column.table.primary_key.columns
        for number, said in connection.execute(select(key, column).where(_may_name(column, address))).all():
            if names(said, address):
                this = update(column.table).where(key == number)
                connection.execute(this.values({column.name: without(said, address)}))
                erased += 1
    named = _may_name(DECISION.c.reason, address) | _may_name(DECISION.c.value, address)
    for row in connection.execute(select(DECISION).where(named)).all():
        value = {**row.value, "text": without(row.value["text"], address)}
        reason = without(row.reason, address)
        if (row.reason, row.value) != (reason, value):
            this = update(DECISION).where(DECISION.c.id == row.id)
            connection.execute(this.values(reason=reason, value=value, salt=null()))
            # Why a request is left out is repeated by what is derived of it.
            derive_again(connection, numbers_of(connection, [row.target]).values(), at)
            erased += 1
    return erased


def _may_name(column: ColumnElement[Any], address: str) -> ColumnElement[bool]:
    said = cast(column, Text)
    # A document writes what is beyond ASCII in its own way, and databases do not know its capitals.
    return said.icontains(address, autoescape=True) if address.isascii() else said.is_not(None)
