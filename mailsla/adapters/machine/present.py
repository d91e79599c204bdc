"""What time it is: the system's clock, or one set to another date for demonstrations and trials."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]


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
