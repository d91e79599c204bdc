"""How collections went, in sentences."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailsla.language import gettext as _
from mailsla.presentation import words


def held_back(free_at: datetime, zone: ZoneInfo) -> str:
    """Say that an account was tried in vain too often, and from when it may be again: the next full minute."""
    return _(
        "trop d'essais sans succès ; pour ne pas verrouiller le compte, pas de nouvel essai avant le {instant}."
    ).format(instant=words.instant(free_at + timedelta(seconds=59), zone))
