"""Creates the store and brings it to this version's schema, through alembic's migrations only."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from mailsla.adapters.database.engine import reading, writing
from mailsla.core.errors import PermanentError
from mailsla.language import gettext as _

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 7_236_911_802_554_113_021
"""Names mailsla's migration lock in PostgreSQL, where two workers may start at once."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the store to `revision`, creating it when it is empty; nothing happens when it is there already.

    Raises:
        PermanentError: When a newer mailsla has written the store.
        TransientError: When the database cannot be reached.
    """
    script = ScriptDirectory.from_config(_config())
    with reading(engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {item.revision for item in script.walk_revisions()}:
        raise PermanentError(
            _(
                "la base de données a été écrite par une version plus récente de mailsla ; mettez mailsla à jour."
            )
        )
    if revision == "head" and current == script.get_current_head():
        return
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        command.upgrade(_config(connection), revision)


def check(engine: Engine) -> None:
    """Raise alembic's `CommandError` when the tables differ from what the code declares."""
    with writing(engine) as connection:
        command.check(_config(connection))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
