"""Why a file cannot be written, in words that say what to do about it."""

from __future__ import annotations

from pathlib import Path

from mailsla.adapters.machine.refused_writes import reason
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _


def unwritable(path: Path, error: OSError) -> UsageError:
    """Return the error that says that a file cannot be written, and why."""
    return UsageError(
        _("Le fichier {path} ne peut pas être écrit ({reason}).").format(path=path, reason=reason(error))
    )
