"""The answer of `mailsla actions`."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from mailsla.core.alerts.asked_action import Act
from mailsla.core.pairing.derivation import ListedMail
from mailsla.presentation.documents.values import Document, instant


def actions_document(found: Iterable[tuple[Act, ListedMail | None, bool]], zone: ZoneInfo) -> Document:
    """What became of each mail that asked for an action, with who it is from and whether it still waits."""
    return {
        "schema": "mailsla.actions/1",
        "actions": [
            {
                **action(act, zone),
                "message_id": None if mail is None else mail.message_id,
                "from": [] if mail is None else list(mail.senders),
                "waits": waits,
            }
            for act, mail, waits in found
        ],
    }


def action(act: Act, zone: ZoneInfo) -> Document:
    """What became of one mail that asked for an action."""
    return {
        "mail": act.mail,
        "at": instant(act.at, zone),
        "action": None if act.action is None else act.action.value,
        "target": act.target,
        "outcome": act.outcome.value,
        "reason": None if act.reason is None else act.reason.value,
        "detail": act.detail or None,
        "decision": act.decision,
        "until": None if act.until is None else act.until.isoformat(),
    }
