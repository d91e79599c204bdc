"""Brings the store to this version's schema; alembic, a tenth of a daemon's memory, is loaded only when it must."""

from __future__ import annotations

from sqlalchemy import Engine, inspect, text

from mailsla.adapters.database import migrations
from mailsla.adapters.database.engine import is_read_only, reading
from mailsla.adapters.database.migrations import Told, untold
from mailsla.core.errors import PermanentError
from mailsla.language import gettext as _


def upgrade(engine: Engine, revision: str = "head", told: Told = untold) -> None:
    """Bring the store to `revision`, creating it when it is empty; nothing happens when it is there already.

    Args:
        engine: The store.
        revision: The migration to bring it to.
        told: Is told how far a migration is that goes through every message.

    Raises:
        PermanentError: When a newer mailsla has written the store.
        TransientError: When the database cannot be reached.
    """
    at = version(engine)
    if is_read_only(engine.url):
        _demand_latest(at)
    if at != revisions()[-1] or revision != "head":
        from mailsla.adapters.database import migrating  # noqa: PLC0415 (alembic takes memory: only when it must)

        migrating.migrate(engine, revision, told)


def demand(engine: Engine) -> None:
    """Refuse a store that is not at this version's schema; nothing is written.

    Raises:
        PermanentError: When it is at another, or is no store of mailsla.
        TransientError: When the database cannot be reached.
    """
    _demand_latest(version(engine))


def _demand_latest(current: str | None) -> None:
    if current is None:
        raise PermanentError(_("cette base n'est pas une base de mailsla."))
    if current != revisions()[-1]:
        raise PermanentError(
            _(
                "cette base est d'une version précédente de mailsla : lancez une fois « mailsla report » avec le "
                "compte qui la tient."
            )
        )


def revisions() -> list[str]:
    """Return the names of the migrations, oldest first: each file begins with its own."""
    return sorted(path.name[:4] for path in (migrations.FOLDER / "versions").glob("[0-9]*.py"))


def version(engine: Engine) -> str | None:
    """Return the migration that the store is at; None for an empty one.

    Raises:
        PermanentError: When a newer mailsla has written the store.
    """
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        current: str | None = connection.execute(text("select version_num from alembic_version")).scalar()
    if current is not None and current not in revisions():
        raise PermanentError(
            _(
                "la base de données a été écrite par une version plus récente de mailsla ; mettez mailsla à jour."
            )
        )
    return current
