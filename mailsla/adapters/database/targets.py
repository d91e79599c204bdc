"""The tables as SQLAlchemy Core sees them, and the insert that repeats nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from mailsla.adapters.database.tables import (
    AccountRow,
    CollectionRow,
    DecisionRow,
    DerivationRow,
    DerivedDoubtRow,
    DerivedMessageRow,
    DerivedRequestRow,
    KeywordRow,
    LocationRow,
    MailboxRow,
    MessageRow,
    PendingRow,
    PublicationRow,
    SetAsideRow,
    TieRow,
)


def table(row_class: type[SQLModel]) -> Table:
    """Return the Core table of a row class."""
    found: Table = SQLModel.metadata.tables[str(row_class.__tablename__)]
    return found


ACCOUNT, MAILBOX, MESSAGE = table(AccountRow), table(MailboxRow), table(MessageRow)
LOCATION, SET_ASIDE, COLLECTION = table(LocationRow), table(SetAsideRow), table(CollectionRow)
KEYWORD, PENDING, DECISION = table(KeywordRow), table(PendingRow), table(DecisionRow)
TIE, DERIVATION, PUBLICATION = table(TieRow), table(DerivationRow), table(PublicationRow)
DERIVED_MESSAGE, DERIVED_REQUEST = table(DerivedMessageRow), table(DerivedRequestRow)
DERIVED_DOUBT = table(DerivedDoubtRow)


def insert_new(connection: Connection, target: Table, values: Sequence[dict[str, Any]]) -> None:
    """Insert rows, leaving those that are there already as they are."""
    if not values:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(target).on_conflict_do_nothing(), list(values))
