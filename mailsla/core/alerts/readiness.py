"""When alerts may be given at all: not before it is known what was answered."""

from __future__ import annotations

from collections.abc import Set as AbstractSet


def may_announce(configured: AbstractSet[str], tried: AbstractSet[str], half_read: AbstractSet[str]) -> bool:
    """Tell whether anybody may be told of unanswered requests.

    Not before every account was tried once: a reply may be about to be found. One that is read half-way for the
    first time, by whichever process, holds requests without their replies.

    Args:
        configured: The accounts there are.
        tried: Those that were tried since the start, with success or not.
        half_read: Those of which something was read, and which never were to their end.

    >>> may_announce({"contact"}, {"contact"}, set()), may_announce({"contact"}, {"contact"}, {"contact"})
    (True, False)
    """
    return configured <= tried and not configured & half_read
