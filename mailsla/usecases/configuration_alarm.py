"""The alarm on the configuration: whoever runs mailsla is told once that one is refused, or is no longer the newest."""

from __future__ import annotations

from datetime import date, datetime

from mailsla.core.alerts.outgoing import Outgoing, message_id
from mailsla.usecases.alarm import AlarmOutbox, AlarmRule

REFUSED, OUTDATED = "configuration-refused", "configuration-outdated"


def sound_once(
    outbox: AlarmOutbox,
    rule: AlarmRule,
    purpose: str,
    of: str,
    written: tuple[str, str],
    now: datetime,
    today: date,
) -> int:
    """Write an alarm about one configuration to the outbox; return 0 when it is there already, whatever the day.

    Args:
        outbox: Where mails wait.
        rule: Who is told.
        purpose: What is told.
        of: Names the configuration that it is told of.
        written: The subject and the text.
        now: The present instant.
        today: Its local date.
    """
    name = f"{purpose} {of}"
    if rule.operator is None or name in outbox.purposes(rule.operator, (purpose,)):
        return 0
    known_as = message_id(rule.operator, name, today, rule.domain)
    return int(outbox.add(Outgoing(known_as, rule.operator, name, today, *written), now))
