"""The tables that the code goes by are those that SQLModel declares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import MetaData, Table
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from mailsla.adapters.database import row_classes
from mailsla.adapters.database.column_types import Instant
from mailsla.adapters.database.tables import METADATA
from tests import tables

DIALECTS: list[Dialect] = [make_url(f"{name}://").get_dialect()() for name in ("sqlite", "postgresql")]
AT = datetime(2026, 11, 13, 9, 30, tzinfo=timezone(timedelta(hours=1)))


def made(table: Table, dialect: Dialect) -> list[str]:
    """Return what makes a table and its indexes, line by line: constraints come in any order."""
    indexes = [str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes]
    lines = str(CreateTable(table).compile(dialect=dialect)).splitlines()
    return sorted([*indexes, *(line.strip(" ,\t") for line in lines)])


def filled(metadata: MetaData) -> dict[tuple[str, str], object]:
    """Return what columns hold when nothing is said of them, where the code says it."""
    return {
        (table.name, column.name): getattr(column.default, "arg", None)
        for table in metadata.tables.values()
        for column in table.columns
    }


def test_the_tables_are_written_from_their_declaration() -> None:
    assert tables.WRITTEN.read_text(encoding="utf-8") == tables.page()


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: str(dialect.name))
def test_a_database_made_by_either_is_the_same(dialect: Dialect) -> None:
    """But for which rows some of PostgreSQL's indexes are of: migrations alone make those."""
    declared = SQLModel.metadata.tables

    assert METADATA.tables.keys() == declared.keys() >= {row_classes.MessageRow.__tablename__}
    for name, table in METADATA.tables.items():
        expected = made(declared[name], dialect)
        if dialect.name == "postgresql":
            expected = [line.partition(" WHERE ")[0] for line in expected]
        assert made(table, dialect) == expected


def test_a_row_that_says_nothing_of_a_column_is_filled_alike() -> None:
    assert filled(METADATA) == filled(SQLModel.metadata)
    assert filled(METADATA)["derivation", "rules"] == ""


def test_instants_are_what_sqlmodel_declares_where_there_is_a_type_for_them() -> None:
    ours, theirs = Instant(), UTCDateTime()
    [_sqlite, dialect] = DIALECTS

    for value in (AT, AT.astimezone(UTC), None):
        assert ours.process_bind_param(value, dialect) == theirs.process_bind_param(value, dialect)
        assert ours.process_result_value(value, dialect) == theirs.process_result_value(value, dialect)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: str(dialect.name))
def test_an_instant_without_a_zone_is_refused(dialect: Dialect) -> None:
    with pytest.raises(ValueError, match="timezone"):
        Instant().process_bind_param(AT.replace(tzinfo=None), dialect)
