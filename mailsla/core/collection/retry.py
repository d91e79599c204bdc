"""When what did not work is tried again, and when what no longer comes is given up: the store asks, and obeys."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailsla.core.mail.header_reading import READER_VERSION

RETRIED = frozenset({"refused", "unfetchable", "omitted"})
"""Why the server did not give a message: it may tomorrow."""

RETRIED_AFTER = timedelta(days=1)

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)

FORGOTTEN_AFTER = timedelta(days=1)
"""Another worker may know an account that this one does not."""


def is_to_read_again(
    reason: str, reader: int, seen_at: datetime, now: datetime, *, reader_version: int = READER_VERSION
) -> bool:
    """Tell whether a message that was set aside is to be asked for again.

    Args:
        reason: Why it was set aside.
        reader: The version of the reader that could not read it.
        seen_at: When it was last asked for.
        now: The present instant.
        reader_version: The version of the reader at hand.
    """
    return reader < reader_version or (reason in RETRIED and seen_at <= now - RETRIED_AFTER)


def pause_before_handing_over_again(attempts: int) -> timedelta:
    """Return how long a mail waits that could not be handed over so many times: 1, 2, 4… minutes, an hour at most.

    >>> [pause_before_handing_over_again(attempts).seconds // 60 for attempts in (1, 2, 3, 7, 400)]
    [1, 2, 4, 60, 60]
    """
    doublings = min(attempts - 1, 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def is_forgotten(last_collected_at: datetime, now: datetime) -> bool:
    """Tell whether an account that is configured no longer is given up: its mailboxes then hold nothing."""
    return last_collected_at < now - FORGOTTEN_AFTER
