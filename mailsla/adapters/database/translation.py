"""What SQLite and PostgreSQL raise, as errors of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError

from mailsla.core.errors import PermanentError, TransientError
from mailsla.language import gettext as _

FULL = {"SQLITE_FULL", "DiskFull"}
"""What SQLite and PostgreSQL say when there is no room left."""

READ_ONLY = ("SQLITE_READONLY", "InsufficientPrivilege", "ReadOnlySqlTransaction")
"""How what SQLite and PostgreSQL say begins when whoever only reads wants to write."""

NOT_AT_HAND = {"SQLITE_READONLY_CANTINIT", "SQLITE_READONLY_CANTLOCK", "SQLITE_READONLY_RECOVERY"}
"""What SQLite says when whoever only reads meets a log that comes or goes: another moment it can be read."""

TAKEN = ("SQLITE_BUSY", "SQLITE_LOCKED", "LockNotAvailable", "DeadlockDetected")
"""How what SQLite and PostgreSQL say begins while somebody else holds what is asked for."""

DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
"""How SQLite's names for a damaged file begin."""

CANNOT_OPEN = "SQLITE_CANTOPEN"


@contextmanager
def translated() -> Iterator[None]:
    """Raise what a database says as a `TransientError` or a `PermanentError`, which says nothing of what is stored."""
    try:
        yield
    except OperationalError as error:
        reason = _cause(error.orig)
        if reason in FULL:
            raise TransientError(_("le disque de la base de données est plein.")) from error
        if reason in NOT_AT_HAND:
            raise TransientError(
                _("la base a été écrite pendant qu'elle était lue : relancez la commande.")
            ) from error
        if reason.startswith(READ_ONLY):
            raise PermanentError(_("cette base ne peut qu'être lue avec ce compte.")) from error
        if reason == CANNOT_OPEN:
            raise PermanentError(
                _(
                    "la base ne peut pas être ouverte avec ce compte ; si elle a été copiée ou coupée en pleine "
                    "écriture, lancez une fois « mailsla report » avec le compte qui la tient."
                )
            ) from error
        raise TransientError(
            _("la base de données ne répond pas ({reason}).").format(reason=in_words(error.orig))
        ) from error
    except DBAPIError as error:
        if _cause(error.orig).startswith(READ_ONLY):
            raise PermanentError(_("cette base ne peut qu'être lue avec ce compte.")) from error
        raise PermanentError(
            _("la base de données a refusé une opération ({reason}).").format(reason=in_words(error.orig))
        ) from error


def in_words(error: BaseException | None) -> str:
    """Return what a database's driver says, as somebody who reads it may act upon it."""
    cause = _cause(error)
    if cause.startswith(TAKEN):
        return _("un autre programme la tient : réessayez")
    if cause.startswith(DAMAGED):
        return _("ce fichier est abîmé, ou n'est pas une base : remettez une copie par « mailsla restore »")
    if cause.startswith("SQLITE_IOERR"):
        return _("le disque ne la rend pas")
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    return (
        _("code {code}").format(code=code)
        if code
        else _("elle est arrêtée, injoignable, ou refuse ce compte")
    )


def _cause(error: BaseException | None) -> str:
    # The driver's own text may quote row values; its class and SQLite's error name never do.
    return str(getattr(error, "sqlite_errorname", None) or type(error).__name__)
