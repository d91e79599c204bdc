"""The address of a database as a person writes it."""

from __future__ import annotations

from pathlib import Path

from mailsla.core.errors import UsageError
from mailsla.language import gettext as _

_KINDS = ("sqlite", "postgresql")


def store_url(written: str) -> str:
    """Return the URL of a database that may be named by its file alone.

    Raises:
        UsageError: When it is of a kind that mailsla does not keep its store in.
    """
    kind, separator, _rest = written.partition("://")
    if not separator:
        return f"sqlite:///{Path(written).absolute()}"
    if kind.partition("+")[0] not in _KINDS:
        raise UsageError(
            _(
                "« {kind} » n'est pas une base de mailsla : écrivez un fichier, sqlite:///… ou postgresql://…."
            ).format(kind=kind)
        )
    return written
