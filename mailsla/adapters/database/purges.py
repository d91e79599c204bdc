"""The end of personal data in the database: what may go, and that it went."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, update

from mailsla.adapters.database.bulk import insert_new
from mailsla.adapters.database.derivation_work import DerivationWork
from mailsla.adapters.database.engine import reading, snapshot, writing
from mailsla.adapters.database.purge_work import PurgeLook, PurgeWork
from mailsla.adapters.database.sealed_messages import SEALED, UNSEALED, sealed_numbers
from mailsla.adapters.database.tables import DERIVED_MESSAGE, DERIVED_REQUEST, MESSAGE, PRIVACY, PURGE
from mailsla.adapters.database.translation import translated
from mailsla.adapters.machine.second_process import SecondProcess
from mailsla.core.clock.local_days import LocalDays
from mailsla.core.errors import TransientError
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.retention.ended import Retention
from mailsla.core.retention.notice import Notice
from mailsla.core.retention.sealed import Sealed
from mailsla.language import gettext as _

_DERIVED = DERIVED_MESSAGE.c
_OPENS = DERIVED_REQUEST.c.message_id == MESSAGE.c.id


class Purges:
    """Where personal data ends. Satisfies `mailsla.usecases.purge.Purges`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last_sealed_at(self) -> datetime | None:
        """Return when anything but the office's own mail was last sealed; None when nothing ever was."""
        return self._last(office=False)

    def office_at(self) -> datetime | None:
        """Return when something of the office's own last went; None when nothing ever did."""
        return self._last(office=True)

    def _last(self, *, office: bool) -> datetime | None:
        at = PURGE.c.at
        last = select(func.max(at, type_=at.type)).where(PURGE.c.office.is_(office))
        with reading(self._engine) as connection:
            found: datetime | None = connection.execute(last).scalar_one()
        return found

    def notice(self) -> Notice | None:
        """Return when it was said by which retention personal data ends; None when it never was."""
        columns = (PRIVACY.c.noticed_at, PRIVACY.c.retention_days)
        query = select(*columns).where(PRIVACY.c.noticed_at.is_not(None))
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else Notice(row.noticed_at, Retention(row.retention_days))

    def give_notice(self, notice: Notice) -> None:
        """Note that it was said."""
        said = {"noticed_at": notice.at, "retention_days": notice.retention.days}
        with writing(self._engine) as connection:
            insert_new(connection, PRIVACY, [{"id": 1, "agents_through": 0}])
            connection.execute(update(PRIVACY).values(said))

    def sealed(self, service: str | None = None) -> Sealed | None:
        """Return how many requests are sealed, all or those of a service; None when none is."""
        requests = select(func.coalesce(func.sum(PURGE.c.requests), 0))
        if service is not None:
            opened = select(func.count()).select_from(DERIVED_REQUEST.join(MESSAGE, _OPENS))
            requests = opened.where(SEALED, DERIVED_REQUEST.c.service == service)
        through = select(func.max(PURGE.c.through, type_=PURGE.c.through.type))
        with reading(self._engine) as connection:
            count = connection.execute(requests).scalar_one()
            return Sealed(count, connection.execute(through).scalar_one()) if count else None

    def older_at_most(self, before: datetime) -> int:
        """Return how many conversations began before an instant, and are not sealed: no fewer than ended by then."""
        began = select(func.count()).where(_DERIVED.message_id == _DERIVED.conversation, _DERIVED.at < before)
        with reading(self._engine) as connection:
            if sealed_numbers(connection) is not None:
                of = MESSAGE.c.id == _DERIVED.message_id
                began = began.join_from(DERIVED_MESSAGE, MESSAGE, of).where(UNSEALED)
            return connection.execute(began).scalar_one()

    def latest_mail_at(self, now: datetime) -> datetime | None:
        """Return when the latest mail came, or was sent, of those that did by now; None when there is none."""
        at = _DERIVED.at
        query = select(func.max(at, type_=at.type)).where(at <= now)
        with reading(self._engine) as connection:
            latest: datetime | None = connection.execute(query).scalar_one()
        return latest

    @contextmanager
    def looking(self, rules: PairingRules, days: LocalDays) -> Iterator[PurgeLook]:
        """Look at what may go, all of it as it is at one instant; nothing is written."""
        with snapshot(self._engine) as connection:
            yield PurgeLook(connection, rules, days)

    @contextmanager
    def sealing(self, rules: PairingRules, days: LocalDays) -> Iterator[PurgeWork]:
        """Open a transaction that holds the derivations, in which messages are sealed: all of it, or nothing."""
        with writing(self._engine) as connection, SecondProcess() as second, _overwriting(connection):
            yield PurgeWork(connection, rules, days, DerivationWork(connection, second))

    def is_clean(self) -> bool:
        """Tell whether nothing that went is left in free pages, since the last time that something did."""
        with reading(self._engine) as connection:
            query = select(PURGE.c.id).where(PURGE.c.cleaned_at.is_(None)).limit(1)
            return connection.execute(query).first() is None

    def clean(self, at: datetime) -> None:
        """Make the database's files anew, without what went from it.

        Raises:
            TransientError: When somebody else reads or writes it meanwhile, or there is no room: to be tried again.
        """
        with translated():
            if self._engine.dialect.name == "sqlite":
                self._clean_file()
            else:
                self._clean_tables()
        with writing(self._engine) as connection:
            connection.execute(update(PURGE).where(PURGE.c.cleaned_at.is_(None)).values(cleaned_at=at))

    def _clean_file(self) -> None:
        """Write the file again, and empty its log (sqlite.org/lang_vacuum.html, sqlite.org/pragma.html)."""
        opened = self._engine.raw_connection()
        try:
            connection = opened.driver_connection
            assert isinstance(connection, sqlite3.Connection)
            connection.execute("VACUUM")
            [(busy, _pages, _moved)] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError as error:
            raise TransientError(
                _(
                    "la base est en cours d'usage, ou le disque est plein : ses pages libres restent à effacer."
                )
            ) from error
        finally:
            opened.close()
        if busy:
            raise TransientError(_("la base est en cours d'usage : son journal reste à effacer."))

    def _clean_tables(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in HOLDING:
                connection.exec_driver_sql(f"VACUUM FULL {name}")


HOLDING = (
    "message",
    "location",
    "tie",
    "derived_message",
    "derived_request",
    "derived_shape",
    "decision",
    "act",
    "note",
    "publication",
    "outgoing",
    "alert",
    "derived_clue",
)
"""The tables out of whose rows something goes."""


@contextmanager
def _overwriting(connection: Connection) -> Iterator[None]:
    """Have SQLite write zeros over what is deleted (sqlite.org/pragma.html#pragma_secure_delete)."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")
