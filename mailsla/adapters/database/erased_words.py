"""Erases an address from the words of people: why they decided or published, what they noted, asked for by mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Text, cast, null, select, update

from mailsla.adapters.database.keys import numbers_of
from mailsla.adapters.database.pending import derive_again
from mailsla.adapters.database.tables import ACT, DECISION, NOTE, OUTGOING, PUBLICATION
from mailsla.core.collection.held import names, without

WORDS = (NOTE.c.text, PUBLICATION.c.reason, ACT.c.detail, OUTGOING.c.subject, OUTGOING.c.text)
"""Where words of people, or about them, stand as they are."""


def count_words(connection: Connection, address: str) -> int:
    """Return in how many places an address stands in somebody's words."""
    return sum(1 for _one in (*_said(connection, address), *_decided(connection, address)))


def erase_words(connection: Connection, address: str, at: datetime) -> int:
    """Erase an address wherever it stands in somebody's words; return in how many places it stood.

    The salted hashes of decisions stay, without the salt.
    """
    said, decided = list(_said(connection, address)), list(_decided(connection, address))
    for column, key, number, words in said:
        this = update(column.table).where(key == number)
        connection.execute(this.values({column.name: without(words, address)}))
    for row in decided:
        value = {**row.value, "text": without(row.value["text"], address)}
        this = update(DECISION).where(DECISION.c.id == row.id)
        connection.execute(this.values(reason=without(row.reason, address), value=value, salt=null()))
        # Why a request is left out is repeated by what is derived of it.
        derive_again(connection, numbers_of(connection, [row.target]).values(), at)
    return len(said) + len(decided)


def _said(connection: Connection, address: str) -> Iterator[tuple[Column[Any], ColumnElement[Any], Any, str]]:
    """Yield each column in which an address stands with its table's key, the row's, and the words."""
    for column in WORDS:
        [key] = column.table.primary_key.columns
        for number, words in connection.execute(select(key, column).where(_may_name(column, address))).all():
            if names(words, address):
                yield column, key, number, words


def _decided(connection: Connection, address: str) -> Iterator[Row[Any]]:
    """Yield each decision whose words name an address."""
    named = _may_name(DECISION.c.reason, address) | _may_name(DECISION.c.value, address)
    for row in connection.execute(select(DECISION).where(named)).all():
        if names(row.reason, address) or names(row.value["text"], address):
            yield row


def _may_name(column: ColumnElement[Any], address: str) -> ColumnElement[bool]:
    said = cast(column, Text)
    # A document writes what is beyond ASCII in its own way, and databases do not know its capitals.
    return said.icontains(address, autoescape=True) if address.isascii() else said.is_not(None)
