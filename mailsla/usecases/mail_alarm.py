"""The alarm on mails: whoever runs mailsla is told that some were set aside, and that others wait to be derived."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mailsla.core.alerts.findings import DerivationLate
from mailsla.core.alerts.outgoing import Outgoing, message_id
from mailsla.usecases.alarm import AlarmOutbox, AlarmRule
from mailsla.usecases.check_sources import SetAside, Waiting
from mailsla.usecases.recent_work import late_derivation

SET_ASIDE, DERIVATION_LATE = "mails-set-aside", "derivation-late"


@dataclass(frozen=True)
class MailWords:
    """How it is said, as a subject and a text each.

    Attributes:
        set_aside: That so many mails are set aside.
        late: That mails wait to be derived.
    """

    set_aside: Callable[[int], tuple[str, str]]
    late: Callable[[DerivationLate], tuple[str, str]]


def sound_on_mails(
    not_understood: Callable[[], Sequence[SetAside]],
    waiting: Waiting,
    outbox: AlarmOutbox,
    rule: AlarmRule,
    words: MailWords,
    now: datetime,
    today: date,
) -> int:
    """Write to the outbox what is due about mails; return how many alarms that is.

    Mails set aside are told when they are others than those told last, once a day at most; so is a derivation that
    is late, as long as it is.
    """
    operator = rule.operator
    if operator is None:
        return 0

    def add(purpose: str, written: tuple[str, str]) -> bool:
        name = message_id(operator, purpose, today, rule.domain)
        return outbox.add(Outgoing(name, operator, purpose, today, *written), now)

    sounded = 0
    if aside := not_understood():
        told, these = outbox.purposes(operator, (SET_ASIDE,)), _purpose(aside, today)
        if not told or not _is_same(told[-1], these):
            sounded += add(these, words.set_aside(len(aside)))
    for late in late_derivation(waiting, now):
        sounded += add(DERIVATION_LATE, words.late(late))
    return sounded


def _purpose(aside: Sequence[SetAside], today: date) -> str:
    """Name the day and, by a digest, the mails."""
    said = "\0".join(sorted(f"{mail.account}\0{mail.mailbox}\0{mail.uid}" for mail in aside))
    return f"{SET_ASIDE} {today.isoformat()} {hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _is_same(told: str, now: str) -> bool:
    """Tell whether an alarm was of this day, or of these mails."""
    return told.split(" ")[1] == now.split(" ")[1] or told.split(" ")[2] == now.split(" ")[2]
