"""Sealed rows over every migration: what was derived of them stands, and so does every figure, whatever is upgraded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Engine, MetaData, Table, Text, insert, inspect, select

from mailsla.adapters.database import migrating, schema
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.sealed_messages import SEALED
from mailsla.adapters.database.tables import (
    DERIVED_DOUBT,
    DERIVED_MESSAGE,
    DERIVED_REQUEST,
    MESSAGE,
    METADATA,
)
from tests.adapters.formerly import instants_as_before_0028, rows_as_before_0028, rows_of
from tests.adapters.test_purge import LATER, Life, a_life, settled

FIRST = "0025"
"""The first version that seals."""

SINCE = [version for version in schema.revisions() if version >= FIRST]


def as_in(version: str, source: Engine, target: Engine) -> None:
    """Make a store of a version that holds what one of today does; what it has no place for is left out."""
    schema.upgrade(target, version)
    kept = rows_as_before_0028 if version < "0028" else rows_of
    with reading(source) as connection, writing(target) as into:
        names = set(inspect(into).get_table_names())
        for table in METADATA.sorted_tables:
            if table.name in names:
                here = copied(table, into)
                into.execute(here.delete())
                if rows := kept(connection, table):
                    into.execute(
                        insert(here), [{item.name: row[item.name] for item in here.c} for row in rows]
                    )
        if version < "0028":
            instants_as_before_0028(into)


def copied(table: Table, there: Connection) -> Table:
    """Return a table with the columns that it has in another version."""
    types = {column.name: column.type for column in table.c}
    known = [column["name"] for column in inspect(there).get_columns(table.name)]
    return Table(table.name, MetaData(), *(Column(name, types.get(name, Text())) for name in known))


def sealed_rows(life: Life) -> dict[str, Any]:
    """Return what is derived of sealed messages."""
    found = {}
    with reading(life.app.engine) as connection:
        for table in (DERIVED_MESSAGE, DERIVED_REQUEST, DERIVED_DOUBT):
            query = select(table).join(MESSAGE, MESSAGE.c.id == table.c.message_id).where(SEALED)
            found[table.name] = sorted(map(tuple, connection.execute(query)), key=repr)
    return found


@pytest.mark.parametrize("version", SINCE)
def test_what_is_sealed_stands_over_every_migration_from_each_version_that_seals(
    version: str, empty_engine: Engine, tmp_path: Path
) -> None:
    with a_life(f"sqlite:///{tmp_path / 'today.sqlite3'}", tmp_path / "today") as life:
        settled(life, 1)
        assert life.purge().requests > 20
        before, rows = life.figures(), sealed_rows(life)
        as_in(version, life.app.engine, empty_engine)
    url = empty_engine.url.render_as_string(hide_password=False)

    with a_life(url, tmp_path / "then") as upgraded:
        migrating.check(upgraded.app.engine)
        upgraded.at = LATER

        assert upgraded.figures() == before
        assert sealed_rows(upgraded) == rows
        assert all(rows.values())
        with writing(upgraded.app.engine) as connection:
            connection.exec_driver_sql(
                "update derivation set rules = 'others', ties = 'others', days = 'others'"
            )
        assert upgraded.figures() == before
        assert sealed_rows(upgraded) == rows
