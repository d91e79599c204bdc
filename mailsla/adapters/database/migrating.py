"""Runs alembic's migrations on the store."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from mailsla.adapters.database import migrations
from mailsla.adapters.database.engine import changing_tables, writing
from mailsla.adapters.database.migrations import Told, untold

LOCK = 7_236_911_802_554_113_021
"""Names mailsla's migration lock in PostgreSQL, where two workers may start at once."""


def migrate(engine: Engine, revision: str, told: Told = untold) -> None:
    """Bring the store to a revision, in one transaction; one that is cut leaves the store as it was."""
    with changing_tables(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        command.upgrade(_config(connection, told), revision)


def check(engine: Engine) -> None:
    """Raise alembic's `CommandError` when the tables differ from what the code declares."""
    with writing(engine) as connection:
        command.check(_config(connection))


def chain() -> list[str]:
    """Return the names of the migrations as they follow each other, oldest first."""
    script = ScriptDirectory.from_config(_config())
    return [item.revision for item in script.walk_revisions()][::-1]


def _config(connection: Connection | None = None, told: Told = untold) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    config.attributes["connection"] = connection
    config.attributes["told"] = told
    return config
