"""What time it is: the system's clock, or one set to another date for demonstrations and trials."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime

from mailsla.core.errors import UsageError
from mailsla.language import gettext as _

Now = Callable[[], datetime]

NOW_VARIABLE = "MAILSLA_NOW"
"""When set to an instant, the clock shows it: for demonstrations and trials."""


def present() -> Now:
    """Return the clock to go by: the system's, unless `MAILSLA_NOW` sets it to another instant.

    Raises:
        UsageError: When `MAILSLA_NOW` is no instant with a zone.
    """
    written = os.environ.get(NOW_VARIABLE)
    if not written:
        return system_now
    try:
        return clock_set_to(datetime.fromisoformat(written))
    except ValueError as error:
        raise UsageError(
            _("MAILSLA_NOW doit être un instant avec son fuseau, comme 2026-11-13T08:30+01:00.")
        ) from error


def is_set() -> bool:
    """Tell whether `MAILSLA_NOW` sets the clock to another instant."""
    return bool(os.environ.get(NOW_VARIABLE))


def system_now() -> datetime:
    """Return the present instant, UTC."""
    return datetime.now(UTC)


def clock_set_to(start: datetime) -> Now:
    """Return a clock that shows `start` now and runs on from there.

    Raises:
        ValueError: When `start` is naive.
    """
    if start.tzinfo is None:
        raise ValueError("an instant needs a zone")
    shift = start.astimezone(UTC) - system_now()
    return lambda: system_now() + shift
