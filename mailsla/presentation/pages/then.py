"""What a page says of the past instant that it speaks of."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from mailsla.language import gettext as _
from mailsla.presentation import words


def words_of_then(at: datetime, zone: ZoneInfo, *, is_empty: bool) -> str:
    """Say of which instant a page speaks, by what was known then; and that nothing was, when nothing was."""
    when = words.instant(at, zone)
    if is_empty:
        return _("Situation au {instant} : rien n'était encore relevé.").format(instant=when)
    return _("Situation au {instant}, telle que connue alors.").format(instant=when)
