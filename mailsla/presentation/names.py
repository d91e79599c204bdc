"""How servers are named, and several things at once."""

from __future__ import annotations

from collections.abc import Sequence

from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation.words import safe

LONGEST_OF_SEVERAL = 80
"""Letters of a name among several."""


def several(names: Sequence[str], most: int = 5) -> str:
    """Return some names, and how many others there are."""
    shown = ", ".join(safe(name, LONGEST_OF_SEVERAL) for name in names[:most])
    others = len(names) - most
    if others <= 0:
        return shown
    return ngettext("{names} et {n} autre", "{names} et {n} autres", others).format(names=shown, n=others)


def server(host: str, port: int) -> str:
    """Name a server."""
    return _("{host}, port {port}").format(host=safe(host, 100), port=port)
