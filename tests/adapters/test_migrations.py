"""The schema: made by migrations alone, equal to what the code declares, upgraded with its data."""

from __future__ import annotations

from sqlalchemy import Engine, inspect

from mailsla.adapters.database import schema


def test_the_migrations_make_the_tables_that_the_code_declares(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine)

    schema.check(empty_engine)


def test_upgrading_twice_changes_nothing(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine)
    before = sorted(inspect(empty_engine).get_table_names())

    schema.upgrade(empty_engine)

    assert sorted(inspect(empty_engine).get_table_names()) == before
    assert "message" in before
