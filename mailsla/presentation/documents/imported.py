"""The answer of `mailsla import`."""

from __future__ import annotations

from collections.abc import Iterable

from mailsla.core.collection.archived import Skipped, Unread
from mailsla.presentation.documents.values import Document


def imported_document(
    read: int, new: int, skipped: Iterable[Skipped], unread: Iterable[Unread], set_aside: int
) -> Document:
    """The answer of `mailsla import`: how many mails were read, and the files that are none or could not be read."""
    return {
        "schema": "mailsla.import/1",
        "read": read,
        "new": new,
        "skipped": [{"path": item.path, "reason": item.reason.value} for item in skipped],
        "unread": [{"path": item.path, "reason": item.why} for item in unread],
        "set_aside": set_aside,
    }
