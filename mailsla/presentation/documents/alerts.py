"""The answer of `mailsla alerts`."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from mailsla.core.alerts.digests import Digest
from mailsla.core.alerts.outgoing import OutgoingState
from mailsla.presentation.documents.values import Document, instant


def alerts_document(
    due: Iterable[tuple[Digest, str]], history: Iterable[OutgoingState], zone: ZoneInfo
) -> Document:
    """What is to be sent now, each digest with its mail's subject, and what became of the last mails."""
    return {
        "schema": "mailsla.alerts/1",
        "due": [
            {
                "recipient": digest.recipient,
                "subject": subject,
                "requests": [
                    {"request": notice.request.key[:8], "level": notice.level, "remaining": notice.remaining}
                    for notice in digest.notices
                ],
                "backlog": len(digest.backlog),
            }
            for digest, subject in due
        ],
        "sent": [
            {
                "recipient": state.recipient,
                "day": state.day.isoformat(),
                "requests": state.announced,
                "sent_at": instant(state.sent_at, zone),
                "attempts": state.attempts,
                "refused": state.refused,
                "dropped": None if state.dropped is None else state.dropped.value,
            }
            for state in history
        ],
    }
